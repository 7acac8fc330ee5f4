"""Where everything stands in the device: whole pixels, a line a thing, nothing else.

The body of a device is 169 pixels high. Four parts from left to right, as the work goes: take a clip, make clips of it,
morph between clips, play. What the device has to say stands along the bottom.

A line of text is 18 pixels high in Max, whatever is in it, and begins 3 pixels to the right of its box: so words stand
3 pixels further left than the buttons beneath them. Their boxes, which nobody sees and no click stops at, may lie over
what is around them.
"""

from __future__ import annotations

from max_for_live.device.patcher import Rect

WIDTH, HEIGHT = 888, 169
CLIP_X, MAKE_X, MORPH_X, TURN_X, STAGE_X = 8, 168, 392, 538, 746
HEAD_Y, TOP, STATUS_Y = 2, 20, 149

_INDENT, _LINE = 3, 18
_DIAL_PITCH, _KNOB_PITCH_Y = 48, 49


def _words(x: int, y: int, width: int) -> Rect:
    """A line of text whose letters begin at x."""
    return Rect(x - _INDENT, y, width, _LINE)


LINES = {f"line_{number}": Rect(x - 11, 6, 5, 140) for number, x in enumerate((MAKE_X, MORPH_X, STAGE_X), start=1)}
"""Hairlines between the parts."""

TITLES = {
    "title_clip": ("CLIP", _words(CLIP_X, HEAD_Y, 60)),
    "title_make": ("MAKE", _words(MAKE_X, HEAD_Y, 60)),
    "title_morph": ("MORPH", _words(MORPH_X, HEAD_Y, 60)),
    "title_stage": ("PLAY", _words(STAGE_X, HEAD_Y, 60)),
}
"""Headings, with their words."""

LABELS = {
    "label_count": ("Count", _words(MAKE_X + 125, 21, 38)),
    "label_second": ("With", _words(MAKE_X + 125, 41, 38)),
    "label_seed": ("Seed", _words(MAKE_X + 125, 61, 38)),
    "label_bars": ("Bars", _words(MAKE_X + 125, 81, 38)),
    "label_quantize": ("Land on", _words(STAGE_X, 41, 66)),
    "label_snapshots": ("Snapshots", _words(STAGE_X, 60, 66)),
    "label_locks": ("Lock drums", _words(STAGE_X, 95, 66)),
    "label_channel": ("Ch", _words(STAGE_X, STATUS_Y, 20)),
    "label_port": ("Port", _words(STAGE_X + 53, STATUS_Y, 30)),
}
"""Words to the left of controls that have none of their own."""

LABELS_AT_RIGHT = {
    "label_results": ("Results", Rect(MAKE_X + 62, HEAD_Y, 54, _LINE)),
    "label_morph_seed": ("Seed", Rect(TURN_X + 102, HEAD_Y, 42, _LINE)),
}
"""Words that end where their control begins."""

TEXTS = {
    "clip_name": _words(CLIP_X, 60, 148),
    "clip_info": _words(CLIP_X, 73, 148),
    "status": _words(CLIP_X, STATUS_Y, 544),
    "engine": Rect(TURN_X + 12, STATUS_Y, 183, _LINE),
    **{
        f"knob_{n + 1}_name": Rect(TURN_X + _DIAL_PITCH * (n % 4) - 8, 17 + _KNOB_PITCH_Y * (n // 4), 64, _LINE)
        for n in range(8)
    },
}
"""What the script writes."""

PICTURES = {
    "roll": Rect(CLIP_X, 92, 142, 55),
    "pad": Rect(MORPH_X, TOP, 138, 127),
}

_NUMBERS = {
    "x": Rect(TURN_X, 131, 27, 16),
    "y": Rect(TURN_X + 28, 131, 27, 16),
    "morph_temperature": Rect(TURN_X + 56, 131, 33, 16),
    "morph_timing": Rect(TURN_X + 90, 131, 33, 16),
    "morph_velocity": Rect(TURN_X + 124, 131, 33, 16),
    "morph_density": Rect(TURN_X + 158, 131, 34, 16),
}

CONTROLS = {
    "capture": Rect(CLIP_X, TOP, 58, 18),
    "follow": Rect(CLIP_X + 60, TOP, 44, 18),
    "clear": Rect(CLIP_X + 106, TOP, 36, 18),
    "slot": Rect(CLIP_X, 41, 142, 18),
    "results": Rect(MAKE_X + 116, 3, 92, 15),
    "vary": Rect(MAKE_X, TOP, 60, 18),
    "interpolate": Rect(MAKE_X + 62, TOP, 60, 18),
    "blend": Rect(MAKE_X, 40, 60, 18),
    "humanize": Rect(MAKE_X + 62, 40, 60, 18),
    "drumify": Rect(MAKE_X, 60, 60, 18),
    "groove": Rect(MAKE_X + 62, 60, 60, 18),
    "continue": Rect(MAKE_X, 80, 60, 18),
    "infill": Rect(MAKE_X + 62, 80, 60, 18),
    "count": Rect(MAKE_X + 160, 21, 48, 16),
    "second": Rect(MAKE_X + 160, 41, 48, 16),
    "seed": Rect(MAKE_X + 160, 61, 48, 16),
    "bars": Rect(MAKE_X + 160, 81, 48, 16),
    **{
        name: Rect(MAKE_X + 2 + 52 * n, 100, 48, 48)
        for n, name in enumerate(("amount", "temperature", "timing", "velocity"))
    },
    "morph_key": Rect(TURN_X, 3, 54, 15),
    "morph_seed": Rect(TURN_X + 144, 3, 48, 15),
    **{f"knob_{n + 1}": Rect(TURN_X + _DIAL_PITCH * (n % 4), 32 + _KNOB_PITCH_Y * (n // 4), 48, 36) for n in range(8)},
    **_NUMBERS,
    "play": Rect(STAGE_X, TOP, 62, 18),
    "preview": Rect(STAGE_X + 64, TOP, 70, 18),
    "quantize": Rect(STAGE_X + 64, 41, 70, 16),
    "store": Rect(STAGE_X + 64, 60, 70, 16),
    **{f"snapshot_{n + 1}": Rect(STAGE_X + 17 * n, 78, 15, 15) for n in range(8)},
    "lock_9": Rect(STAGE_X + 64, 96, 70, 15),
    **{f"lock_{n}": Rect(STAGE_X + 15 * n, 113, 14, 14) for n in range(9)},
    "keep": Rect(STAGE_X, 131, 43, 16),
    "panic": Rect(STAGE_X + 45, 131, 44, 16),
    "self_test": Rect(STAGE_X + 91, 131, 43, 16),
    "channel": Rect(STAGE_X + 18, 150, 28, 15),
    "engine_port": Rect(STAGE_X + 80, 150, 54, 15),
}

ABOVE = {name: Rect(place.x - 4, 116, place.width + 8, _LINE) for name, place in _NUMBERS.items()}
"""Where the name of a number box stands, above it and in its middle."""
