"""The thread that looks for models: a look under way is waited for, as long as one has time."""

from __future__ import annotations

import threading

from bridge.pick_up import PickingUp


class Turns:
    """A pause that is over at once, until it is set."""

    def __init__(self) -> None:
        self.is_set = threading.Event()

    def wait(self, timeout: float) -> bool:
        del timeout
        return self.is_set.is_set()

    def set(self) -> None:
        self.is_set.set()


class SlowFinder:
    """Its look takes until it is let go."""

    def __init__(self) -> None:
        self.looks, self.let_go = threading.Event(), threading.Event()

    def look(self) -> list[object]:
        self.looks.set()
        self.let_go.wait(10)
        return []


def test_the_end_waits_for_a_look_under_way_and_says_where_it_could_not() -> None:
    picking_up, finder = PickingUp(Turns()), SlowFinder()
    picking_up.start(finder, lambda _: None)
    assert finder.looks.wait(10)
    picking_up.stop()
    assert not picking_up.join(0.01)
    finder.let_go.set()
    assert picking_up.join(10)


def test_who_never_began_has_ended() -> None:
    assert PickingUp().join(0.0)
