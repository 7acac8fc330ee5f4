"""Scenes as pictures: a colour an instrument, lanes for drums, a shaded span, bar line below bar line."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from engine.errors import OutOfRangeError
from engine.report.note_examples import Scene
from engine.report.note_rolls import draw_scenes, scenes_picture
from engine.representations.note_sequence import Track
from engine.runtime.note_filling import Span

SHADE = to_rgb("#f6c945")


def track(pitch: int, program: int = 0, start: float = 0.0, velocity: float = 90, is_drum: bool = False) -> Track:
    """A note on each bar of two."""
    table = np.array([(start + bar * 4.0, 1.0, pitch, velocity) for bar in range(2)], float)
    return Track(table, program, is_drum)


def scene(*tracks: Track, span: Span | None = None) -> Scene:
    return Scene("title", tracks, 8.0, span=span)


def labels(figure: object) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]  # type: ignore[attr-defined]


def colours(axes: Axes) -> list[tuple[float, ...]]:
    """Of the notes, in order of start."""
    return [tuple(face[:3]) for each in axes.collections for face in each.get_facecolor()]


DRUMS = track(36, is_drum=True)


def test_the_second_of_two_violins_is_told_from_the_first_and_the_legend_goes_downwards() -> None:
    quartet = scene(track(80, 40), track(70, 40), track(60, 41), track(40, 42))
    figure = draw_scenes([quartet])
    assert labels(figure) == ["violin", "violin 2", "viola", "cello"]
    assert len(set(colours(figure.axes[0]))) == 4


def test_an_instrument_has_its_colour_in_every_scene_and_another_program_has_another() -> None:
    one, other = draw_scenes([scene(track(60, 73)), scene(track(72, 40), track(60, 73))]).axes
    flute, violin = colours(one)[0], colours(other)[1]
    assert colours(other)[0] == flute != violin


def test_the_quieter_is_the_paler() -> None:
    loud, quiet = (sum(colours(draw_scenes([scene(track(60, velocity=v))]).axes[0])[0]) for v in (120, 20))
    assert quiet > loud


def test_drums_have_lanes_below_and_no_legend_and_alone_no_piano_roll() -> None:
    figure = draw_scenes([scene(DRUMS, track(60))])
    assert labels(figure) == ["grand piano"]
    roll, kit = figure.axes
    assert [tick.get_text() for tick in kit.get_yticklabels()] == ["kick"]
    assert roll.get_title(loc="left") == "title"
    (alone,) = draw_scenes([scene(DRUMS)]).axes
    assert [tick.get_text() for tick in alone.get_yticklabels()] == ["kick"]
    assert alone.get_title(loc="left") == "title"


def test_scenes_with_and_without_drums_share_their_strips() -> None:
    assert len(draw_scenes([scene(DRUMS, track(60)), scene(track(62))]).axes) == 4


def test_the_span_is_shaded_and_what_is_outside_is_paler() -> None:
    figure = draw_scenes([scene(track(60), DRUMS, span=Span(4, 8))])
    for axes in figure.axes:
        (shade,) = [patch for patch in axes.patches if to_rgb(patch.get_facecolor()) == SHADE]
        assert (shade.get_x(), shade.get_width()) == (4, 4)  # type: ignore[attr-defined]
        outside, inside = colours(axes)
        assert sum(outside) > sum(inside)


def test_a_note_that_is_early_for_the_span_belongs_to_it() -> None:
    inside = draw_scenes([scene(track(60, start=-0.1), span=Span(4, 8))]).axes[0]
    assert sum(colours(inside)[0]) > sum(colours(inside)[1])


def test_bar_lines_stand_below_each_other_where_one_part_begins_early() -> None:
    early = track(36, start=-0.1, is_drum=True)
    figure = draw_scenes([scene(track(60), early), scene(track(60), DRUMS)])
    assert {axes.get_xlim() for axes in figure.axes} == {(-0.1, 8.0)}


def test_silence_is_a_roll_without_a_note() -> None:
    (axes,) = draw_scenes([scene()]).axes
    assert colours(axes) == []


def test_two_windows_of_seven_instruments_have_fourteen_names_and_colours() -> None:
    figure = draw_scenes([scene(*(track(40 + n, first + n) for n in range(7))) for first in (0, 50)])
    assert len(set(labels(figure))) == 14
    assert len({face for axes in figure.axes for face in colours(axes)}) == 14


def test_a_picture_is_svg_and_the_same_again() -> None:
    scenes = [scene(DRUMS, track(60), span=Span(0, 4)), scene(track(62, 40))]
    drawn = scenes_picture(scenes)
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    assert drawn == scenes_picture(scenes)
    assert b"violin" in drawn


def test_no_scene_is_no_picture() -> None:
    with pytest.raises(OutOfRangeError, match="at least one"):
        draw_scenes([])
