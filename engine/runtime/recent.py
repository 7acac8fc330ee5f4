"""The last few answers to questions that a turning knob asks again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

AnswerT = TypeVar("AnswerT")

_KEPT = 64
_MOST_NUMBERS = 4_000_000


class Recent(Generic[AnswerT]):
    """Remembers what `make` gave for a key, the longest unused forgotten first; not thread-safe.

    At most 64 answers are kept, of four million numbers together; the last one always.

    Args:
        numbers_in: how many numbers an answer holds.
    """

    def __init__(self, numbers_in: Callable[[AnswerT], int]) -> None:
        self._numbers_in = numbers_in
        self._found: OrderedDict[Hashable, AnswerT] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], AnswerT]) -> AnswerT:
        """What belongs to the key, made where it is not remembered; not to be changed by the caller."""
        if key not in self._found:
            self._found[key] = make()
            while len(self._found) > 1 and not self._has_room():
                self._found.popitem(last=False)
        self._found.move_to_end(key)
        return self._found[key]

    def _has_room(self) -> bool:
        return len(self._found) <= _KEPT and sum(map(self._numbers_in, self._found.values())) <= _MOST_NUMBERS
