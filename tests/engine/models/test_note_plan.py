"""A window's notes heard and planned sixteenth by sixteenth."""

from __future__ import annotations

import torch

from engine.models.config import NoteConfig
from engine.models.note_plan import AHEAD_STEPS, Plan, StepEncoder, step_of
from engine.models.spans import STEP_TICKS

CONFIG = NoteConfig(steps=32, latent_dim=8, width=16, dense=16, share=4)


def test_an_onset_belongs_to_the_sixteenth_that_it_is_nearest_to() -> None:
    onsets = torch.tensor([-60, 0, STEP_TICKS // 2 - 1, STEP_TICKS // 2, 31 * STEP_TICKS, 32 * STEP_TICKS + 100])
    assert step_of(onsets, 32).tolist() == [0, 0, 0, 1, 31, 31]


def test_notes_that_begin_together_are_heard_alike_in_any_order_and_empty_rows_are_not_heard() -> None:
    torch.manual_seed(0)
    encoder = StepEncoder(CONFIG).eval()
    entered, onsets = torch.randn(1, 3, 16), torch.tensor([[0, 0, 5 * STEP_TICKS]])
    is_note = torch.ones(1, 3, dtype=torch.bool)
    heard = encoder(entered, is_note, onsets)
    other_way = encoder(entered[:, [1, 0, 2]], is_note, onsets)
    longer = torch.cat([entered, torch.randn(1, 2, 16)], 1)
    with_empty = encoder(longer, torch.tensor([[True] * 3 + [False] * 2]), torch.cat([onsets, onsets[:, :2]], 1))
    later = encoder(entered, is_note, onsets + STEP_TICKS)
    assert torch.allclose(heard, other_way, atol=1e-6)
    assert torch.allclose(heard, with_empty, atol=1e-6)
    assert not torch.allclose(heard, later, atol=1e-3)


def test_a_note_is_told_what_is_planned_from_the_note_before_it_to_half_a_bar_ahead_and_nothing_else() -> None:
    torch.manual_seed(0)
    plan = Plan(CONFIG).eval()
    z, onset = torch.randn(1, 8), 3 * STEP_TICKS
    told = plan(z, torch.tensor([[onset]]))
    bias = plan.spread.bias.data.clone()
    for step in range(32):
        plan.spread.bias.data = bias.clone()
        plan.spread.bias.data[4 * step : 4 * step + 4] += 1
        is_told = not torch.equal(plan(z, torch.tensor([[onset]])), told)
        assert is_told == (3 <= step < 3 + AHEAD_STEPS)


def test_notes_after_onsets_in_one_sixteenth_are_told_the_same_up_to_the_windows_end() -> None:
    torch.manual_seed(0)
    plan = Plan(CONFIG).eval()
    told = plan(torch.randn(2, 8), torch.tensor([[0, 10, 31 * STEP_TICKS], [-30, 20, 40 * STEP_TICKS]]))
    assert told.shape == (2, 3, 16)
    assert torch.equal(told[:, 0], told[:, 1])
