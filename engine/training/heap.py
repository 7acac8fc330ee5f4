"""Memory that a training step has freed stays with the process, for the next step wants as much again.

glibc gives large blocks back to the system at once, and every page of them costs time when it is asked for anew: about
a third of a training step of an LSTM.
"""

from __future__ import annotations

import ctypes
import sys

# Of glibc's malloc.h. A limit of -1 stands for the largest number there is.
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


def keep_freed_memory() -> bool:
    """From now on, until the process ends; whether it could be asked for (elsewhere than on glibc nothing happens)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_M_TRIM_THRESHOLD, -1)) and bool(mallopt(_M_MMAP_MAX, 0))
