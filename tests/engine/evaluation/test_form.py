"""Bars that come again."""

from __future__ import annotations

import math

import numpy as np

from engine.evaluation.form import repeated_bars
from engine.representations.melody import OFF, pitch_token


def bar(*events: tuple[int, int]) -> list[int]:
    row = [0] * 16
    for step, pitch in events:
        row[step] = pitch_token(pitch) if pitch else OFF
    return row


A, B = bar((0, 60), (8, 62)), bar((0, 64), (8, 65))
C, REST = bar((3, 60)), bar((0, 0))


def melody(*bars: list[int]) -> np.ndarray:
    return np.concatenate(bars)[None]


def test_a_bar_is_known_again_by_its_rhythm_and_by_its_notes() -> None:
    found = repeated_bars(melody(A, C, A, B))
    assert found == {"bars_repeat_rhythm": 2 / 3, "bars_repeat_notes": 1 / 3}


def test_rests_do_not_count() -> None:
    assert repeated_bars(melody(REST, A, REST, A))["bars_repeat_notes"] == 1 / 2
    assert math.isnan(repeated_bars(melody(A, REST))["bars_repeat_notes"])


def test_a_bar_of_another_melody_is_no_repetition() -> None:
    found = repeated_bars(np.concatenate([melody(A, B), melody(B, A)]))
    assert found == {"bars_repeat_rhythm": 1, "bars_repeat_notes": 0}
