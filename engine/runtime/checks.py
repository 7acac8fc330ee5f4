"""What a request may ask: each check raises with what was given and what is allowed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from engine.errors import OutOfRangeError, TooLargeError, UnsupportedMeterError, WrongKindError
from engine.models.vae import Vae
from engine.representations.clip import Clip, loop_to
from engine.representations.grid import window_starts
from engine.representations.kind import NO_NOTES, judge_kind

NO_CHORDS = (
    "the clip has several notes at a time, and no loaded model plays chords; "
    "set kind to melody to use its highest line alone"
)
MAX_COUNT = 128
MAX_OUTPUTS = 8192 * 32 * 90
"""Numbers that a model says at once: 8192 windows of two bars of melody."""
MAX_CHORDS = 65_536
MAX_TEMPERATURE = 2.0
MAX_LOOPED_NOTES = 200_000


def check_count(count: int) -> None:
    """1..128 clips at once."""
    if not 1 <= count <= MAX_COUNT:
        raise OutOfRangeError(f"{count} clips were asked for; ask for 1 to {MAX_COUNT}")


def check_share(name: str, value: float) -> None:
    """An amount 0..1."""
    if not 0 <= value <= 1:
        raise OutOfRangeError(f"{name} is {value}; it must lie in 0..1")


def check_temperature(temperature: float) -> None:
    """0..2."""
    if not 0 <= temperature <= MAX_TEMPERATURE:
        raise OutOfRangeError(f"temperature is {temperature}; it must lie in 0..{MAX_TEMPERATURE:g}")


def check_size(count: int, frame: Clip, model: Vae) -> None:
    """What one pass of a model may hold: `count` clips of the length of `frame`."""
    steps = model.config.steps
    windows, most = len(window_starts(frame, steps)), MAX_OUTPUTS // (steps * model.head.depth)
    if count * windows > most:
        raise TooLargeError(
            f"{count} clips of {windows} windows each are more than {most} windows of {steps // 16} bars at once; "
            "ask for fewer clips or shorter ones"
        )


def check_chord_size(count: int, events: int) -> None:
    """What one request to a system of chords may hold: `count` clips of so many chords each, at most."""
    if count * events > MAX_CHORDS:
        raise TooLargeError(
            f"{count} clips of up to {events} chords each are more than {MAX_CHORDS:,} at once; "
            "ask for fewer clips or shorter ones"
        )


def check_weights(clips: Sequence[Clip], weights: Sequence[float]) -> None:
    """A weight for each clip, finite, none negative, one above 0."""
    valid = all(math.isfinite(weight) and weight >= 0 for weight in weights) and sum(weights) > 0
    if not clips or len(clips) != len(weights) or not valid:
        raise OutOfRangeError("give at least one clip and a weight for each, none negative and one above 0")


def check_sounds(clip: Clip) -> None:
    """A clip with a note that sounds."""
    if all(note.mute for note in clip.notes):
        raise WrongKindError("the clip has no note that sounds; put some in, or sample new clips from a model")


def check_morphed(kind: str, known: Iterable[str]) -> str:
    """A kind of music that a field can be made of."""
    if kind not in known:
        raise WrongKindError(f"{kind} cannot be morphed yet; anchor {' or '.join(known)}, or ask for an interpolation")
    return kind


def check_kind(kind: str, known: Iterable[str]) -> str:
    """A kind of music that there are models for."""
    if kind not in known:
        raise WrongKindError(f"no model plays the kind {kind!r}; choose {' or '.join(known)}")
    return kind


def one_kind(clips: Sequence[Clip]) -> str:
    """The one kind that all clips are judged to be.

    Raises:
        WrongKindError: one is neither a melody nor drums, or they are not alike.
    """
    verdicts = [judge_kind(clip) for clip in clips]
    for verdict in verdicts:
        if verdict == NO_NOTES:
            raise WrongKindError("the clip has no note that sounds; put some in, or sample new clips from a model")
    kinds = sorted({verdict.kind for verdict in verdicts})
    if len(kinds) > 1:
        raise WrongKindError(f"the clips are of several kinds, {' and '.join(kinds)}; choose clips of one, or set kind")
    return verdicts[0].kind


def one_length(clips: Sequence[Clip]) -> list[Clip]:
    """The clips, the shorter ones played in loop to the length of the longest.

    Raises:
        UnsupportedMeterError: they are not in one meter.
        TooLargeError: a short clip would be played so often that the notes are too many.
    """
    meters = sorted({clip.meter for clip in clips})
    if len(meters) > 1:
        raise UnsupportedMeterError(f"the clips are in {' and '.join(meters)}; only clips of one meter can be mixed")
    longest = max(clip.length_quarters for clip in clips)
    for clip in clips:
        looped = longest / clip.length_quarters * max(1, len(clip.notes))
        if looped > MAX_LOOPED_NOTES and clip.length_quarters < longest:
            raise TooLargeError(
                f"a clip of {clip.length_quarters:g} quarters would be looped to {looped:,.0f} notes to be as long as "
                f"the longest; only {MAX_LOOPED_NOTES:,} can be: give clips of more equal length"
            )
    return [loop_to(clip, longest) for clip in clips]
