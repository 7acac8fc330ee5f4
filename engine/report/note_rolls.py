"""Scenes of many instruments as pictures: a piano roll in a colour for each instrument, drums on lanes under it."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.errors import OutOfRangeError
from engine.report.note_examples import Scene
from engine.representations.clip import EARLY_QUARTERS, Note, make_clip
from engine.representations.general_midi import program_name
from engine.representations.note_sequence import Track
from engine.representations.piano_roll import Colour, Roll, draw_drums, draw_melody, lanes_of, pitch_range

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from engine.runtime.note_filling import Span

COLUMNS = 2
_HUES = (
    "#0072b2", "#d55e00", "#009e73", "#a0378c", "#8a6d00", "#c1121f", "#5b3fb5",
    "#3aa6d0", "#7a4b2a", "#6a8f00", "#e377a5", "#4d6380", "#b5722c", "#008080",
)  # fmt: skip
"""As many as two windows have pitched instruments."""
_DRUMS = "#222222"
_PALEST, _OUTSIDE = 0.45, 0.4
_SHADE = "#f6c945"
_WIDTH_INCHES, _SEMITONE_INCHES, _LANE_INCHES = 12.0, 0.052, 0.14
_ROLL_INCHES = (1.1, 2.6)
_HEAD_INCHES, _FOOT_INCHES = 0.4, 0.55
_LEGEND_COLUMNS = 8


def scenes_picture(scenes: Sequence[Scene]) -> bytes:
    """SVG: scenes side by side on one scale of pitches, an instrument in the same colour in each, a legend below.

    The same scenes give the same bytes.
    """
    from matplotlib import rc_context

    buffer = io.BytesIO()
    with rc_context({"svg.hashsalt": "latent-bridge", "svg.fonttype": "none"}):
        draw_scenes(scenes).savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def draw_scenes(scenes: Sequence[Scene]) -> Figure:
    """The same as a figure of matplotlib.

    Raises:
        OutOfRangeError: no scene.
    """
    if not scenes:
        raise OutOfRangeError("a picture needs a scene to draw; give at least one")
    from matplotlib.figure import Figure

    palette = _palette(scenes)
    strips = _strips([_roll(scene, palette) for scene in scenes], [_kit(scene) for scene in scenes])
    heights = [strip.inches for strip in strips]
    columns = min(COLUMNS, len(scenes))
    rows = math.ceil(len(scenes) / columns)
    inches = rows * (sum(heights) + _HEAD_INCHES) + _FOOT_INCHES
    figure = Figure(figsize=(_WIDTH_INCHES, inches), layout="constrained")
    grid = figure.add_gridspec(rows, columns)
    for place, scene in enumerate(scenes):
        inner = grid[divmod(place, columns)].subgridspec(len(strips), 1, height_ratios=heights, hspace=0.04)
        for number, strip in enumerate(strips):
            axes = figure.add_subplot(inner[number])
            strip.draw(axes, replace(strip.rolls[place], title="" if number else scene.title))
            axes.tick_params(labelbottom=number == len(strips) - 1)
            _shade(axes, scene.span)
    _on_one_scale(figure.axes)
    has_span = any(scene.span is not None for scene in scenes)
    _legend(figure, palette, f"bars; the paler, the quieter{'; palest: outside the shaded span' * has_span}")
    return figure


@dataclass(frozen=True)
class _Strip:
    """One roll of each scene, all of the same height and scale; with what draws them."""

    rolls: Sequence[Roll]
    inches: float
    draw: Callable[[Axes, Roll], None]


def _strips(rolls: Sequence[Roll], kits: Sequence[Roll]) -> list[_Strip]:
    """Pitched instruments above drums, where any scene has them; silence is a piano roll without a note."""
    has_drums = any(kit.clip.notes for kit in kits)
    pitches, lanes = pitch_range(rolls), lanes_of(kits)
    low, high = _ROLL_INCHES
    inches = min(high, max(low, (pitches[1] - pitches[0]) * _SEMITONE_INCHES))
    pitched = _Strip(rolls, inches, lambda axes, roll: draw_melody(axes, roll, pitches))
    drums = _Strip(kits, len(lanes) * _LANE_INCHES, lambda axes, kit: draw_drums(axes, kit, lanes))
    is_pitched = any(roll.clip.notes for roll in rolls)
    return [pitched] * (is_pitched or not has_drums) + [drums] * has_drums


def _palette(scenes: Sequence[Scene]) -> dict[str, str]:
    """A colour for each pitched instrument that any scene has, by its name."""
    names = dict.fromkeys(name for scene in scenes for name, _ in _named(scene))
    return {name: _HUES[place % len(_HUES)] for place, name in enumerate(names)}


def _named(scene: Scene) -> Iterator[tuple[str, Track]]:
    """The pitched instruments from the highest to the lowest; the second of two violins is `violin 2`."""
    met: Counter[str] = Counter()
    for track in scene.tracks:
        if not track.is_drum:
            name = program_name(track.program)
            met[name] += 1
            yield name if met[name] == 1 else f"{name} {met[name]}", track


def _roll(scene: Scene, palette: Mapping[str, str]) -> Roll:
    colours = {
        note: _tone(palette[name], note, scene.span) for name, track in _named(scene) for note in _notes(scene, track)
    }
    return Roll(make_clip(colours, scene.length_quarters), scene.title, colours=colours)


def _kit(scene: Scene) -> Roll:
    hits = [note for track in scene.tracks if track.is_drum for note in _notes(scene, track)]
    colours = {note: _tone(_DRUMS, note, scene.span) for note in hits}
    return Roll(make_clip(hits, scene.length_quarters), "", is_drums=True, colours=colours)


def _notes(scene: Scene, track: Track) -> tuple[Note, ...]:
    return track.clip(scene.length_quarters).notes


def _tone(colour: str, note: Note, span: Span | None) -> Colour:
    """The colour, the paler the quieter, and paler still outside the span."""
    from matplotlib.colors import to_rgb

    share = _PALEST + (1 - _PALEST) * note.velocity / 127
    if span is not None and not _is_in(note, span):
        share *= _OUTSIDE
    return tuple(1 - share * (1 - part) for part in to_rgb(colour))


def _is_in(note: Note, span: Span) -> bool:
    return span.start_quarters <= note.start_quarters + EARLY_QUARTERS < span.end_quarters


def _shade(axes: Axes, span: Span | None) -> None:
    if span is not None:
        axes.axvspan(span.start_quarters, span.end_quarters, facecolor=_SHADE, alpha=0.28, lw=0, zorder=0.5)


def _on_one_scale(every: Sequence[Axes]) -> None:
    """Where one scene begins early, all leave room for it, so that bar lines stand below bar lines."""
    start = min(axes.get_xlim()[0] for axes in every)
    for axes in every:
        axes.set_xlim(left=start)


def _legend(figure: Figure, palette: Mapping[str, str], title: str) -> None:
    from matplotlib.patches import Patch

    patches = [Patch(color=colour, label=name) for name, colour in palette.items()]
    figure.legend(
        handles=patches, loc="outside lower center", ncols=_LEGEND_COLUMNS, frameon=False, fontsize=8, title=title,
        title_fontsize=8,
    )  # fmt: skip
