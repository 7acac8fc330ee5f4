"""The engine: models kept warm, clips in, clips out. Usable from Python without any server.

    engine = Engine.load()
    answer = engine.vary(clip, count=4, amount=0.3, seed=7)

Every answer is decided by its arguments alone: same clip, settings and seed, same notes, also after a restart.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import torch

from engine.errors import WrongKindError
from engine.representations.clip import Clip
from engine.representations.drums import GENERAL_MIDI, DrumMap
from engine.representations.kind import CHORDS, DRUMS, MELODY, OTHER, judge_kind
from engine.representations.trio import TrioClips
from engine.runtime import checkpoint, filling
from engine.runtime import device as devices
from engine.runtime.answers import NO_CHOICE, Answer, CacheStats, Choice, ModelInfo, Prepared
from engine.runtime.cache import LatentCache
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.checks import (
    NO_CHORDS,
    check_count,
    check_kind,
    check_morphed,
    check_size,
    check_sounds,
    check_weights,
    one_kind,
    one_length,
)
from engine.runtime.chord_inventing import ChordInventing
from engine.runtime.encoding import ClipEncoder
from engine.runtime.feeling import Feeling
from engine.runtime.field import Field, check_anchors, make_field
from engine.runtime.inventing import Inventing
from engine.runtime.knobs import Knob
from engine.runtime.morph import Morph, working_knobs
from engine.runtime.note_filling import Span
from engine.runtime.pick_up import Arrived, PickUp
from engine.runtime.position import Anchor, Position
from engine.runtime.rehearsal import rehearse
from engine.runtime.roster import DRUMIFY, HUMANIZE, INFILL, TRIO, Roster, vae_of
from engine.runtime.shelf import MIB, Shelf
from engine.runtime.translator_table import Translators
from engine.runtime.trio_translator import one_length_trios

SAMPLE_TEMPERATURE = 0.5
HUMANIZE_TEMPERATURE = 0.7
DRUMIFY_TEMPERATURE = 0.5
CHORDS_TEMPERATURE = 0.9
INFILL_TEMPERATURE = filling.TEMPERATURE
_MORPHED = (MELODY, DRUMS)
_KINDS = (MELODY, DRUMS, CHORDS)


class Engine:
    """Loaded models and the latent cache. Not thread-safe: one thread asks.

    Args:
        checkpoints: what is loaded, or a shelf that loads them when they are asked for.
        device: where the models are.
        cache: latents by content.
        drum_map: pitch to voice, for every drum clip.
    """

    def __init__(
        self,
        checkpoints: Sequence[Checkpoint] | Shelf,
        device: torch.device,
        cache: LatentCache,
        drum_map: DrumMap = GENERAL_MIDI,
    ) -> None:
        self._roster = Roster(checkpoints if isinstance(checkpoints, Shelf) else Shelf.of(checkpoints))
        self._device, self._cache, self._drum_map = device, cache, drum_map
        self._translators = Translators(drum_map)
        self._encoder = ClipEncoder(self._translators, cache)
        self._inventing = Inventing(self._translators, self._encoder)
        self._chords = ChordInventing()
        self._feeling = Feeling(self._encoder, drum_map)
        self._morph = Morph(self._translators)

    @classmethod
    def load(
        cls,
        checkpoints: Path | Sequence[Path] | None = None,
        device: str = "auto",
        cache: Path | None = None,
        drum_map: DrumMap = GENERAL_MIDI,
        memory_mib: float | None = None,
    ) -> Engine:
        """An engine from folders of checkpoints.

        Args:
            checkpoints: the folder, or that of a single checkpoint, or several, the preferred first; None takes the
                shipped ones and the user's own.
            device: `auto`, `cuda`, `mps` or `cpu`.
            cache: the latent cache's file; None keeps latents in memory only.
            drum_map: pitch to voice.
            memory_mib: of weights in memory at once, counted in float32; what goes beyond is loaded when it is asked
                for. None loads all.

        Raises:
            CheckpointError: there is none, or one is broken that is not the user's own.
            OutOfRangeError: the device is not on this machine, or the memory is not above 0.
        """
        folders = checkpoint.folders_of(checkpoints)
        chosen = devices.choose(device)
        if chosen.type == "cpu":
            torch.set_num_threads(devices.CPU_THREADS)
        shelf = Shelf.from_folders(folders, chosen, None if memory_mib is None else memory_mib * MIB)
        engine = cls(shelf, chosen, LatentCache(cache), drum_map)
        engine._roster.load()
        return engine

    def pick_up(self) -> PickUp:
        """What finds models that come to this engine's folders, or change there, since it began to load.

        It may be used beside the engine, in a thread of its own; what it finds is for `adopt`.
        """

        def warm_up(loaded: Checkpoint) -> None:
            Engine([loaded], self._device, LatentCache(None), self._drum_map).warm_up()

        return PickUp(self._roster.watch, self._device, warm_up)

    def adopt(self, arrived: Iterable[Arrived]) -> None:
        """Takes in what was picked up; a model that is there already is replaced."""
        for summary, loaded in arrived:
            self._roster.adopt(summary, loaded)

    def keep(self, models: Collection[str]) -> None:
        """Says which models are in use and must stay in memory, by name; those of an earlier call may go again."""
        self._roster.keep(models)

    @property
    def device_name(self) -> str:
        """The device in words."""
        return devices.describe(self._device)

    @property
    def models(self) -> tuple[ModelInfo, ...]:
        """Every model that requests can be made of, also those that are loaded only when they are asked for."""
        return self._roster.models

    def cache_stats(self) -> CacheStats:
        """What the latent cache did."""
        stats = self._cache.stats
        return CacheStats(stats.memory_items, stats.hits, stats.misses)

    def warm_up(self) -> None:
        """Have every model in memory do all that it does once, so that the first musician does not wait for torch."""
        for role, name in self._roster.loaded:
            rehearse(self, role, {role: name})

    def close(self) -> None:
        """Write what the cache still holds, and close it."""
        self._cache.close()

    def prepare(self, clip: Clip, *, kind: str | None = None, models: Choice = NO_CHOICE) -> Prepared:
        """Judge a clip and encode it ahead, so that the first request for it finds its latents.

        Raises:
            UnsupportedMeterError: its meter is not on the models' grid.
        """
        verdict = judge_kind(clip)
        chosen = kind or verdict.kind
        if chosen not in self._roster:
            return Prepared(OTHER, verdict.reason, clip.num_bars, False, 0)
        if chosen == CHORDS:
            return Prepared(CHORDS, verdict.reason, clip.num_bars, False, 0)
        loaded = self._roster.playing(chosen, models)
        encoded = self._encoder.latents([clip], loaded)
        self._encoder.reach(clip, loaded, encoded.latents[0])
        if chosen == DRUMS and HUMANIZE in self._roster:
            self._encoder.feels([clip], self._roster.playing(HUMANIZE, models))
        return Prepared(chosen, verdict.reason, clip.num_bars, encoded.cached, encoded.left_out[0])

    def sample(self, model: str, count: int, *, temperature: float = SAMPLE_TEMPERATURE, seed: int = 0) -> Answer:
        """New clips from a model's prior, as long as its window; of a model of trios three for each that is counted.

        Raises:
            UnknownModelError: no such model is loaded.
            WrongKindError: the model answers rhythms and invents none.
        """
        loaded = self._roster.with_prior(model)
        return self._inventing_of(loaded).sample(loaded, count, temperature=temperature, seed=seed)

    def vary(
        self,
        clip: Clip,
        count: int,
        amount: float,
        *,
        temperature: float = 0.0,
        seed: int = 0,
        kind: str | None = None,
        models: Choice = NO_CHOICE,
    ) -> Answer:
        """Clips near the clip: `amount` 0 gives its reconstruction, 1 goes as far as the prior, evenly by change.

        Each variation goes its own way through latent space, one way for the whole clip: towards a clip of the prior,
        which for a melody is first moved into the melody's key and register. The first ones are the same however many
        follow.

        Args:
            clip: a melody, drums or chords; one shorter than the model's window fills it in loop.
            count: 1..128.
            amount: 0..1.
            temperature: 0 the most likely, up to 2.
            seed: of ways and noise.
            kind: `melody`, `drums` or `chords`; None judges by the notes.
            models: by role, the name of the model that is to play it; without one the default does.
        """
        loaded = self._roster.playing(self._kind([clip], kind), models)
        invent = self._inventing_of(loaded)
        return invent.vary(loaded, clip, clip, count=count, amount=amount, temperature=temperature, seed=seed)

    def interpolate(
        self,
        clip_a: Clip,
        clip_b: Clip,
        steps: int,
        *,
        temperature: float = 0.0,
        seed: int = 0,
        spacing: str = "change",
        keep_key: bool = False,
        kind: str | None = None,
        models: Choice = NO_CHOICE,
    ) -> Answer:
        """Clips from a to b, both ends included; the shorter clip is played in loop.

        `spacing` says whether the steps are even in how much the music changes, or in angle (plain slerp). `keep_key`
        keeps melodies in the key of a, where the model knows keys apart.
        """
        loaded = self._roster.playing(self._kind([clip_a, clip_b], kind), models)
        ends = one_length([clip_a, clip_b])
        return self._inventing_of(loaded).interpolate(
            loaded, ends, ends[0], steps=steps, temperature=temperature, seed=seed, spacing=spacing, keep_key=keep_key
        )

    def blend(
        self,
        clips: Sequence[Clip],
        weights: Sequence[float],
        *,
        temperature: float = 0.0,
        seed: int = 0,
        kind: str | None = None,
        models: Choice = NO_CHOICE,
    ) -> Answer:
        """One clip at the spherical weighted mean of any number of latents; shorter clips are played in loop.

        Raises:
            OutOfRangeError: no clip, a negative weight, or none above 0.
        """
        check_weights(clips, weights)
        loaded = self._roster.playing(self._kind(clips, kind), models)
        looped = one_length(clips)
        invent = self._inventing_of(loaded)
        return invent.blend(loaded, looped, looped[0], weights, temperature=temperature, seed=seed)

    def continue_clip(
        self,
        clip: Clip,
        bars: int,
        count: int = 1,
        *,
        temperature: float | None = None,
        seed: int = 0,
        models: Choice = NO_CHOICE,
    ) -> Answer:
        """What follows a clip, `bars` bars of its meter; the clip itself is no part of it.

        Chords are gone on from by the model of chords, where there is one, all else by the one that fills spans.

        Args:
            clip: of any kind; in 4/4, but chords.
            bars: at least 1.
            count: 1..128; the first ones are the same however many follow.
            temperature: 0 the most likely, up to 2; None: what suits the model.
            seed: of the noise.
            models: by role, the name of the model that is to play it.

        Raises:
            WrongKindError: the clip has no note that sounds, or no model does this.
            UnsupportedMeterError: its meter is not on the grid.
            TooLargeError: too many bars in all.
        """
        check_sounds(clip)
        kind = judge_kind(clip).kind
        if CHORDS in self._roster and (kind == CHORDS or INFILL not in self._roster):
            loaded = self._roster.playing(CHORDS, models)
            temperature = CHORDS_TEMPERATURE if temperature is None else temperature
            return self._chords.continue_clip(loaded, clip, bars, count, temperature=temperature, seed=seed)
        loaded = self._roster.playing(INFILL, models)
        started = time.perf_counter()
        temperature = INFILL_TEMPERATURE if temperature is None else temperature
        clips = filling.continue_clip(
            loaded, clip, bars, count, is_drum=kind == DRUMS, is_line=kind == MELODY, temperature=temperature, seed=seed
        )
        return Answer(clips, 0.0, _since(started), False, (0,))

    def infill(
        self,
        clip: Clip,
        from_quarters: float,
        to_quarters: float,
        count: int = 1,
        *,
        temperature: float = INFILL_TEMPERATURE,
        seed: int = 0,
        models: Choice = NO_CHOICE,
    ) -> Answer:
        """The clip with other notes from one moment to another; all others are as they were, to the last bit.

        Args:
            clip: of any kind, in 4/4.
            from_quarters: where the span begins; a note that begins there is part of it.
            to_quarters: where it ends; a note that begins there is not.
            count: 1..128; the first ones are the same however many follow.
            temperature: 0 the most likely, up to 2.
            seed: of the noise.
            models: by role, the name of the model that is to play it.

        Raises:
            OutOfRangeError: the span is empty, or not in the clip, or there is no note outside it to go by.
            WrongKindError: the clip has no note that sounds, or no model does this.
            UnsupportedMeterError: the clip is not in 4/4.
            TooLargeError: the spans are too long in all.
        """
        check_sounds(clip)
        loaded = self._roster.playing(INFILL, models)
        started = time.perf_counter()
        kind = judge_kind(clip).kind
        clips = filling.infill(
            loaded, clip, Span(from_quarters, to_quarters), count, is_drum=kind == DRUMS, is_line=kind == MELODY,
            temperature=temperature, seed=seed,
        )  # fmt: skip
        return Answer(clips, 0.0, _since(started), False, (0,))

    def vary_trio(
        self,
        trio: TrioClips,
        count: int,
        amount: float,
        *,
        temperature: float = 0.0,
        seed: int = 0,
        models: Choice = NO_CHOICE,
    ) -> Answer:
        """Trios near the trio, as `vary`: three clips each, as long as its longest; shorter ones are played in loop.

        Raises:
            WrongKindError: no model plays trios.
        """
        loaded = self._roster.playing(TRIO, models)
        (looped,) = one_length_trios([trio])
        return self._inventing.vary(
            loaded, looped, looped.melody, count=count, amount=amount, temperature=temperature, seed=seed
        )

    def interpolate_trio(
        self,
        trio_a: TrioClips,
        trio_b: TrioClips,
        steps: int,
        *,
        temperature: float = 0.0,
        seed: int = 0,
        spacing: str = "change",
        models: Choice = NO_CHOICE,
    ) -> Answer:
        """Trios from a to b, as `interpolate`: three clips each, as long as the longest of all."""
        loaded = self._roster.playing(TRIO, models)
        ends = one_length_trios([trio_a, trio_b])
        return self._inventing.interpolate(
            loaded, ends, ends[0].melody, steps=steps, temperature=temperature, seed=seed, spacing=spacing
        )

    def humanize(
        self,
        clip: Clip,
        timing: float,
        velocity: float,
        *,
        temperature: float = HUMANIZE_TEMPERATURE,
        seed: int = 0,
        models: Choice = NO_CHOICE,
    ) -> Answer:
        """The same hits, none added, lost or moved in pitch, with a player's timing and velocity, each by its amount.

        Temperature 0 is what players do most likely, 1 as loosely as they do.
        """
        loaded = self._roster.playing(HUMANIZE, models)
        return self._feeling.humanize(loaded, clip, timing, velocity, temperature, seed)

    def drumify(
        self, clip: Clip, *, temperature: float = DRUMIFY_TEMPERATURE, seed: int = 0, models: Choice = NO_CHOICE
    ) -> Answer:
        """A drum clip on the rhythm of any clip: it sounds where the clip does, and nowhere else."""
        return self._feeling.drumify(self._roster.playing(DRUMIFY, models), clip, temperature, seed)

    def groove(
        self, from_clip: Clip, to_clip: Clip, timing: float, velocity: float, *, models: Choice = NO_CHOICE
    ) -> Answer:
        """The feel of one drum clip on the hits of another.

        Where both hit the same voice at the same place of the loop, velocity and offset are those of `from_clip`
        exactly, but that a first beat of `to_clip` which is not early does not become so; elsewhere the model plays
        as the player of `from_clip` would.
        """
        return self._feeling.groove(self._roster.playing(HUMANIZE, models), from_clip, to_clip, timing, velocity)

    def field(self, anchors: Sequence[Anchor], *, kind: str | None = None, models: Choice = NO_CHOICE) -> Field:
        """Clips at points of the unit square, ready to be morphed between; shorter clips are played in loop.

        How the music changes between neighbours is measured, once a pair of clips.

        Raises:
            OutOfRangeError: no anchor, or more than 64.
            WrongKindError: the clips are not all melodies or all drums.
            UnsupportedMeterError: they are not in one meter, or in one that is not on the models' grid.
            TooLargeError: they are too long together.
        """
        check_anchors(anchors)
        chosen = check_morphed(self._kind([anchor.clip for anchor in anchors], kind), _MORPHED)
        loaded = self._roster.playing(chosen, models)
        return make_field(anchors, self._translators.of(loaded), loaded, self._encoder)

    def morph(self, field: Field, positions: Sequence[Position], locks: Mapping[int, Position] | None = None) -> Answer:
        """A clip for each position in a field, all of them in one pass of the model that made the field.

        At an anchor it is the reconstruction of the anchor's clip; between, the blend of all of them by nearness, so
        that the music changes evenly on the way. The seed decides the noise, the same wherever the cursor is: small
        moves make small changes, and who comes back finds the same notes.

        Args:
            field: from `field`.
            positions: 1 to 128.
            locks: of drums: a voice 0..8 to the position whose pattern's notes it keeps, or 9 to the position whose
                hits all voices keep, while velocities and offsets go on; a voice's own lock wins.

        Raises:
            OutOfRangeError: too many positions or none, or no such voice.
            WrongKindError: something is locked in a melody.
            TooLargeError: too many positions for clips so long.
        """
        check_count(len(positions))
        check_size(len(positions), field.frame, vae_of(field.loaded))
        started = time.perf_counter()
        clips = self._morph.patterns(field, positions, locks or {})
        return Answer(tuple(clips), 0.0, _since(started), True, field.left_out)

    def knobs(self, kind: str, *, models: Choice = NO_CHOICE) -> tuple[tuple[int, Knob], ...]:
        """The knobs of a kind of music that work with the model that plays it, each with its number from 1.

        Raises:
            WrongKindError: no loaded model plays that kind.
        """
        return working_knobs(self._roster.chosen(check_kind(kind, _MORPHED), models).directions, kind)

    def _kind(self, clips: Sequence[Clip], asked: str | None) -> str:
        if asked is not None:
            return check_kind(asked, _KINDS)
        kind = one_kind(clips)
        if kind == CHORDS and CHORDS not in self._roster:
            raise WrongKindError(NO_CHORDS)
        return kind

    def _inventing_of(self, loaded: Checkpoint) -> Inventing | ChordInventing:
        return self._chords if loaded.kind == CHORDS else self._inventing


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1e3
