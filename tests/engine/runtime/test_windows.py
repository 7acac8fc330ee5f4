"""Windows over a clip of any length, and their joining without seams."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.representations.clip import Clip
from engine.representations.grid import bar_steps, clip_steps
from engine.runtime.windows import join, looped_steps, window_steps

METERS = st.sampled_from([(4, 4), (3, 4), (7, 8), (5, 4), (2, 2), (11, 16)])


@st.composite
def clips(draw: st.DrawFn) -> Clip:
    numerator, denominator = draw(METERS)
    quarters = draw(st.floats(0.1, 80))
    return Clip((), quarters, numerator, denominator)


@given(clips())
def test_every_step_of_the_clip_is_in_some_window(clip: Clip) -> None:
    assert set(window_steps(clip).flatten().tolist()) >= set(range(min(32, clip_steps(clip))))
    assert set(window_steps(clip).flatten().tolist()) == set(range(clip_steps(clip)))


@given(clips(), st.floats(0, 1))
def test_what_all_windows_agree_on_stays(clip: Clip, constant: float) -> None:
    steps = window_steps(clip)
    joined = join(torch.full((2, *steps.shape, 3), constant), steps, clip_steps(clip))
    assert joined.shape == (2, clip_steps(clip), 3)
    torch.testing.assert_close(joined, torch.full_like(joined, constant))


@given(clips())
def test_windows_that_read_one_music_join_to_that_music(clip: Clip) -> None:
    steps = window_steps(clip)
    music = torch.rand(clip_steps(clip), 5)
    torch.testing.assert_close(join(music[steps][None], steps, clip_steps(clip))[0], music)


def test_two_windows_are_averaged_each_the_more_the_nearer_its_middle() -> None:
    clip = Clip((), 16.0)
    steps = window_steps(clip)
    parts = torch.zeros(1, *steps.shape, 1)
    parts[0, 1] = 1.0
    joined = join(parts, steps, clip_steps(clip))[0, :, 0]
    second = joined[16:48]
    assert second.argmax() in (15, 16)
    assert (second[:15].diff() >= 0).all()
    assert ((joined > 0) & (joined < 1)).sum() == 32
    assert joined[:16].sum() == joined[48:].sum() == 0


@pytest.mark.parametrize("trusted", [0, 1])
def test_a_window_that_is_not_trusted_is_hardly_heard(trusted: int) -> None:
    clip = Clip((), 16.0)
    steps = window_steps(clip)
    parts = torch.arange(len(steps), dtype=torch.float)[None, :, None, None].expand(1, -1, 32, 1)
    trust = torch.full((1, *steps.shape), 1e-6)
    trust[0, trusted] = 1.0
    joined = join(parts, steps, clip_steps(clip), trust)[0, :, 0]
    torch.testing.assert_close(joined[steps[trusted]][2:-2], torch.full((28,), float(trusted)), atol=1e-3, rtol=0)


def test_a_clip_within_one_window_is_cut_to_its_own_length() -> None:
    clip = Clip((), 3.0)
    parts = torch.rand(1, 1, 32, 2)
    assert torch.equal(join(parts, window_steps(clip), clip_steps(clip)), parts[:, 0, :12])


@pytest.mark.parametrize(("numerator", "denominator"), [(4, 4), (3, 4), (7, 8), (5, 4), (12, 8), (9, 4), (3, 16)])
def test_two_bars_in_loop_under_a_clip_keep_to_its_bars_and_overlapping_windows_agree(
    numerator: int, denominator: int
) -> None:
    clip = Clip((), 7 * numerator * 4 / denominator, numerator, denominator)
    shown = dict.fromkeys(range(clip_steps(clip)), -1)
    for clip_step, looped_step in zip(
        window_steps(clip).flatten().tolist(), looped_steps(clip).flatten().tolist(), strict=True
    ):
        assert shown[clip_step] in (-1, looped_step)
        assert 0 <= looped_step < 32
        shown[clip_step] = looped_step
    bar = bar_steps(clip)
    if bar <= 32:
        assert all((looped_step - clip_step) % bar == 0 for clip_step, looped_step in shown.items())


def test_music_in_loop_under_a_clip_of_one_window_is_as_it_was() -> None:
    assert looped_steps(Clip((), 8.0)).tolist() == [list(range(32))]
