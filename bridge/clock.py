"""The clock that everything here is given: seconds, monotonic, so that tests can turn it by hand."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]
