"""Patterns of a field: from positions to clips, many in one pass of the model."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from engine.latent.nearness import Floats
from engine.representations.clip import Clip
from engine.representations.drums import NUM_VOICES
from engine.representations.key import climbed
from engine.representations.kind import MELODY
from engine.runtime import translators
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.field import Field
from engine.runtime.knobs import KNOBS, Knob
from engine.runtime.leaning import steadiness
from engine.runtime.locks import ONSETS, Held, check_locks, with_locked
from engine.runtime.noise import generator_of, uniform_of
from engine.runtime.position import Position
from engine.runtime.recent import Recent
from engine.runtime.roster import vae_of
from engine.runtime.tilts import TURNED, strength_of, tilted_odds
from engine.runtime.touch import Touch
from engine.runtime.translator_table import Translators

# What of a touch a knob turns that is no direction of the latent space; the register is moved note by note.
_TOUCHED_BY = {"velocity": "loudness", "feel": "lateness"}
_REGISTER = "register"


class Morph:
    """Decodes positions of fields, and remembers what was locked.

    A position decides its pattern alone: what else is asked for in one call changes nothing.

    Args:
        kinds: have a translator for each model.
    """

    def __init__(self, kinds: Translators) -> None:
        self._kinds, self._drum_map = kinds, kinds.drum_map
        self._held: Recent[Held] = Recent(Held.numbers)

    def patterns(self, field: Field, positions: Sequence[Position], locks: Mapping[int, Position]) -> list[Clip]:
        """A clip a position, by the model that made the field.

        Raises:
            WrongKindError: something is locked in a melody.
            OutOfRangeError: there is no such voice.
        """
        check_locks(field.kind, locks)
        held = {voice: self._lock(field, position) for voice, position in locks.items()}
        shares = field.shares(positions)
        music = self._music(field, positions, shares)
        if (onsets := held.pop(ONSETS, None)) is not None:
            music[..., :NUM_VOICES] = onsets.hits
        touches = [_touch(field.kind, position) for position in positions]
        clips = field.writer.write(music, field.frame, shares.tolist(), touches)
        return [with_locked(clip, held, self._drum_map) for clip in clips] if held else clips

    def _lock(self, field: Field, position: Position) -> Held:
        def make() -> Held:
            shares = field.shares([position])
            music = self._music(field, [position], shares)
            clips = field.writer.write(music, field.frame, shares.tolist(), [_touch(field.kind, position)])
            return Held.of(music[0], clips[0], self._drum_map)

        return self._held.get((field.key, position), make)

    def _music(self, field: Field, positions: Sequence[Position], shares: Floats) -> Tensor:
        """Drawn music, as the kind's translator draws it."""
        translator = self._kinds.of(field.loaded)
        said = self._said(field, positions, shares)
        temperatures, densities = (
            torch.tensor([getattr(position, name) for position in positions])[:, None, None]
            for name in ("temperature", "density")
        )
        uniform = None
        if temperatures.any():
            uniform = uniform_of([position.seed for position in positions], (said.shape[1], translator.choices))
        music = translator.draw(said, temperatures, uniform, densities)
        return _in_register(music, positions) if field.kind == MELODY else music

    def _said(self, field: Field, positions: Sequence[Position], shares: Floats) -> Tensor:
        """What the model says of each step."""
        rest = _in_key(field, positions, field.mixture.means(shares))
        z = turned_by_knobs(rest, field.loaded, positions)
        lean = _lean(field, positions, shares)
        tilt = self._tilt(field, positions, rest, lean) if field.kind == MELODY else None
        return self._kinds.of(field.loaded).join(_decoded(field.loaded, z, positions, lean, tilt), field.frame)

    def _tilt(self, field: Field, positions: Sequence[Position], z: Tensor, lean: Tensor | None) -> Tensor | None:
        """What knobs ask of melodies, which are decoded at rest for it; None where none is turned."""
        knobs = [_turned(at, field.loaded) for at in positions]
        turned = [row for row, each in enumerate(knobs) if each]
        if not turned:
            return None
        near = None if lean is None else lean[turned]
        said = _decoded(field.loaded, z[turned], [positions[row] for row in turned], near).cpu()
        whole = self._kinds.of(field.loaded).join(said, field.frame).argmax(-1)
        tilt = torch.zeros(len(positions), *said.shape[1:])
        steady = [steadiness(positions[row].temperature) for row in turned]
        tilt[turned] = tilted_odds(said, whole, [knobs[row] for row in turned], steady)
        return tilt


