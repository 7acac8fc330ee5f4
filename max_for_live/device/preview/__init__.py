"""A picture of the device as Live would show it, drawn from the patch and its scripts alone.

It stands for Live's drawing, and is not it: colours and sizes are near those of Live 12, text is set in a font of
the same widths as Max's own.
"""

from __future__ import annotations

from max_for_live.device.preview.canvas import CutOff
from max_for_live.device.preview.picture import cut_off_texts, draw
from max_for_live.device.preview.state import STATES, State

__all__ = ["STATES", "CutOff", "State", "cut_off_texts", "draw"]
