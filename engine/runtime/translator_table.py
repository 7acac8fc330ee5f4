"""Which translator speaks for which model: one line a kind of music."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.models.config import VaeConfig
from engine.representations.drums import DrumMap
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.drum_class_translator import DrumClassTranslator
from engine.runtime.groove_translator import GrooveTranslator
from engine.runtime.melody_translator import MelodyTranslator
from engine.runtime.roster import vae_of
from engine.runtime.translators import Translator
from engine.runtime.trio_translator import TrioTranslator

_MAKERS: dict[str, Callable[[DrumMap, int], Translator[Any]]] = {
    "melody": lambda _drum_map, length_steps: MelodyTranslator(length_steps),
    "groove": GrooveTranslator,
    "drums": DrumClassTranslator,
    "trio": TrioTranslator,
}
"""By `VaeConfig.music`."""


def translator_for(config: VaeConfig, drum_map: DrumMap) -> Translator[Any]:
    """A translator for the music of an autoencoder and the length of its windows; `drum_map`: pitch to voice."""
    return _MAKERS[config.music](drum_map, config.steps)


class Translators:
    """A translator for each kind of music and length of window, made when it is first needed.

    Args:
        drum_map: pitch to voice.
    """

    def __init__(self, drum_map: DrumMap) -> None:
        self.drum_map = drum_map
        self._made: dict[tuple[str, int], Translator[Any]] = {}

    def of(self, loaded: Checkpoint) -> Translator[Any]:
        """That of an autoencoder; what it takes, clips or trios of clips, goes by the model's kind."""
        config = vae_of(loaded).config
        key = config.music, config.steps
        if key not in self._made:
            self._made[key] = translator_for(config, self.drum_map)
        return self._made[key]
