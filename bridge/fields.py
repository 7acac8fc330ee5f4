"""The field of each stage: made when its anchors have changed, and kept while they stay."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.engine_interface import Engine, Field
from bridge.scene import Placed


class Fields:
    """Fields by session; the worker's thread alone uses it."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[object, Field]] = {}

    def get(self, session: int, placed: Mapping[int, Placed], engine: Engine) -> Field:
        """The field of these anchors; the same mapping again finds it made."""
        made = self._made.get(session)
        if made is None or made[0] is not placed:
            made = (placed, engine.field([each.anchor for _, each in sorted(placed.items())]))
            self._made[session] = made
        return made[1]

    def forget(self, session: int) -> None:
        """Lets go of a stage's field."""
        self._made.pop(session, None)
