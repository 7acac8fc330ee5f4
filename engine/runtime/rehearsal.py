"""All that a role does, done once, so that the first musician does not wait for torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.representations.clip import Clip, Note, make_clip
from engine.representations.kind import CHORDS, MELODY
from engine.representations.trio import TrioClips
from engine.runtime.answers import Choice
from engine.runtime.position import NUM_KNOBS, Anchor, Position
from engine.runtime.roster import DRUMIFY, HUMANIZE, INFILL, TRIO

if TYPE_CHECKING:
    from engine.runtime.engine import Engine

_LINE = make_clip([Note(k / 2, 60 + k, 0.5) for k in range(8)], 8.0)
_BEAT = make_clip([Note(k / 2, 36 if k % 4 == 0 else 42) for k in range(16)], 8.0)
_CHORDS = make_clip([Note(float(k), 48 + k + above, 1.0) for k in range(8) for above in (0, 4, 7)], 8.0)


def rehearse(engine: Engine, role: str, models: Choice) -> None:
    """Every request that this role answers, by the model that is chosen."""
    if role == TRIO:
        trio = TrioClips(_LINE, _LINE, _BEAT)
        for count in (1, 4):
            engine.vary_trio(trio, count, 0.5, models=models)
        engine.interpolate_trio(trio, trio, 5, models=models)
    elif role == HUMANIZE:
        engine.humanize(_BEAT, 1.0, 1.0, models=models)
        engine.groove(_BEAT, _BEAT, 1.0, 1.0, models=models)
    elif role == DRUMIFY:
        engine.drumify(_LINE, models=models)
    elif role == CHORDS:
        engine.vary(_CHORDS, 4, 0.5, kind=CHORDS, models=models)
        engine.interpolate(_CHORDS, _CHORDS, 5, kind=CHORDS, models=models)
        engine.continue_clip(_CHORDS, 1, 4, models=models)
    elif role == INFILL:
        engine.infill(_LINE, 2.0, 4.0, models=models)
    else:
        _rehearse_morphs(engine, _LINE if role == MELODY else _BEAT, role, models)


def _rehearse_morphs(engine: Engine, clip: Clip, kind: str, models: Choice) -> None:
    for count in (1, 8):
        engine.vary(clip, count, 0.5, kind=kind, models=models)
    engine.interpolate(clip, clip, 9, kind=kind, models=models)
    anchors = [Anchor(clip, *point) for point in ((0, 0), (1, 0), (0, 1))]
    field = engine.field(anchors, kind=kind, models=models)
    for count in (1, 25):
        engine.morph(field, [Position(knobs=(0.5,) * NUM_KNOBS, temperature=0.5)] * count)
