"""The field of each stage: made when its anchors or its model have changed, and kept while they stay."""

from __future__ import annotations

from bridge.engine_interface import Engine, Field
from bridge.scene import Scene


class Fields:
    """Fields by session; the worker's thread alone uses it."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Scene, Field]] = {}

    def get(self, session: int, scene: Scene, engine: Engine) -> Field:
        """The field of a scene's anchors, in its model; the same mapping and model again find it made."""
        made = self._made.get(session)
        if made is None or made[0].placed is not scene.placed or made[0].model != scene.model:
            made = scene, self._make(session, scene, engine)
            self._made[session] = made
        return made[1]

    def forget(self, session: int) -> None:
        """Lets go of a stage's field."""
        self._made.pop(session, None)

    def forget_all(self) -> None:
        """Lets go of all fields."""
        self._made.clear()

    def _make(self, session: int, scene: Scene, engine: Engine) -> Field:
        """Has the engine keep what the stages need, this one's model before now no more."""
        self.forget(session)
        engine.keep({_name(of, engine) for of in (scene, *(other for other, _ in self._made.values()))})
        anchors = [each.anchor for _, each in sorted(scene.placed.items())]
        made: Field = engine.field(anchors, models=scene.models)
        return made


def _name(scene: Scene, engine: Engine) -> str:
    """Of the model that plays a scene; empty where there is none."""
    if scene.model is not None:
        return scene.model
    return next((model.name for model in engine.models if model.is_default and model.role == scene.kind), "")
