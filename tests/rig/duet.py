"""Pd and the engine together: clips sent, anchors set, patterns found, and a stretch of the song played."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from pd_device import PdDevice, Played, quarters_at
from played import Match, Onset, Pattern, left_sounding, onsets_between, paired, patterns_of

from bridge.protocol.message import Message
from bridge.protocol.morph_messages import MorphAnchor, MorphEnd, MorphXY
from bridge.protocol.play_messages import Play, PlayNote, PlayStatus
from bridge.protocol.session_messages import Error
from engine.representations.midi_file import read_clip

EXAMPLES = Path(__file__).parents[2] / "examples"
BEATS = ("straight_rock", "funk_drummer")
TUNES = ("ode_to_joy", "twinkle")
BAR_QUARTERS = 4.0
EARLY_QUARTERS = 0.125
TOLERANCE_QUARTERS = 0.15
BEGINNING_MS = 50.0
_ALL_ENDED_S = 5.0


def lay_out(pd: PdDevice, examples: tuple[str, str], x: float = 0.0) -> Pattern:
    """Sends two clips, puts one left and one right, and moves the cursor between them."""
    for number, name in enumerate(examples, start=1):
        pd.send_clip(number, read_clip(EXAMPLES / f"{name}.mid"))
    for slot, place in ((1, 0.0), (2, 1.0)):
        changed(pd, MorphAnchor(slot, slot, place, 0.5))
    return changed(pd, MorphXY(x, 0.5))


def changed(pd: PdDevice, message: Message) -> Pattern:
    """Has Pd send something that makes a new pattern, and gives that."""
    start = len(pd.heard)
    pd.send(message)
    pd.wait_until(lambda: pd.messages(MorphEnd, start), f"a pattern after {message}")
    return next(iter(patterns_of(pd.messages(Message, start)).values()))


def play_until(pd: PdDevice, quarters: float) -> None:
    """Waits for a place of the song."""
    seconds = quarters * 60 / pd.places[-1].bpm if pd.places else quarters
    pd.wait_until(lambda: pd.places and pd.places[-1].quarters >= quarters, f"quarter {quarters:g}", 10 + seconds)


def end(pd: PdDevice) -> None:
    """Ends the playing and waits until nothing sounds."""
    start = len(pd.heard)
    pd.send(Play(0))
    pd.wait_until(lambda: any(not status.playing for status in pd.messages(PlayStatus, start)), "an end of the playing")
    pd.tell("stop")
    pd.wait_until(lambda: not sounding_at_end(pd), "an end of every note", _ALL_ENDED_S)
    assert not pd.messages(Error), pd.messages(Error)


def keys_of(played: list[Played]) -> list[tuple[object, bool]]:
    """Each note-on and note-off by channel and pitch."""
    return [((note.channel, note.pitch), note.velocity > 0) for note in played]


def onsets_of(pd: PdDevice, start_quarters: float, end_quarters: float) -> list[Onset]:
    """What began in a stretch of the song, in quarters of Pd's own transport."""
    onsets = (Onset(note.pitch, quarters_at(pd.places, note.logical_ms)) for note in pd.played if note.velocity > 0)
    return [onset for onset in onsets if start_quarters <= onset.at < end_quarters]


def delays_ms(pd: PdDevice) -> list[float]:
    """How far ahead each note came, but for those with which the music began: these are to begin at once."""
    notes = [heard for heard in pd.heard if isinstance(heard.message, PlayNote)]
    began_ms = notes[0].logical_ms
    return [heard.message.delay_ms for heard in notes if heard.logical_ms > began_ms + BEGINNING_MS]


def compared(pd: PdDevice, pattern: Pattern, start_quarters: float, end_quarters: float) -> Match:
    """What was played in a stretch of the song beside what the pattern has there.

    A hit a little before a bar line is the bar's, so the stretch begins and ends that much earlier.
    """
    start, stop = start_quarters - EARLY_QUARTERS, end_quarters - EARLY_QUARTERS
    played = onsets_of(pd, start - TOLERANCE_QUARTERS, stop + TOLERANCE_QUARTERS)
    match = paired(onsets_between(pattern, start, stop), played, TOLERANCE_QUARTERS)
    return match._replace(extra=[onset for onset in match.extra if start <= onset.at < stop])


def sounding_at_end(pd: PdDevice) -> bool:
    """Whether a note sounds that nothing has ended yet."""
    return bool(left_sounding(keys_of(pd.played)))


def spread(values: npt.ArrayLike, unit: str) -> str:
    """Median and 99th percentile of magnitudes, to be told."""
    magnitudes = np.abs(np.asarray(values))
    p50, p99 = np.percentile(magnitudes, [50, 99])
    return f"p50 {p50:.1f} {unit}, p99 {p99:.1f} {unit} of {len(magnitudes)}"
