"""Freed memory stays with the process, where the C library lets one ask for that."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine.training import heap

# In a process of its own, for it cannot be taken back.
_COUNT_FRESH_PAGES = """
import resource, torch
from engine.training.heap import keep_freed_memory
assert keep_freed_memory()
def pages(size):
    torch.ones(size)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(3):
    pages(2**24)
first, second = pages(2**22), pages(2**22)
print(second - first)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's alone")
def test_the_same_memory_is_taken_again_without_fresh_pages() -> None:
    done = subprocess.run([sys.executable, "-c", _COUNT_FRESH_PAGES], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 1000  # 4,096 pages of 4 KiB otherwise


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert heap.keep_freed_memory() is False
