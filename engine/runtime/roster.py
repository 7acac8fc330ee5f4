"""Which checkpoint of the shelf plays which part, by default and by choice."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import cast

from engine.errors import UnknownModelError, WrongKindError
from engine.models.chords import ChordsModel
from engine.models.config import ChordsConfig, FeelConfig, NoteConfig, music_of
from engine.models.feel import FeelModel
from engine.models.vae import Vae
from engine.representations.grid import WINDOW_STEPS
from engine.representations.kind import CHORDS, DRUMS, MELODY
from engine.runtime.answers import ModelInfo
from engine.runtime.checkpoint import PLAIN_TASK, Checkpoint, Summary
from engine.runtime.shelf import Shelf
from engine.runtime.watch import Watch

TRIO, HUMANIZE, DRUMIFY, INFILL = "trio", "humanize", "drumify", "infill"
_OF_GIVEN_MUSIC = (HUMANIZE, DRUMIFY, INFILL)
"""Roles that answer what they are given, and invent nothing from nothing."""
_FEEL_ROLES = {"hits": HUMANIZE, "tap": DRUMIFY}
_VAE_ROLES = {"melody": MELODY, "groove": DRUMS, "drums": DRUMS, "trio": TRIO}
"""By what a model's music is."""
_DEFAULTS = {
    MELODY: "melody_2bar",
    DRUMS: "groove_2bar",
    TRIO: "trio_16bar",
    CHORDS: "chords",
    HUMANIZE: "humanize_2bar",
    DRUMIFY: "drumify_2bar",
    INFILL: "infill_2bar",
}
"""The shipped model of each role, before others that are as good."""
_NO_CHOICE: Mapping[str, str] = {}

log = logging.getLogger("engine")


