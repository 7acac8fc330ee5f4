"""Trios that borrow parts: every part stays a part of its kind, a bass lies low, and the data are never changed."""

from __future__ import annotations

import torch

from engine.data.dataset import MusicSet
from engine.representations.melody import FIRST_PITCH_CLASS, HOLD, NUM_CLASSES, OFF, pitch_token
from engine.representations.trio import BASS, DRUMS, MELODY
from engine.training.lending import Lenders, lowered

STEPS = 32


def music_set(music: torch.Tensor) -> MusicSet:
    nought = torch.zeros(len(music), dtype=torch.long)
    return MusicSet(music, nought, nought, torch.full((len(music),), 120.0), ("somebody",))


def lenders() -> Lenders:
    lines = torch.full((3, STEPS), HOLD)
    lines[:, 0], lines[:, 8] = pitch_token(72), OFF
    return Lenders(music_set(lines), music_set(torch.arange(1, 5)[:, None].expand(4, 8)))


def test_without_a_share_nothing_is_borrowed() -> None:
    trios = torch.randint(0, NUM_CLASSES, (6, STEPS, 3))
    assert torch.equal(lenders().lend(trios, 0.0, torch.Generator().manual_seed(0)), trios)


def test_each_part_is_borrowed_from_its_own_kind_and_the_rest_stays() -> None:
    trios = torch.full((200, STEPS, 3), 7)
    lent = lenders().lend(trios, 0.5, torch.Generator().manual_seed(1))
    assert (trios == 7).all(), "the argument stays"
    is_lent = (lent != 7).any(1)
    for part in (MELODY, BASS, DRUMS):
        assert 60 < int(is_lent[:, part].sum()) < 140
    assert is_lent.sum(1).unique().tolist() == [0, 1, 2, 3], "each part for itself"
    assert set(lent[is_lent[:, DRUMS], :, DRUMS].unique().tolist()) <= {1, 2, 3, 4}
    assert (lent[is_lent[:, MELODY], 0, MELODY] == pitch_token(72)).all()
    assert (lent[is_lent[:, BASS], 0, BASS] == pitch_token(36)).all(), "a C of the melody becomes a C of the bass"


def test_a_borrowed_drum_part_holds_each_pattern_for_its_whole_length() -> None:
    lent = lenders().lend(torch.zeros(20, STEPS, 3, dtype=torch.long), 1.0, torch.Generator().manual_seed(2))
    patterns = lent[:, :, DRUMS].unflatten(1, (-1, 8))
    assert (patterns == patterns[:, :, :1]).all()


def test_a_lowered_line_keeps_its_rhythm_and_its_pitch_names() -> None:
    lines = torch.randint(0, NUM_CLASSES, (50, STEPS), generator=torch.Generator().manual_seed(3))
    low = lowered(lines)
    onsets = lines >= FIRST_PITCH_CLASS
    assert torch.equal(low[~onsets], lines[~onsets])
    assert (low[onsets] >= FIRST_PITCH_CLASS).all()
    assert ((lines[onsets] - low[onsets]) % 12 == 0).all()
    assert float(low[onsets].float().mean()) < float(lines[onsets].float().mean())


def test_a_line_that_lies_low_or_is_silent_stays() -> None:
    lines = torch.stack([torch.full((STEPS,), HOLD), torch.full((STEPS,), pitch_token(40))])
    assert torch.equal(lowered(lines), lines)
