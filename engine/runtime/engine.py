"""The engine: models kept warm, clips in, clips out. Usable from Python without any server.

    engine = Engine.load()
    answer = engine.vary(clip, count=4, amount=0.3, seed=7)

Every answer is decided by its arguments alone: same clip, settings and seed, same notes, also after a restart.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from engine.errors import CheckpointError, OutOfRangeError, WrongKindError
from engine.latent.path import PROBES
from engine.latent.slerp import blend, slerp
from engine.representations import groove as groove_codec
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.drums import GENERAL_MIDI, DrumMap
from engine.representations.grid import window_starts
from engine.representations.groove import Groove
from engine.representations.kind import DRUMS, MELODY, OTHER, judge_kind
from engine.runtime import checkpoint, feel, translators
from engine.runtime import device as devices
from engine.runtime.answers import Answer, CacheStats, ModelInfo, Prepared
from engine.runtime.cache import LatentCache
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.checks import (
    check_count,
    check_kind,
    check_share,
    check_temperature,
    check_weights,
    check_windows,
    one_kind,
    one_length,
)
from engine.runtime.encoding import ClipEncoder, Encoded
from engine.runtime.field import Field, check_anchors, make_field
from engine.runtime.knobs import Knob
from engine.runtime.morph import Morph, working_knobs
from engine.runtime.noise import generator_of
from engine.runtime.position import NUM_KNOBS, Anchor, Position
from engine.runtime.roster import DRUMIFY, HUMANIZE, Roster, feel_of, vae_of
from engine.runtime.touch import AS_IT_IS
from engine.runtime.translators import GrooveTranslator, MelodyTranslator, Recipe, Translator
from engine.runtime.ways import Ways, from_prior

SAMPLE_TEMPERATURE = 0.5
HUMANIZE_TEMPERATURE = 0.7
DRUMIFY_TEMPERATURE = 0.5
SPACINGS = ("change", "angle")


class Engine:
    """Loaded models and the latent cache. Not thread-safe: one thread asks.

    Args:
        checkpoints: what is loaded; the first of each role plays it.
        device: where the models are.
        cache: latents by content.
        drum_map: pitch to voice, for every drum clip.
    """

    def __init__(
        self,
        checkpoints: Sequence[Checkpoint],
        device: torch.device,
        cache: LatentCache,
        drum_map: DrumMap = GENERAL_MIDI,
    ) -> None:
        self._roster = Roster(checkpoints)
        self._device, self._cache, self._drum_map = device, cache, drum_map
        self._drums = GrooveTranslator(drum_map)
        self._translators: dict[str, Translator] = {MELODY: MelodyTranslator(), DRUMS: self._drums}
        self._encoder = ClipEncoder(self._translators, cache, drum_map)
        self._ways = Ways(self._translators, self._encoder)
        self._morph = Morph(self._translators, drum_map)

    @classmethod
    def load(
        cls,
        checkpoints: Path | None = None,
        device: str = "auto",
        cache: Path | None = None,
        drum_map: DrumMap = GENERAL_MIDI,
    ) -> Engine:
        """An engine from a folder of checkpoints.

        Args:
            checkpoints: the folder, or that of a single checkpoint; None takes the shipped ones.
            device: `auto`, `cuda`, `mps` or `cpu`.
            cache: the latent cache's file; None keeps latents in memory only.
            drum_map: pitch to voice.

        Raises:
            CheckpointError: there is none, or one is broken.
            OutOfRangeError: the device is not on this machine.
        """
        folder = checkpoints or checkpoint.default_checkpoints()
        chosen = devices.choose(device)
        if chosen.type == "cpu":
            torch.set_num_threads(devices.CPU_THREADS)
        loaded = [checkpoint.load(path, chosen) for path in checkpoint.find(folder)]
        if not loaded:
            raise CheckpointError(f"no checkpoint in {folder}; name a folder that holds some")
        return cls(loaded, chosen, LatentCache(cache), drum_map)

    @property
    def device_name(self) -> str:
        """The device in words."""
        return devices.describe(self._device)

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """Every loaded model."""
        return self._roster.models

    def cache_stats(self) -> CacheStats:
        """What the latent cache did."""
        stats = self._cache.stats
        return CacheStats(stats.memory_items, stats.hits, stats.misses)

    def warm_up(self) -> None:
        """Run every operation once, so that the first musician does not wait for what torch does only once."""
        line = make_clip([Note(k / 2, 60 + k, 0.5) for k in range(8)], 8.0)
        beat = make_clip([Note(k / 2, 36 if k % 4 == 0 else 42) for k in range(16)], 8.0)
        for clip, kind in ((line, MELODY), (beat, DRUMS)):
            if kind in self._roster:
                for count in (1, 8):
                    self.vary(clip, count, 0.5, kind=kind)
                self.interpolate(clip, clip, 9, kind=kind)
                field = self.field([Anchor(clip, *point) for point in ((0, 0), (1, 0), (0, 1))], kind=kind)
                for count in (1, 25):
                    self.morph(field, [Position(knobs=(0.5,) * NUM_KNOBS, temperature=0.5)] * count)
        if HUMANIZE in self._roster:
            self.humanize(beat, 1.0, 1.0)
            self.groove(beat, beat, 1.0, 1.0)
        if DRUMIFY in self._roster:
            self.drumify(line)

    def close(self) -> None:
        """Write what the cache still holds, and close it."""
        self._cache.close()

    def prepare(self, clip: Clip, *, kind: str | None = None) -> Prepared:
        """Judge a clip and encode it ahead, so that the first request for it finds its latents.

        Raises:
            UnsupportedMeterError: its meter is not on the models' grid.
        """
        verdict = judge_kind(clip)
        chosen = kind or verdict.kind
        if chosen not in self._roster:
            return Prepared(OTHER, verdict.reason, clip.num_bars, False, 0)
        encoded = self._latents([clip], chosen)
        self._encoder.reach(clip, chosen, self._roster.playing(chosen), encoded.latents[0])
        if chosen == DRUMS and HUMANIZE in self._roster:
            self._encoder.feels([clip], self._roster.playing(HUMANIZE))
        return Prepared(chosen, verdict.reason, clip.num_bars, encoded.cached, encoded.left_out[0])

    def sample(self, model: str, count: int, *, temperature: float = SAMPLE_TEMPERATURE, seed: int = 0) -> Answer:
        """New clips from a model's prior, as long as its window.

        Raises:
            UnknownModelError: no such model is loaded.
            WrongKindError: the model answers rhythms and invents none.
        """
        check_count(count)
        check_temperature(temperature)
        loaded = self._roster.with_prior(model)
        z = from_prior(loaded, count, seed)[:, None]
        recipe = Recipe(Clip((), loaded.bars * 4.0), (), ((),) * count, temperature, generator_of(seed))
        return self._decoded(loaded, z, recipe, Encoded((), (), False, 0.0))

    def vary(
        self,
        clip: Clip,
        count: int,
        amount: float,
        *,
        temperature: float = 0.0,
        seed: int = 0,
        kind: str | None = None,
    ) -> Answer:
        """Clips near the clip: `amount` 0 gives its reconstruction, 1 goes as far as the prior, evenly by change.

        Each variation goes its own way through latent space, one way for the whole clip: towards a clip of the prior,
        which for a melody is first moved into the melody's key and register. The first ones are the same however many
        follow.
        """
        check_count(count)
        check_share("amount", amount)
        check_temperature(temperature)
        chosen = self._kind([clip], kind)
        check_windows(count, len(window_starts(clip)))
        encoded = self._latents([clip], chosen)
        started = time.perf_counter()
        loaded = self._roster.playing(chosen)
        here = encoded.latents[0].expand(count, -1, -1)
        away = self._ways.directions(loaded, clip, count, seed)
        recipe = Recipe(clip, (clip,), ((1.0,),) * count, temperature, generator_of(seed))
        z = slerp(here, away, self._ways.share(loaded, clip, encoded.latents[0], amount))
        return self._decoded(loaded, z, recipe, encoded, started)

    def interpolate(
        self,
        clip_a: Clip,
        clip_b: Clip,
        steps: int,
        *,
        temperature: float = 0.0,
        seed: int = 0,
        spacing: str = "change",
        kind: str | None = None,
    ) -> Answer:
        """Clips from a to b, both ends included; the shorter clip is played in loop.

        `spacing` says whether the steps are even in how much the music changes, or in angle (plain slerp).
        """
        check_count(steps)
        check_temperature(temperature)
        if spacing not in SPACINGS:
            raise OutOfRangeError(f"spacing is {spacing!r}; choose {' or '.join(SPACINGS)}")
        chosen = self._kind([clip_a, clip_b], kind)
        clips = one_length([clip_a, clip_b])
        check_windows(max(steps, PROBES), len(window_starts(clips[0])))
        encoded = self._latents(clips, chosen)
        loaded = self._roster.playing(chosen)
        started = time.perf_counter()
        shares = torch.linspace(0, 1, steps)
        if spacing == "change" and steps > 2:
            shares = self._ways.stops(loaded, clips, encoded.latents, steps)
        weights = tuple((1 - float(t), float(t)) for t in shares)
        z = blend(torch.stack(encoded.latents), torch.tensor(weights, dtype=torch.float64))
        recipe = Recipe(clips[0], tuple(clips), weights, temperature, generator_of(seed))
        return self._decoded(loaded, z, recipe, encoded, started)

    def blend(
        self,
        clips: Sequence[Clip],
        weights: Sequence[float],
        *,
        temperature: float = 0.0,
        seed: int = 0,
        kind: str | None = None,
    ) -> Answer:
        """One clip at the spherical weighted mean of any number of latents; shorter clips are played in loop.

        Raises:
            OutOfRangeError: no clip, a negative weight, or none above 0.
        """
        check_temperature(temperature)
        check_weights(clips, weights)
        chosen = self._kind(clips, kind)
        looped = one_length(clips)
        check_windows(len(clips), len(window_starts(looped[0])))
        encoded = self._latents(looped, chosen)
        shares = tuple(weight / max(weights) for weight in weights)  # only ratios count, and these cannot overflow
        z = blend(torch.stack(encoded.latents), torch.tensor(shares, dtype=torch.float64))
        recipe = Recipe(looped[0], tuple(looped), (shares,), temperature, generator_of(seed))
        return self._decoded(self._roster.playing(chosen), z[None], recipe, encoded)

    def humanize(
        self, clip: Clip, timing: float, velocity: float, *, temperature: float = HUMANIZE_TEMPERATURE, seed: int = 0
    ) -> Answer:
        """The same hits, none added, lost or moved in pitch, with a player's timing and velocity, each by its amount.

        Temperature 0 is what players do most likely, 1 as loosely as they do.
        """
        check_share("timing", timing)
        check_share("velocity", velocity)
        check_temperature(temperature)
        model = feel_of(self._roster.playing(HUMANIZE))
        started = time.perf_counter()
        generator = generator_of(seed)
        hits = torch.from_numpy(self._hits(clip).hits)
        answer = feel.answer(model, hits, clip, feel.imagine(model, hits, clip, temperature, generator))
        felt = feel.put_on(clip, *feel.draw(answer, temperature, generator), timing, velocity, self._drum_map)
        return Answer((felt,), 0.0, _since(started), False, (self._drums.left_out(clip),))

    def drumify(self, clip: Clip, *, temperature: float = DRUMIFY_TEMPERATURE, seed: int = 0) -> Answer:
        """A drum clip on the rhythm of any clip: it sounds where the clip does, and nowhere else."""
        check_temperature(temperature)
        model = feel_of(self._roster.playing(DRUMIFY))
        started = time.perf_counter()
        generator = generator_of(seed)
        tap = feel.tap_of(clip)
        answer = feel.answer(model, tap, clip, feel.imagine(model, tap, clip, temperature, generator))
        groove = feel.draw_drums(answer, tap, temperature, generator)
        drums = self._drums.writer(()).write(torch.from_numpy(groove)[None], clip, ((),), (AS_IT_IS,))
        return Answer(tuple(drums), 0.0, _since(started), False, (0,))

    def groove(self, from_clip: Clip, to_clip: Clip, timing: float, velocity: float) -> Answer:
        """The feel of one drum clip on the hits of another.

        Where both hit the same voice at the same place of the loop, velocity and offset are those of `from_clip`
        exactly, but that a first beat of `to_clip` which is not early does not become so; elsewhere the model plays
        as the player of `from_clip` would.
        """
        check_share("timing", timing)
        check_share("velocity", velocity)
        template, target = self._hits(from_clip), self._hits(to_clip)
        loaded = self._roster.playing(HUMANIZE)
        encoded = self._encoder.feels([from_clip], loaded)
        started = time.perf_counter()
        hits = torch.from_numpy(target.hits)
        answer = feel.answer(feel_of(loaded), hits, to_clip, encoded.latents[0].mean(0))  # one feel for the whole clip
        velocities, offsets = feel.exact_where_heard(template, answer.velocity[0], answer.offset[0])
        felt = feel.put_on(to_clip, velocities, offsets, timing, velocity, self._drum_map)
        left_out = (*encoded.left_out, self._drums.left_out(to_clip))
        return Answer((felt,), encoded.encode_ms, _since(started), encoded.cached, left_out)

    def field(self, anchors: Sequence[Anchor], *, kind: str | None = None) -> Field:
        """Clips at points of the unit square, ready to be morphed between; shorter clips are played in loop.

        How the music changes between neighbours is measured, once a pair of clips.

        Raises:
            OutOfRangeError: no anchor, or more than 64.
            WrongKindError: the clips are not all melodies or all drums.
            UnsupportedMeterError: they are not in one meter, or in one that is not on the models' grid.
            TooLargeError: they are too long together.
        """
        check_anchors(anchors)
        chosen = self._kind([anchor.clip for anchor in anchors], kind)
        return make_field(anchors, self._translators[chosen], self._roster.playing(chosen), self._encoder)

    def morph(self, field: Field, positions: Sequence[Position], locks: Mapping[int, Position] | None = None) -> Answer:
        """A clip for each position in a field, all of them in one pass of the model.

        At an anchor it is the reconstruction of the anchor's clip; between, the blend of all of them by nearness, so
        that the music changes evenly on the way. The seed decides the noise, the same wherever the cursor is: small
        moves make small changes, and who comes back finds the same notes.

        Args:
            field: from `field`.
            positions: 1 to 128.
            locks: of drums: a voice 0..8 to the position whose pattern's notes it keeps, or 9 to the position whose
                hits all voices keep, while velocities and offsets go on; a voice's own lock wins.

        Raises:
            OutOfRangeError: too many positions or none, or no such voice.
            WrongKindError: something is locked in a melody.
            TooLargeError: too many positions for clips so long.
        """
        check_count(len(positions))
        check_windows(len(positions), len(window_starts(field.frame)))
        started = time.perf_counter()
        clips = self._morph.patterns(self._roster.playing(field.kind), field, positions, locks or {})
        return Answer(tuple(clips), 0.0, _since(started), True, field.left_out)

    def knobs(self, kind: str) -> tuple[tuple[int, Knob], ...]:
        """The knobs of a kind of music that work with what is loaded, each with its number from 1.

        Raises:
            WrongKindError: no loaded model plays that kind.
        """
        return working_knobs(self._roster.playing(check_kind(kind, self._translators)), kind)

    def _latents(self, clips: Sequence[Clip], kind: str) -> Encoded:
        return self._encoder.latents(clips, kind, self._roster.playing(kind))

    def _kind(self, clips: Sequence[Clip], asked: str | None) -> str:
        return check_kind(asked, self._translators) if asked is not None else one_kind(clips)

    def _hits(self, clip: Clip) -> Groove:
        """The clip's groove, which must have a hit."""
        groove = groove_codec.to_tensor(clip, self._drum_map)
        if not groove.hits.any():
            raise WrongKindError(f"the clip has no hit that the {self._drum_map.name} map knows; give a drum clip")
        return groove

    def _decoded(
        self, loaded: Checkpoint, z: Tensor, recipe: Recipe, encoded: Encoded, started: float | None = None
    ) -> Answer:
        """The latents `count, windows, latent` as an answer."""
        started = time.perf_counter() if started is None else started
        outputs = translators.decode(vae_of(loaded), z, recipe.temperature, recipe.generator)
        clips = self._translators[loaded.kind].speak(outputs, recipe)
        return Answer(tuple(clips), encoded.encode_ms, _since(started), encoded.cached, encoded.left_out)


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1e3