def working_knobs(found: Collection[str], kind: str) -> tuple[tuple[int, Knob], ...]:
    """The knobs that change something, with their numbers: post-model ones, and directions that were found."""
    numbered = enumerate(KNOBS[kind], start=1)
    return tuple((number, knob) for number, knob in numbered if not knob.in_latent or knob.name in found)


def turned_by_knobs(z: Tensor, loaded: Checkpoint, positions: Sequence[Position]) -> Tensor:
    """Latents `positions, windows, latent` moved by knobs, all windows of a clip alike; those of melodies stay."""
    directions = loaded.directions
    if loaded.kind == MELODY or directions is None or not any(any(position.knobs) for position in positions):
        return z
    rows: dict[tuple[tuple[str, float], ...], list[int]] = {}
    for row, position in enumerate(positions):
        rows.setdefault(tuple(_turned(position, loaded).items()), []).append(row)
    turned = z.clone()
    for moved, which in rows.items():
        if moved:
            turned[which] = directions.moved(z[which], dict(moved))
    return turned


def _turned(position: Position, loaded: Checkpoint) -> dict[str, float]:
    """The knobs of a position that change which notes there are, and how far they are turned."""
    directions = () if loaded.directions is None else loaded.directions.names
    names = TURNED if loaded.kind == MELODY else directions
    pairs = zip(KNOBS[loaded.kind], position.knobs, strict=True)
    return {knob.name: value for knob, value in pairs if value and knob.name in names}


def _in_key(field: Field, positions: Sequence[Position], z: Tensor) -> Tensor:
    """Latents `positions, windows, latent`, those in the first anchor's key whose positions keep it."""
    if not any(position.keep_key for position in positions):
        return z
    kept = torch.tensor([bool(position.keep_key) for position in positions])
    return torch.where(kept[:, None, None], vae_of(field.loaded).in_key_of(z, field.home), z)


def _lean(field: Field, positions: Sequence[Position], shares: Floats) -> Tensor | None:
    """What positions lean on; the further a knob moves a latent, the less it holds."""
    if field.leaning is None:
        return None
    moved = [0.0 if field.kind == MELODY else _most_turned(at, field.loaded) for at in positions]
    held = [steadiness(at.temperature) * (1 - most) for at, most in zip(positions, moved, strict=True)]
    return field.leaning.at(torch.from_numpy(shares), torch.tensor(held))


def _decoded(
    loaded: Checkpoint, z: Tensor, positions: Sequence[Position], lean: Tensor | None, tilt: Tensor | None = None
) -> Tensor:
    """Outputs `positions, windows, steps, depth`, in one pass.

    Of a decoder that says only what it drew, chance is its own: where there is to be some, each position has a pass of
    its own, so that its noise is its own too. What others say is drawn from later, by the same noise wherever it is.
    """
    model = vae_of(loaded)
    if not (model.decoder.is_certain and any(position.temperature for position in positions)):
        return translators.decode(model, z, 0.0, torch.Generator(), lean, tilt)
    each = ([None] * len(z) if one is None else one.split(1) for one in (lean, tilt))
    alone = zip(z.split(1), positions, *each, strict=True)
    return torch.cat(
        [translators.decode(model, z, at.temperature, generator_of(at.seed), *own) for z, at, *own in alone]
    )


def _in_register(music: Tensor, positions: Sequence[Position]) -> Tensor:
    """Tokens `positions, steps`, each moved along its own scale by the register's knob, an octave at its ends."""
    number = [knob.name for knob in KNOBS[MELODY]].index(_REGISTER)
    octaves = [position.knobs[number] for position in positions]
    if not any(octaves):
        return music
    return torch.from_numpy(np.stack([climbed(line, up) for line, up in zip(music.numpy(), octaves, strict=True)]))


def _most_turned(position: Position, loaded: Checkpoint) -> float:
    """How far the knobs of a position have taken over, 0..1."""
    return max(map(strength_of, _turned(position, loaded).values()), default=0.0)


def _touch(kind: str, position: Position) -> Touch:
    pairs = zip(KNOBS[kind], position.knobs, strict=True)
    knobs = {_TOUCHED_BY[knob.name]: value for knob, value in pairs if knob.name in _TOUCHED_BY and not knob.in_latent}
    return Touch(position.timing, position.velocity, **knobs)
