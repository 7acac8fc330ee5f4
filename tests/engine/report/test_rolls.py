"""Passages as pictures: one page of short pairs, one each of long ones."""

from __future__ import annotations

from made_up import beat, line

from engine.report.examples import Pair
from engine.report.passages import Passage
from engine.report.rolls import pairs_pictures, samples_picture


def trio(seed: int, bars: int) -> Passage:
    return {"melody": line(seed, bars), "bass": line(seed + 1, bars), "drums": beat(seed, bars)}


def test_short_pairs_share_a_picture_and_long_ones_have_one_each() -> None:
    short, long = ([Pair({"melody": line(n, bars)}, {"melody": line(n, bars)}) for n in range(3)] for bars in (2, 8))
    assert len(pairs_pictures(short)) == 1
    assert len(pairs_pictures(long)) == 3


def test_a_trio_is_drawn_as_lines_over_lanes_and_what_differs_is_marked() -> None:
    (same,), (other,) = (pairs_pictures([Pair(trio(0, 8), trio(seed, 8))]) for seed in (0, 3))
    assert b"#8a3b00" not in same
    assert b"#8a3b00" in other
    assert b"kick" in same
    assert b"C4" in same


def test_samples_are_numbered() -> None:
    drawn = samples_picture([{"drums": beat(n, 2)} for n in range(3)])
    assert all(f">{number}</text>".encode() in drawn for number in (1, 2, 3))
