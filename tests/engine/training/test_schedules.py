"""Learning rate, beta and scheduled sampling against the reference's numbers."""

from __future__ import annotations

import pytest

from engine.training.presets import PRESETS, Schedule
from engine.training.schedules import beta, learning_rate, sampling_rate

REFERENCE = PRESETS["melody_2bar_lstm"].schedule


@pytest.mark.parametrize(("step", "chance"), [(0, 0.001), (5_000, 0.13), (6_900, 0.5), (10_000, 0.96), (200_000, 1.0)])
def test_scheduled_sampling_is_the_references(step: int, chance: float) -> None:
    assert sampling_rate(step, REFERENCE) == pytest.approx(chance, abs=0.005)


def test_without_a_constant_nothing_is_sampled() -> None:
    assert sampling_rate(100_000, Schedule(steps=1)) == 0


def test_the_references_beta_has_risen_by_63_percent_at_100000_steps() -> None:
    assert beta(0, REFERENCE) == 0
    assert beta(100_000, REFERENCE) == pytest.approx(0.2 * 0.632, abs=1e-3)


def test_the_references_groove_has_its_whole_beta_from_the_start() -> None:
    assert {beta(step, PRESETS["groove_2bar_lstm"].schedule) for step in (0, 1, 50_000)} == {0.2}


def test_the_references_learning_rate_falls_to_its_floor() -> None:
    assert learning_rate(0, REFERENCE) == pytest.approx(1e-3)
    assert learning_rate(10_000, REFERENCE) == pytest.approx((1e-3 - 1e-5) * 0.3679 + 1e-5, rel=1e-3)
    assert learning_rate(200_000, REFERENCE) == pytest.approx(1e-5, rel=1e-3)


def test_the_cosine_warms_up_peaks_and_ends_at_two_percent() -> None:
    schedule = Schedule(steps=1000, lr=1e-3, warmup=100)
    rates = [learning_rate(step, schedule) for step in range(1001)]
    assert rates[0] == pytest.approx(1e-5)
    assert max(rates) == rates[100] == pytest.approx(1e-3)
    assert rates[1000] == pytest.approx(2e-5)
    assert rates[100:] == sorted(rates[100:], reverse=True)
    assert learning_rate(5000, schedule) == rates[1000]


def test_beta_rises_in_a_line_stays_and_glides_to_its_end() -> None:
    schedule = Schedule(steps=1000, beta=0.2, beta_rise=0.3, beta_end=0.4, beta_end_share=0.3)
    expected = [(0, 0), (150, 0.1), (300, 0.2), (700, 0.2), (775, 0.3), (850, 0.4), (1000, 0.4), (2000, 0.4)]
    assert [beta(step, schedule) for step, _ in expected] == pytest.approx([value for _, value in expected])


def test_without_an_end_beta_stays() -> None:
    assert beta(1000, Schedule(steps=1000, beta=0.2)) == 0.2
