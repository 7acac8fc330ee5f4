"""Clips as pictures: melodies as piano rolls, drums as a lane a voice, several of them on one page.

Matplotlib draws, and is imported only where something is drawn: nothing that plays waits for it.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import DataError, OutOfRangeError
from engine.representations.clip import Clip, Note
from engine.representations.drums import GENERAL_MIDI, VOICES, DrumMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_BARS = 64
"""Of a longer clip only so many bars are drawn, and its title says so."""
FORMATS = ("png", "svg")
Colour = str | tuple[float, ...]

_DOTS_AN_INCH = 110
_PAGE_INCHES, _MOST_INCHES = 12.0, 40.0
_INCHES_A_BAR = 0.55
_HEAD_INCHES, _FOOT_INCHES = 0.5, 0.32
_LANE_INCHES, _SEMITONE_INCHES = 0.16, 0.052
_TITLE_INCHES = 0.48
_MIN_SEMITONES = 12
_HIT_QUARTERS = 0.16
_OTHER_LANE = "other"
_BLACK_KEYS = (1, 3, 6, 8, 10)
_QUIET, _LOUD = (0.74, 0.83, 0.94), (0.03, 0.17, 0.42)
_SECOND_QUIET, _SECOND_LOUD = (0.78, 0.92, 0.80), (0.02, 0.36, 0.16)
_MARKED, _MARKED_EDGE = "#f28e2b", "#8a3b00"
_BAR_LINE, _BEAT_LINE, _SHADED, _GHOST = "#555555", "#d4d4d4", "#f3f3f3", "#9a9a9a"


@dataclass(frozen=True)
class Roll:
    """One clip on a page.

    Attributes:
        clip: what is drawn; muted notes are outlines.
        title: above it.
        is_drums: True for a lane a voice, False for a piano roll.
        behind: a clip to compare with, as outlines under the notes: the one that this was made of; None for nothing.
        marked: notes of the clip that stand out, in another colour and with a dark edge.
        second: notes of the clip that are a part of their own, such as the bass under a melody, in a colour of theirs.
        colours: of notes that have one of their own, whatever their loudness; None: no note has.
    """

    clip: Clip
    title: str
    is_drums: bool = False
    behind: Clip | None = None
    marked: frozenset[Note] = frozenset()
    second: frozenset[Note] = frozenset()
    colours: Mapping[Note, Colour] | None = None


def write_page(rolls: Sequence[Roll], path: Path, title: str = "") -> None:
    """Draw clips on a page and write it as PNG or SVG, as the file's name ends.

    Raises:
        OutOfRangeError: no roll, or a name that ends otherwise.
        DataError: the file cannot be written.
    """
    content = page_bytes(rolls, title, path.suffix.lstrip(".").lower())
    try:
        path.write_bytes(content)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror or error}") from error


def page_bytes(rolls: Sequence[Roll], title: str = "", form: str = "png", columns: int | None = None) -> bytes:
    """A page as the bytes of a file; the same clips give the same bytes.

    Args:
        rolls: at least one.
        title: of the page.
        form: `png` or `svg`.
        columns: clips side by side; None takes as many as their length lets one read.
    """
    if form not in FORMATS:
        raise OutOfRangeError(f"a picture was to be {form!r}; choose {' or '.join(FORMATS)}")
    from matplotlib import rc_context

    buffer = io.BytesIO()
    metadata: dict[str, Any] = {"Date": None} if form == "svg" else {"Software": None}
    with rc_context({"svg.hashsalt": "latent-bridge", "svg.fonttype": "none"}):
        draw_page(rolls, title, columns).savefig(buffer, format=form, dpi=_DOTS_AN_INCH, metadata=metadata)
    return buffer.getvalue()


def draw_page(rolls: Sequence[Roll], title: str = "", columns: int | None = None) -> Figure:
    """A page of clips, row by row; melodies share their range of pitches, drums their lanes, so that eyes can compare.

    Raises:
        OutOfRangeError: no roll.
    """
    if not rolls:
        raise OutOfRangeError("a page needs a clip to draw; give at least one")
    from matplotlib.figure import Figure

    columns = columns or _columns(rolls)
    rows = [rolls[first : first + columns] for first in range(0, len(rolls), columns)]
    pitches, lanes = pitch_range(rolls), lanes_of(rolls)
    heights = [max(_height_inches(roll, pitches, lanes) for roll in row) for row in rows]
    width = min(_MOST_INCHES, max(_PAGE_INCHES, _INCHES_A_BAR * max(_shown_bars(r.clip) for r in rolls)))
    figure = Figure(figsize=(width, sum(heights) + _HEAD_INCHES + _FOOT_INCHES), layout="constrained")
    figure.suptitle(title, fontsize=12)
    grid = figure.add_gridspec(len(rows), columns, height_ratios=heights)
    for place, roll in enumerate(rolls):
        axes = figure.add_subplot(grid[divmod(place, columns)])
        draw_drums(axes, roll, lanes) if roll.is_drums else draw_melody(axes, roll, pitches)
    outlined = "; outlines: the clip that it was made of" if any(roll.behind for roll in rolls) else ""
    figure.supxlabel(f"bars; the darker, the louder{outlined}", fontsize=8, color=_BAR_LINE)
    return figure


def draw_melody(axes: Axes, roll: Roll, pitches: tuple[int, int] | None = None) -> None:
    """A piano roll: time to the right, pitch upwards, black keys shaded, C named as in C4 = 60.

    Args:
        axes: of matplotlib, drawn on.
        roll: the clip.
        pitches: lowest and highest that are shown; None takes the clip's.
    """
    low, high = pitches or pitch_range([roll])
    _frame(axes, roll)
    for pitch in range(low, high + 1):
        if pitch % 12 in _BLACK_KEYS:
            axes.axhspan(pitch - 0.5, pitch + 0.5, color=_SHADED, zorder=0)
    octaves = range(math.ceil(low / 12) * 12, high + 1, 12)
    axes.set_yticks(octaves, [f"C{pitch // 12 - 1}" for pitch in octaves], fontsize=7)
    axes.set_ylim(low - 1, high + 1)
    _draw_notes(axes, roll, lambda note: (note.pitch, note.duration_quarters))


def draw_drums(axes: Axes, roll: Roll, lanes: Sequence[str] | None = None, drum_map: DrumMap = GENERAL_MIDI) -> None:
    """A lane for each voice, the kick lowest; each hit begins where it is struck, however far from the grid.

    Args:
        axes: of matplotlib, drawn on.
        roll: the clip.
        lanes: voices that are shown, from the lowest lane; None takes the clip's.
        drum_map: pitch to voice.
    """
    lanes = lanes or lanes_of([roll])
    _frame(axes, roll)
    for lane in range(0, len(lanes), 2):
        axes.axhspan(lane - 0.5, lane + 0.5, color=_SHADED, zorder=0)
    axes.set_yticks(range(len(lanes)), [lane.replace("_", " ") for lane in lanes], fontsize=7)
    axes.set_ylim(-0.5, len(lanes) - 0.5)
    _draw_notes(axes, roll, lambda note: (lanes.index(_lane(note, drum_map)), _HIT_QUARTERS))


def _frame(axes: Axes, roll: Roll) -> None:
    """Title, bar lines, beat lines."""
    clip, bars = roll.clip, _shown_bars(roll.clip)
    end = min(clip.length_quarters, bars * clip.bar_quarters)
    cut = f" (bars 1 to {bars} of {clip.num_bars})" if bars < clip.num_bars else ""
    axes.set_title(roll.title + cut, fontsize=8, loc="left", pad=3)
    axes.set_xlim(min(0.0, *(note.start_quarters for note in clip.notes), 0.0), end)
    beats = math.ceil(end * clip.denominator / 4 - 1e-6)
    for beat in range(beats + 1):
        is_bar = beat % clip.numerator == 0
        axes.axvline(beat * 4 / clip.denominator, color=_BAR_LINE if is_bar else _BEAT_LINE, lw=0.8 if is_bar else 0.5)
    named = range(0, bars, 1 if bars <= 16 else 4)
    axes.set_xticks([bar * clip.bar_quarters for bar in named], [str(bar + 1) for bar in named], fontsize=7)
    axes.tick_params(length=2, pad=2)
    axes.set_axisbelow(True)


def _draw_notes(axes: Axes, roll: Roll, place: Any) -> None:
    from matplotlib.collections import PatchCollection

    def draw(notes: Sequence[Note], **look: Any) -> None:
        boxes = [_box(note, *place(note)) for note in notes]
        axes.add_collection(PatchCollection(boxes, **look), autolim=False)

    shown = list(_shown(roll.clip))
    sounding = [note for note in shown if not note.mute]
    if roll.behind is not None:
        draw([n for n in _shown(roll.behind) if not n.mute], facecolor="none", edgecolor=_GHOST, lw=0.9, zorder=2)
    draw(sounding, facecolor=[_colour(roll, n) for n in sounding], edgecolor="white", lw=0.5, zorder=3)
    draw([n for n in sounding if n in roll.marked], facecolor="none", edgecolor=_MARKED_EDGE, lw=1.0, zorder=4)
    draw([n for n in shown if n.mute], facecolor="none", edgecolor=_BEAT_LINE, lw=0.9, ls=":", zorder=3)


def _box(note: Note, height: float, length_quarters: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((note.start_quarters, height - 0.42), length_quarters, 0.84)


def _colour(roll: Roll, note: Note) -> Colour:
    """That of marked notes, else its own, else between the quiet and the loud colour of its part."""
    own = roll.colours or {}
    if note in roll.marked or note in own:
        return _MARKED if note in roll.marked else own[note]
    ends = (_SECOND_QUIET, _SECOND_LOUD) if note in roll.second else (_QUIET, _LOUD)
    return tuple(quiet + note.velocity / 127 * (loud - quiet) for quiet, loud in zip(*ends, strict=True))


def _shown(clip: Clip) -> Iterator[Note]:
    end = min(clip.length_quarters, _shown_bars(clip) * clip.bar_quarters)
    return (note for note in clip.notes if note.start_quarters < end)


def _shown_bars(clip: Clip) -> int:
    return min(MAX_BARS, clip.num_bars)


def _columns(rolls: Sequence[Roll]) -> int:
    """Three clips of two bars lie side by side, two of four bars, longer ones by themselves."""
    bars = max(_shown_bars(roll.clip) for roll in rolls)
    return min(len(rolls), 3 if bars <= 2 else 2 if bars <= 4 else 1)


def pitch_range(rolls: Sequence[Roll]) -> tuple[int, int]:
    """Lowest and highest pitch of all melodies of a page, an octave at least."""
    clips = [clip for roll in rolls if not roll.is_drums for clip in (roll.clip, roll.behind) if clip is not None]
    pitches = [note.pitch for clip in clips for note in _shown(clip)]
    low, high = min(pitches, default=60), max(pitches, default=72)
    missing = max(0, _MIN_SEMITONES - (high - low))
    return max(0, low - missing // 2), min(127, high + missing - missing // 2)


def lanes_of(rolls: Sequence[Roll], drum_map: DrumMap = GENERAL_MIDI) -> list[str]:
    """The voices that any drum clip of a page hits, from the kick upwards."""
    clips = [clip for roll in rolls if roll.is_drums for clip in (roll.clip, roll.behind) if clip is not None]
    hit = {_lane(note, drum_map) for clip in clips for note in _shown(clip)}
    return [lane for lane in (*VOICES, _OTHER_LANE) if lane in hit] or [VOICES[0]]


def _lane(note: Note, drum_map: DrumMap) -> str:
    voice = drum_map.voice_of(note.pitch)
    return _OTHER_LANE if voice is None else VOICES[voice]


def _height_inches(roll: Roll, pitches: tuple[int, int], lanes: Sequence[str]) -> float:
    rows = len(lanes) * _LANE_INCHES if roll.is_drums else (pitches[1] - pitches[0] + 2) * _SEMITONE_INCHES
    return _TITLE_INCHES + max(0.5, rows)
