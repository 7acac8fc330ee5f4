"""Kinds of windows: what each cuts of a song, how long its parts may rest, and which windows are the same."""

from __future__ import annotations

import numpy as np
import pytest
from made_up import beat, line
from numpy.typing import NDArray

from engine.data.kinds import KINDS, kind_of, named_kinds
from engine.data.song import Kit, Line, Song
from engine.errors import OutOfRangeError
from engine.representations import drum_classes, groove, melody, trio
from engine.representations.clip import Clip
from engine.representations.drums import GENERAL_MIDI
from engine.representations.melody import FIRST_PITCH_CLASS, HOLD


def tokens(clip: Clip) -> NDArray[np.int64]:
    return melody.to_tensor(clip).tokens


def band(bars: int = 18, rest: range = range(0)) -> Song:
    """A lead, a second lead, a pad, a bass and two drum tracks; the first lead rests in these bars."""
    parts = [tokens(line(seed, bars)) for seed in range(4)]
    for bar in rest:
        parts[0][16 * bar : 16 * bar + 16] = HOLD
    lines = [Line(part, program, 0) for part, program in zip(parts, (80, 0, 90, 33), strict=True)]
    kits = [Kit(groove.stack(groove.to_tensor(beat(seed, bars), GENERAL_MIDI)), 0) for seed in (1, 2)]
    return Song(tuple(lines), tuple(kits))


def windows(name: str, song: Song) -> list[NDArray[np.generic]]:
    return list(KINDS[name].cut(song, KINDS[name]))


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.music != "notes"])
def test_a_kinds_windows_have_its_length_type_and_depth_and_one_begins_on_each_bar(name: str) -> None:
    kind, found = KINDS[name], windows(name, band())
    assert {(window.shape, window.dtype) for window in found} == {((kind.steps, *kind.depth), np.dtype(kind.dtype))}
    parts = {"melody": 4, "trio": 2}.get(kind.music, 2)
    assert len(found) == parts * (18 - kind.bars + 1)


def test_a_trio_is_each_melody_with_the_bass_and_all_drums() -> None:
    song, found = band(), windows("trio_16bar", band())
    first, other = trio.unstack(found[0]), trio.unstack(found[3])
    np.testing.assert_array_equal(first.bass, song.lines[3].tokens[:256])
    np.testing.assert_array_equal(first.melody, song.lines[0].tokens[:256])
    np.testing.assert_array_equal(other.melody, song.lines[1].tokens[:256])
    hits = np.maximum(*(kit.cells[:256, :9] for kit in song.kits))
    np.testing.assert_array_equal(first.drums, drum_classes.classes_of(hits))


@pytest.mark.parametrize(("name", "bars"), [("melody_16bar", 1), ("trio_16bar", 2)])
def test_a_part_may_rest_for_so_many_bars_and_no_more(name: str, bars: int) -> None:
    whole = len(windows(name, band(16)))
    assert len(windows(name, band(16, range(3, 3 + bars)))) == whole
    assert len(windows(name, band(16, range(3, 4 + bars)))) == whole - 1


def test_parts_of_different_sections_make_no_trio() -> None:
    song = band()
    elsewhere = Song(song.lines, tuple(Kit(kit.cells, 1) for kit in song.kits))
    assert windows("trio_16bar", elsewhere) == []


def test_a_trio_moved_as_a_whole_is_the_same_and_one_with_a_moved_bass_is_not() -> None:
    key, window = KINDS["trio_16bar"].key, windows("trio_16bar", band())[0]
    for parts, is_same in (((trio.MELODY, trio.BASS), True), ((trio.BASS,), False)):
        moved = window.copy()
        for part in parts:
            moved[moved[:, part] >= FIRST_PITCH_CLASS, part] += 2
        assert (key(moved) == key(window)) is is_same


def test_kinds_are_found_by_music_and_length_or_by_name() -> None:
    assert all(kind_of(kind.music, kind.steps) is kind for kind in KINDS.values())
    assert [kind.name for kind in named_kinds(["groove", "melody"])] == ["melody", "groove"]
    with pytest.raises(OutOfRangeError, match="trio of 256"):
        kind_of("trio", 32)
    with pytest.raises(OutOfRangeError, match="drums_2bar"):
        named_kinds(["melody", "drums"])
