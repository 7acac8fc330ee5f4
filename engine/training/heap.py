"""Memory that a training step has freed stays with the process, for the next step wants as much again.

glibc gives large blocks back to the system at once, and every page of them costs time when it is asked for anew: about
a third of a training step of an LSTM.
"""

from __future__ import annotations

import ctypes
import sys

# Of glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
_MOST = 2**31 - 1


def keep_freed_memory() -> bool:
    """From now on, until the process ends; whether it could be asked for (elsewhere than on glibc nothing happens)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_M_TRIM_THRESHOLD, _MOST)) and bool(mallopt(_M_MMAP_MAX, 0))
