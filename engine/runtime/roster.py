"""The loaded checkpoints, and which of them plays which part."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import cast

from engine.errors import UnknownModelError, WrongKindError
from engine.models.feel import FeelModel
from engine.models.vae import Vae
from engine.representations.grid import WINDOW_STEPS
from engine.representations.kind import DRUMS, MELODY
from engine.runtime.answers import ModelInfo
from engine.runtime.checkpoint import Checkpoint

HUMANIZE, DRUMIFY = "humanize", "drumify"
_FEEL_ROLES = {"hits": HUMANIZE, "tap": DRUMIFY}
_VAE_ROLES = {("melody", WINDOW_STEPS): MELODY, ("groove", WINDOW_STEPS): DRUMS}
"""By what a model's music is, and how many steps it sees at once."""

log = logging.getLogger("engine")


class Roster:
    """Checkpoints by name and by role; the first of a role plays it. What has no role here is left out, and said so.

    Roles are `melody` and `drums` (autoencoders of that kind), `humanize` and `drumify`.
    """

    def __init__(self, checkpoints: Sequence[Checkpoint]) -> None:
        self._by_name: dict[str, Checkpoint] = {}
        self._by_role: dict[str, Checkpoint] = {}
        for loaded in checkpoints:
            role = _role(loaded)
            if role is None:
                log.warning("%s is left out: no request is made of models of its kind yet", loaded.name)
                continue
            self._by_name[loaded.name] = loaded
            self._by_role.setdefault(role, loaded)

    def __contains__(self, role: str) -> bool:
        return role in self._by_role

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """Every loaded model."""
        return tuple(
            ModelInfo(loaded.name, loaded.kind, loaded.bars, loaded.model.config.latent_dim)
            for loaded in self._by_name.values()
        )

    def playing(self, role: str) -> Checkpoint:
        """The checkpoint of a role.

        Raises:
            WrongKindError: no loaded model has it.
        """
        if role not in self._by_role:
            raise WrongKindError(f"no loaded model does {role}; loaded are {', '.join(self._by_name)}")
        return self._by_role[role]

    def with_prior(self, name: str) -> Checkpoint:
        """A model that can be sampled.

        Raises:
            UnknownModelError: no such model is loaded.
            WrongKindError: the model answers rhythms and invents none.
        """
        if name not in self._by_name:
            raise UnknownModelError(f"no model {name!r}; loaded are {', '.join(self._by_name)}")
        loaded = self._by_name[name]
        if not isinstance(loaded.model, Vae):
            able = [other for other, one in self._by_name.items() if isinstance(one.model, Vae)]
            raise WrongKindError(f"{name} answers a rhythm and invents none; sample one of {', '.join(able)}")
        return loaded


def vae_of(loaded: Checkpoint) -> Vae:
    """The model of a checkpoint whose role is `melody` or `drums`."""
    return cast(Vae, loaded.model)


def feel_of(loaded: Checkpoint) -> FeelModel:
    """The model of a checkpoint whose role is `humanize` or `drumify`."""
    return cast(FeelModel, loaded.model)


def _role(loaded: Checkpoint) -> str | None:
    """None for a model that can be trained and measured, and has no part in the engine so far."""
    if isinstance(loaded.model, Vae):
        return _VAE_ROLES.get((loaded.model.config.music, loaded.model.config.steps))
    return _FEEL_ROLES[loaded.model.config.condition]
