"""The house: the engine's own stage, for who plays without any client."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.sessions import Session
from bridge.stages import Stages
from engine.representations.clip import Clip

CORNERS = ((0.0, 0.5), (1.0, 0.5), (0.5, 0.0), (0.5, 1.0))
"""Where its clips lie: x goes from the first to the second, y from the third to the fourth."""


class House:
    """A session that no client sends to.

    Args:
        session: its own.
        stages: where its stage is.
    """

    def __init__(self, session: Session, stages: Stages) -> None:
        self.session, self._stages = session, stages
        self._added = 0

    def open(self, clips: Iterable[Clip], plays: bool) -> None:
        """Begins with these clips, at most four, and plays where that is wanted."""
        for clip in clips:
            self.add(clip)
        if plays:
            self._stages.play(self.session, True)

    def add(self, clip: Clip) -> None:
        """Anchors a clip at the next corner, in place of the oldest where all are taken.

        Raises:
            WrongKindError, UnsupportedMeterError: it does not go with the others.
        """
        corner = self._added % len(CORNERS)
        scene = self._stages.of(self.session).scene
        number = max(self.session.clips, default=0) + 1
        self._stages.change(self.session, scene.with_anchor(corner + 1, number, clip, *CORNERS[corner]))
        self.session.clips[number] = clip
        self._added += 1
