"""Requests for feel: a player's timing and velocity on given hits, drums for a rhythm, one clip's groove on another."""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch

from engine.errors import WrongKindError
from engine.representations import groove as groove_codec
from engine.representations.clip import Clip
from engine.representations.drums import DrumMap
from engine.representations.groove import Groove
from engine.runtime import feel
from engine.runtime.answers import Answer
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.checks import check_share, check_temperature
from engine.runtime.drum_kit import num_unheard
from engine.runtime.encoding import ClipEncoder
from engine.runtime.noise import generator_of
from engine.runtime.roster import feel_of
from engine.runtime.touch import AS_IT_IS
from engine.runtime.writers import KitWriter


class Feeling:
    """Answers by the models of feel.

    Args:
        encoder: of the feels of clips.
        drum_map: pitch to voice.
    """

    def __init__(self, encoder: ClipEncoder, drum_map: DrumMap) -> None:
        self._encoder, self._drum_map = encoder, drum_map

    def humanize(
        self, loaded: Checkpoint, clip: Clip, timing: float, velocity: float, temperature: float, seed: int
    ) -> Answer:
        """As `Engine.humanize`."""
        check_share("timing", timing)
        check_share("velocity", velocity)
        check_temperature(temperature)
        model = feel_of(loaded)
        started = time.perf_counter()
        generator = generator_of(seed)
        hits = torch.from_numpy(self._hits(clip).hits)
        answer = feel.answer(model, hits, clip, feel.imagine(model, hits, clip, temperature, generator))
        felt = feel.put_on(clip, *feel.draw(answer, temperature, generator), timing, velocity, self._drum_map)
        return _answer([felt], started, [num_unheard(clip, self._drum_map)])

    def drumify(self, loaded: Checkpoint, clip: Clip, temperature: float, seed: int) -> Answer:
        """As `Engine.drumify`."""
        check_temperature(temperature)
        model = feel_of(loaded)
        started = time.perf_counter()
        generator = generator_of(seed)
        tap = feel.tap_of(clip)
        answer = feel.answer(model, tap, clip, feel.imagine(model, tap, clip, temperature, generator))
        groove = feel.draw_drums(answer, tap, temperature, generator)
        drums = KitWriter((), self._drum_map).write(torch.from_numpy(groove)[None], clip, ((),), (AS_IT_IS,))
        return _answer(drums, started, [0])

    def groove(self, loaded: Checkpoint, from_clip: Clip, to_clip: Clip, timing: float, velocity: float) -> Answer:
        """As `Engine.groove`."""
        check_share("timing", timing)
        check_share("velocity", velocity)
        template, target = self._hits(from_clip), self._hits(to_clip)
        encoded = self._encoder.feels([from_clip], loaded)
        started = time.perf_counter()
        hits = torch.from_numpy(target.hits)
        answer = feel.answer(feel_of(loaded), hits, to_clip, encoded.latents[0].mean(0))  # one feel for the whole clip
        velocities, offsets = feel.exact_where_heard(template, answer.velocity[0], answer.offset[0])
        felt = feel.put_on(to_clip, velocities, offsets, timing, velocity, self._drum_map)
        left_out = [*encoded.left_out, num_unheard(to_clip, self._drum_map)]
        return _answer([felt], started, left_out, encoded.encode_ms, encoded.cached)

    def _hits(self, clip: Clip) -> Groove:
        """The clip's groove, which must have a hit."""
        groove = groove_codec.to_tensor(clip, self._drum_map)
        if not groove.hits.any():
            raise WrongKindError(f"the clip has no hit that the {self._drum_map.name} map knows; give a drum clip")
        return groove


def _answer(
    clips: Sequence[Clip], started: float, left_out: Sequence[int], encode_ms: float = 0.0, cached: bool = False
) -> Answer:
    return Answer(tuple(clips), encode_ms, (time.perf_counter() - started) * 1e3, cached, tuple(left_out))
