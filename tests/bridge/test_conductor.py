"""The conductor calls players in time, and goes on when one of them fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from bridge.conductor import Conductor

_PATIENCE_S = 5


class Paper:
    """A player that counts; the third call may fail."""

    def __init__(self, fails: bool = False) -> None:
        self.turns, self.fails, self.called = 0, fails, threading.Semaphore(0)

    def advance(self, now_s: float) -> float:
        self.turns += 1
        self.called.release()
        if self.fails and self.turns == 3:
            raise ValueError("out of tune")
        return now_s + 0.001


@pytest.fixture
def conductor() -> Iterator[Conductor]:
    conductor = Conductor(time.monotonic)
    conductor.start()
    yield conductor
    conductor.stop(_PATIENCE_S)


def test_a_player_is_called_again_and_again(conductor: Conductor) -> None:
    player = Paper()
    conductor.conduct(player)
    for _ in range(10):
        assert player.called.acquire(timeout=_PATIENCE_S)


def test_a_player_that_fails_is_let_go_and_the_others_play_on(
    conductor: Conductor, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = Paper(fails=True), Paper()
    conductor.conduct(broken)
    conductor.conduct(sound)
    while broken.turns < 3 or sound.turns < 10:
        assert sound.called.acquire(timeout=_PATIENCE_S)
    assert broken.turns == 3
    assert "out of tune" in caplog.text


def test_who_is_dismissed_is_called_no_more(conductor: Conductor) -> None:
    player, other = Paper(), Paper()
    conductor.conduct(player)
    assert player.called.acquire(timeout=_PATIENCE_S)
    conductor.dismiss(player)
    turns = player.turns
    conductor.conduct(other)
    for _ in range(5):
        assert other.called.acquire(timeout=_PATIENCE_S)
    assert player.turns == turns


def test_twice_is_once(conductor: Conductor) -> None:
    player = Paper()
    with conductor.lock:
        conductor.conduct(player)
        conductor.conduct(player)
        conductor.dismiss(player)
        turns = player.turns
    assert not player.called.acquire(timeout=0.05) or player.turns == turns
