"""Feel on given hits: humanize, the groove of one clip on another, drums for a rhythm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from engine.models.draw import draw_offsets, draw_tapped_hits, draw_velocities
from engine.models.feel import Feel, FeelModel, draw_feel
from engine.representations import groove as groove_codec
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.drums import DrumMap
from engine.representations.grid import clip_steps, nearest_step, step_to_quarters
from engine.runtime.windows import join, window_steps

_MIN_VELOCITY = 1.0


@torch.inference_mode()
def encode_feel(model: FeelModel, windows: Tensor) -> Tensor:
    """Feels `windows, latent` of a clip's windows, on the CPU."""
    return model.encode(windows.to(_device(model)))[0].cpu()


@torch.inference_mode()
def answer(model: FeelModel, condition: Tensor, frame: Clip, z: Tensor | None) -> Feel:
    """What the model says of every cell of the clip, `1, steps, 9` each.

    Args:
        model: humanize or drumify.
        condition: hits `steps, 9` or a tap `steps, 3` of the whole clip.
        frame: the clip.
        z: one feel for the whole clip, `latent`, or one a window; None for the players' median.
    """
    steps, total = window_steps(frame, model.config.steps), clip_steps(frame)
    windows = condition[steps].to(_device(model))
    latents = None if z is None else z.expand(len(windows), -1).to(_device(model))
    feel = model.decode(windows, latents)
    parts = torch.stack([getattr(feel, name) for name in Feel.__dataclass_fields__], -1)
    joined = join(parts.cpu()[None], steps, total)
    return Feel(*joined.unbind(-1))


@torch.inference_mode()
def imagine(
    model: FeelModel, condition: Tensor, frame: Clip, temperature: float, generator: torch.Generator
) -> Tensor | None:
    """One feel, `latent`, that a player may have on this rhythm; None, the players' median, at temperature 0."""
    if temperature == 0:
        return None
    mu, log_var = model.expect(condition[window_steps(frame, model.config.steps)].to(_device(model)))
    return draw_feel(mu.mean(0).cpu(), log_var.mean(0).cpu(), temperature, generator)


def draw(feel: Feel, temperature: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Velocities and offsets of every cell, `steps, 9` each."""
    velocities = draw_velocities(feel.velocity, feel.velocity_scale, temperature, generator)
    return velocities[0], draw_offsets(feel.offset, feel.offset_scale, temperature, generator)[0]


def draw_drums(feel: Feel, tap: Tensor, temperature: float, generator: torch.Generator) -> groove_codec.Floats:
    """A drum part `steps, 27` that sounds just where the rhythm was tapped."""
    hits = draw_tapped_hits(feel.hit_logits[0], tap[:, 0], temperature, generator)
    velocities, offsets = draw(feel, temperature, generator)
    return torch.cat([hits, velocities, offsets], -1).numpy()


def tap_of(clip: Clip) -> Tensor:
    """The rhythm of any clip, `steps, 3`: hit, velocity, offset of each step's loudest note."""
    tap = torch.zeros(clip_steps(clip), 3)
    for note in clip.notes:
        step, offset = nearest_step(note.start_quarters, clip)
        if not note.mute and note.velocity / 127.0 > tap[step, 1]:
            tap[step] = torch.tensor([1.0, note.velocity / 127.0, offset])
    return tap


def put_on(clip: Clip, velocities: Tensor, offsets: Tensor, timing: float, velocity: float, drum_map: DrumMap) -> Clip:
    """The same notes, none added, lost or moved in pitch, each a share of the way to a new velocity and offset.

    Where several notes share a cell (a flam, two snares), the loudest goes there and the others keep their distance
    from it in time and their share of its velocity. A first beat that was not early does not become so: it would lie at
    the loop's end, and a clip that is launched would begin without it.

    Args:
        clip: notes of unknown pitches and muted notes stay as they are.
        velocities: 0..1, `steps, 9`.
        offsets: in steps, `steps, 9`.
        timing: 0 leaves the timing, 1 takes the new one.
        velocity: 0 leaves the velocities, 1 takes the new ones.
        drum_map: pitch to voice.
    """
    cells = groove_codec.cells(clip, drum_map)
    leads = _loudest(clip, cells)
    notes = []
    for note, cell in zip(clip.notes, cells, strict=True):
        if note.mute or cell.voice is None:
            notes.append(note)
            continue
        lead, lead_offset = leads[cell.step, cell.voice]
        later_steps = timing * (float(offsets[cell.step, cell.voice]) - lead_offset)
        offset = cell.offset_steps + later_steps
        if cell.step == 0 and cell.offset_steps >= 0:
            offset = max(0.0, offset)
        start = step_to_quarters(cell.step, offset, clip) if timing else note.start_quarters
        target = float(velocities[cell.step, cell.voice]) * 127.0 * note.velocity / lead.velocity
        louder = note.velocity + velocity * (target - note.velocity)
        softest = min(_MIN_VELOCITY, note.velocity)
        notes.append(replace(note, start_quarters=start, velocity=min(127.0, max(softest, louder))))
    return make_clip(notes, clip.length_quarters, clip.numerator, clip.denominator, clip.bpm)


def exact_where_heard(groove: groove_codec.Groove, velocities: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
    """A groove's own velocities and offsets where it has a hit at the same place in the loop, else those given."""
    rows = torch.arange(len(velocities)) % groove.steps
    hit = torch.from_numpy(groove.hits)[rows] > 0
    own_velocities, own_offsets = (torch.from_numpy(part)[rows] for part in (groove.velocities, groove.offsets))
    return torch.where(hit, own_velocities, velocities), torch.where(hit, own_offsets, offsets)


def _loudest(clip: Clip, cells: Sequence[groove_codec.Cell]) -> dict[tuple[int, int], tuple[Note, float]]:
    """The loudest audible note of each cell, and its offset: the one that the model hears."""
    leads: dict[tuple[int, int], tuple[Note, float]] = {}
    for note, cell in zip(clip.notes, cells, strict=True):
        if not note.mute and cell.voice is not None:
            rival = leads.get((cell.step, cell.voice))
            if rival is None or note.velocity > rival[0].velocity:
                leads[cell.step, cell.voice] = note, cell.offset_steps
    return leads


def _device(model: FeelModel) -> torch.device:
    return next(model.parameters()).device