class Roster:
    """Models by name and by role. What has no role here is left out, and said so; of one for the
    command line alone quietly.

    Roles are `melody`, `drums` and `trio` (autoencoders of that kind), `chords`, `humanize`, `drumify` and `infill`.
    Without a choice a role is played by a model of two bars, drums by one of grooves; where several are left, by one of
    the folder named first, by the shipped one, by the first in order of name.

    Args:
        shelf: where the models stand; it learns which of them are played by default.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._left_out: set[Summary] = set()
        self._editions: dict[str, int] = {}
        self._by_name: dict[str, tuple[str, Summary]] = {}
        self._default: dict[str, str] = {}
        self._look()

    def __contains__(self, role: str) -> bool:
        return role in self._default

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """Every model that has a role, loaded or not."""
        return tuple(
            ModelInfo(
                name, summary.kind, summary.bars, summary.config.latent_dim, role,
                self._default[role] == name, self._editions.get(name, 1),
            )
            for name, (role, summary) in self._by_name.items()
        )  # fmt: skip

    @property
    def watch(self) -> Watch:
        """Over the folders that the models came from."""
        return self._shelf.watch

    @property
    def loaded(self) -> tuple[tuple[str, str], ...]:
        """Role and name of each model whose weights are in memory."""
        return tuple((role, name) for name, (role, _) in self._by_name.items() if name in self._shelf.loaded)

    def load(self) -> None:
        """Loads every model, those that play by default first; with a budget, of the others only what has room.

        Raises:
            CheckpointError: one of them is broken, and not the user's own.
        """
        while not all(self._shelf.load(name) for name in tuple(self._default.values())):
            self._look()
        for name in tuple(self._by_name):
            if name not in self._shelf.loaded and self._shelf.has_room(name):
                self._shelf.load(name)
        self._look()
        waiting = [name for name in self._by_name if name not in self._shelf.loaded]
        if waiting:
            log.info("loaded when asked for, since memory is short: %s", ", ".join(waiting))

    def playing(self, role: str, models: Mapping[str, str] = _NO_CHOICE) -> Checkpoint:
        """The checkpoint of a role, loaded where it was not.

        Args:
            role: `melody`, `drums`, `trio`, `chords`, `humanize`, `drumify` or `infill`.
            models: names chosen, by role; a role that is not named is played by default.

        Raises:
            UnknownModelError: no model has the name chosen.
            WrongKindError: it has another role, or no model has this one.
            CheckpointError: it cannot be loaded any more.
        """
        return self._shelf.get(self.chosen(role, models).name)

    def chosen(self, role: str, models: Mapping[str, str] = _NO_CHOICE) -> Summary:
        """What `playing` would give, its weights left where they are; raises as it does."""
        if role not in self._default:
            raise WrongKindError(f"no loaded model does {role}; loaded are {', '.join(self._by_name)}")
        name = models.get(role, self._default[role])
        actual, summary = self._known(name)
        if actual != role:
            able = ", ".join(other for other, (theirs, _) in self._by_name.items() if theirs == role)
            raise WrongKindError(f"{name} does {actual}, not {role}; choose one of {able}")
        return summary

    def with_prior(self, name: str) -> Checkpoint:
        """A model that can be sampled.

        Raises:
            UnknownModelError: no such model is loaded.
            WrongKindError: the model answers what it is given, and invents nothing from nothing.
        """
        role, _ = self._known(name)
        if role in _OF_GIVEN_MUSIC:
            able = [other for other, (its, _) in self._by_name.items() if its not in _OF_GIVEN_MUSIC]
            given = "music around a span" if role == INFILL else "a rhythm"
            raise WrongKindError(f"{name} answers {given} and invents none; sample one of {', '.join(able)}")
        return self._shelf.get(name)

    def adopt(self, summary: Summary, loaded: Checkpoint) -> None:
        """Takes a model in that came or changed while the engine runs."""
        was_there = summary.name in self._shelf
        if self._shelf.put(summary, loaded) and was_there:
            self._editions[summary.name] = self._editions.get(summary.name, 1) + 1
        self._look()

    def keep(self, names: Collection[str]) -> None:
        """Says which models play now and must not be let go; those of an earlier call may go again."""
        self._shelf.playing = frozenset(names)

    def _known(self, name: str) -> tuple[str, Summary]:
        if name not in self._by_name:
            raise UnknownModelError(f"no model {name!r}; loaded are {', '.join(self._by_name)}")
        return self._by_name[name]

    def _look(self) -> None:
        """Finds who has which role."""
        self._by_name.clear()
        for summary in self._shelf.summaries:
            role = role_of(summary)
            if role is not None:
                self._by_name[summary.name] = (role, summary)
            elif summary not in self._left_out:
                self._left_out.add(summary)
                if is_for_files(summary):
                    log.info("%s is for MIDI files on the command line: no request is made of it here", summary.name)
                else:
                    log.warning("%s is left out: no request is made of models of its kind yet", summary.name)
        by_preference = sorted(self._by_name.values(), key=lambda pair: self._rank(*pair), reverse=True)
        self._default = {role: summary.name for role, summary in by_preference}
        self._shelf.favoured = frozenset(self._default.values())

    def _rank(self, role: str, summary: Summary) -> tuple[bool, bool, int, bool, str]:
        folders = self._shelf.folders
        parent = summary.folder.parent if summary.folder is not None else None
        return (
            music_of(summary.config) == "drums",
            summary.config.steps != WINDOW_STEPS,
            folders.index(parent) if parent in folders else len(folders),
            summary.name != _DEFAULTS[role],
            summary.name,
        )


def role_of(summary: Summary) -> str | None:
    """None for a model that can be trained and measured, and has no part in the engine so far."""
    if isinstance(summary.config, FeelConfig):
        return _FEEL_ROLES.get(summary.config.condition)
    if isinstance(summary.config, ChordsConfig):
        return CHORDS
    if isinstance(summary.config, NoteConfig):
        return INFILL if summary.config.is_conditional else None
    return _VAE_ROLES.get(summary.config.music) if summary.task == PLAIN_TASK else None


def is_for_files(summary: Summary) -> bool:
    """Whether a model has no role since it is for the command line alone: an autoencoder of notes of many tracks."""
    return isinstance(summary.config, NoteConfig) and not summary.config.is_conditional and summary.task == PLAIN_TASK


def vae_of(loaded: Checkpoint) -> Vae:
    """The model of a checkpoint whose role is `melody`, `drums` or `trio`."""
    return cast(Vae, loaded.model)


def chords_of_checkpoint(loaded: Checkpoint) -> ChordsModel:
    """The model of a checkpoint whose role is `chords`."""
    return cast(ChordsModel, loaded.model)


def feel_of(loaded: Checkpoint) -> FeelModel:
    """The model of a checkpoint whose role is `humanize` or `drumify`."""
    return cast(FeelModel, loaded.model)
