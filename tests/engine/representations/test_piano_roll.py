"""Pictures of clips: what lies where, and that a page is whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from made_up import beat, line
from matplotlib.figure import Figure

from engine.errors import DataError, OutOfRangeError
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.piano_roll import (
    MAX_BARS,
    Roll,
    draw_drums,
    draw_melody,
    draw_page,
    page_bytes,
    write_page,
)

PNG = b"\x89PNG"


def boxes(axes: object) -> list[tuple[float, float, float]]:
    """Left, middle and width of each note drawn, outlines too."""
    paths = [path.get_extents() for group in axes.collections for path in group.get_paths()]  # type: ignore[attr-defined]
    return [(round(p.x0, 6), round((p.y0 + p.y1) / 2, 6), round(p.width, 6)) for p in paths]


def test_a_note_lies_at_its_time_and_its_pitch() -> None:
    clip = make_clip([Note(0.0, 60, 1.0), Note(1.5, 67, 0.5)], 4.0)
    axes = Figure().add_subplot()
    draw_melody(axes, Roll(clip, "two notes"))
    assert boxes(axes) == [(0.0, 60.0, 1.0), (1.5, 67.0, 0.5)]
    assert axes.get_xlim() == (0.0, 4.0)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["C4"]


def test_a_hit_lies_in_its_lane_where_it_was_struck() -> None:
    clip = make_clip([Note(0.0, 36), Note(1.03, 38), Note(0.47, 42)], 4.0)
    axes = Figure().add_subplot()
    draw_drums(axes, Roll(clip, "beat", True))
    assert [(left, lane) for left, lane, _ in boxes(axes)] == [(0.0, 0.0), (0.47, 2.0), (1.03, 1.0)]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["kick", "snare", "closed hat"]


def test_a_pitch_of_no_voice_has_a_lane_of_its_own() -> None:
    axes = Figure().add_subplot()
    draw_drums(axes, Roll(make_clip([Note(0.0, 36), Note(1.0, 3)], 4.0), "beat", True))
    assert [label.get_text() for label in axes.get_yticklabels()] == ["kick", "other"]


def test_louder_notes_are_darker() -> None:
    clip = make_clip([Note(0.0, 60, 1.0, 20.0), Note(1.0, 60, 1.0, 120.0)], 4.0)
    axes = Figure().add_subplot()
    draw_melody(axes, Roll(clip, "soft, loud"))
    soft, loud = np.vstack([group.get_facecolor() for group in axes.collections if len(group.get_paths())])
    assert loud[:3].sum() < soft[:3].sum()


def test_a_note_may_have_a_colour_of_its_own_and_a_mark_wins_over_it() -> None:
    own, marked, plain = (Note(float(start), 60, 1.0) for start in range(3))
    green = (0.0, 1.0, 0.0)
    axes = Figure().add_subplot()
    clip = make_clip([own, marked, plain], 4.0)
    draw_melody(axes, Roll(clip, "green", marked=frozenset({marked}), colours={own: green, marked: green}))
    faces = [tuple(face[:3]) for group in axes.collections for face in group.get_facecolor()]
    assert [face == green for face in faces[:3]] == [True, False, False]


def test_muted_notes_are_outlines() -> None:
    axes = Figure().add_subplot()
    draw_melody(axes, Roll(make_clip([Note(0.0, 60, mute=True)], 4.0), "muted"))
    muted = next(group for group in axes.collections if len(group.get_paths()))
    assert len(muted.get_facecolor()) == 0


def test_melodies_of_a_page_share_their_pitches_and_drums_their_lanes() -> None:
    low, high = (make_clip([Note(0.0, pitch)], 4.0) for pitch in (40, 80))
    kick, snare = (make_clip([Note(0.0, pitch)], 4.0) for pitch in (36, 38))
    page = draw_page([Roll(low, "1"), Roll(high, "2"), Roll(kick, "3", True), Roll(snare, "4", True)])
    limits = [axes.get_ylim() for axes in page.axes]
    assert limits[0] == limits[1] == (39.0, 81.0)
    assert limits[2] == limits[3] == (-0.5, 1.5)


def test_the_clip_that_another_was_made_of_lies_behind_it() -> None:
    axes = Figure().add_subplot()
    draw_melody(axes, Roll(make_clip([Note(0.0, 60)], 4.0), "new", behind=make_clip([Note(2.0, 72)], 4.0)))
    assert sorted(boxes(axes)) == [(0.0, 60.0, 0.25), (2.0, 72.0, 0.25)]


@pytest.mark.parametrize(("numerator", "denominator", "lines"), [(4, 4, 9), (3, 4, 7), (6, 8, 13)])
def test_there_is_a_line_at_each_beat(numerator: int, denominator: int, lines: int) -> None:
    axes = Figure().add_subplot()
    draw_melody(axes, Roll(line(bars=2, numerator=numerator, denominator=denominator), "meter"))
    assert len(axes.lines) == lines
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2"]


def test_of_a_long_clip_the_first_bars_are_drawn_and_the_title_says_so() -> None:
    page = draw_page([Roll(line(bars=100), "long")])
    assert page.axes[0].get_title(loc="left") == f"long (bars 1 to {MAX_BARS} of 100)"
    assert page.axes[0].get_xlim()[1] == MAX_BARS * 4


@pytest.mark.parametrize("clip", [Clip((), 8.0), make_clip([Note(-0.1, 36)], 4.0), make_clip([Note(9.0, 127)], 4.0)])
@pytest.mark.parametrize("is_drums", [True, False])
def test_odd_clips_make_a_page(clip: Clip, is_drums: bool) -> None:
    assert page_bytes([Roll(clip, "odd", is_drums)]).startswith(PNG)


def test_a_page_is_the_same_each_time_as_png_and_as_svg() -> None:
    rolls = [Roll(line(1, bars=2), "melody"), Roll(beat(1, bars=2), "drums", True)]
    assert page_bytes(rolls, "page") == page_bytes(rolls, "page")
    drawn = page_bytes(rolls, "page", "svg")
    assert drawn == page_bytes(rolls, "page", "svg")
    assert b">melody<" in drawn


def test_what_cannot_be_drawn_or_written_is_told(tmp_path: Path) -> None:
    roll = Roll(line(bars=1), "line")
    with pytest.raises(OutOfRangeError, match="at least one"):
        draw_page([])
    with pytest.raises(OutOfRangeError, match="choose png or svg"):
        write_page([roll], tmp_path / "page.gif")
    with pytest.raises(DataError, match="cannot be written"):
        write_page([roll], tmp_path / "missing" / "page.png")


def test_matplotlib_is_imported_only_to_draw() -> None:
    lines = "import sys, engine.representations.piano_roll, bridge.studio; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("False", "")


def test_marked_notes_and_a_second_part_have_colours_of_their_own() -> None:
    clip = make_clip([Note(0.0, 60, 1.0), Note(1.0, 60, 1.0), Note(2.0, 40, 1.0)], 4.0)
    axes = Figure().add_subplot()
    draw_melody(axes, Roll(clip, "", marked=frozenset(clip.notes[1:2]), second=frozenset(clip.notes[2:])))
    plain, marked, bass = (tuple(colour) for colour in axes.collections[0].get_facecolor())
    assert len({plain, marked, bass}) == 3
    assert boxes(axes)[3:] == [(1.0, 60.0, 1.0)]


def test_a_page_has_as_many_columns_as_were_asked_for() -> None:
    roll = Roll(line(0, 2), "")
    assert draw_page([roll] * 4, columns=2).axes[0].get_gridspec().get_geometry() == (2, 2)
