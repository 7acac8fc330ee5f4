"""SongClock: song position in quarters, after a client's transport, a MIDI clock, or on its own."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from itertools import count
from statistics import median

from bridge.errors import OutOfRangeError
from bridge.song_line import SongLine

# What a message says and what was expected may differ by so much without being a jump.
_JUMP_S = 0.06
# A message that seems to lie further back than that was not held up on its way: the song has jumped back.
_LONGEST_DELAY_S = 0.5
# A shorter jump back is believed when a second message, so much later, says the same within the other figure.
_CONFIRMED_AFTER_S, _CONFIRMED_WITHIN_S = 0.03, 0.02
# Loops and launches move a song by whole 16ths: a jump this close to one leaves the phase as it is.
_SIXTEENTH_QUARTERS, _SNAP_S = 0.25, 0.02
# So soon after a stop, what says that the song runs was sent before it.
_OVERTAKEN_S = 0.03
# An error is the median of so many messages; this share of it is corrected a message, once there were enough.
_WINDOW, _GAIN = 8, 0.05
# A correction takes at least so long, and changes the song's speed by at most that share.
_SLEW_S, _STEEPEST = 0.05, 0.25
# A tempo that differs by more is another one: what was heard before says nothing any more.
_SAME_TEMPO = 0.005
# No two songs share an epoch: who goes from one to the other notices.
_EPOCHS = count(1)


@dataclass(frozen=True, slots=True)
class Jump:
    """The song has jumped.

    Attributes:
        from_quarters: where it would be now.
        to_quarters: where it is instead.
    """

    from_quarters: float
    to_quarters: float


class SongClock:
    """Where the song is. All times are seconds on one monotonic clock; nothing here waits or reads a clock.

    Messages may come late, twice, in the wrong order or not at all: between them, and for as long as none come, the
    song goes on as it went. Small errors are smoothed away without ever going back; larger ones are jumps. A jump
    forward, or back by over half a second, is taken at once. A smaller one back looks like a message that was held
    up, and is believed when the next one confirms it.

    Args:
        bpm: quarters a minute until something else is heard.
    """

    def __init__(self, bpm: float = 120.0) -> None:
        self._line = SongLine(0.0, 0.0, _checked(bpm))
        self._messages: deque[tuple[float, float]] = deque(maxlen=_WINDOW)
        self._heard = 0
        self._suspect: tuple[float, float] | None = None
        self._stopped_s = -math.inf
        self._is_followed = False

    @property
    def line(self) -> SongLine:
        """Song position from now on, until something is heard."""
        return self._line

    @property
    def is_followed(self) -> bool:
        """Whether a transport or a MIDI clock was heard: it then rules."""
        return self._is_followed

    def let_go(self) -> None:
        """The transport is gone for good; the song goes on as it went."""
        self._is_followed = False

    def start(self, now_s: float, quarters: float = 0.0) -> None:
        """Runs on its own from a position; below 0 it counts in."""
        self._begin(quarters, now_s)

    def stop(self, now_s: float) -> None:
        """Stands still where it is."""
        self._stand(self._line.quarters_at(now_s), now_s)

    def set_bpm(self, bpm: float, now_s: float) -> None:
        """Changes the tempo, at once.

        Raises:
            OutOfRangeError: it is not more than 0.
        """
        if _checked(bpm) == self._line.bpm:
            return
        if abs(bpm / self._line.bpm - 1) > _SAME_TEMPO:
            self._messages.clear()
            self._heard = 0
        self._line = replace(self._line.held_at(now_s), bpm=bpm)

    def follow(self, quarters: float, bpm: float, playing: bool, now_s: float) -> Jump | None:
        """Takes in where the transport is.

        Args:
            quarters: its song position.
            bpm: its tempo.
            playing: whether it runs.
            now_s: when the message came.

        Returns:
            The jump, where it has jumped while running; None else.

        Raises:
            OutOfRangeError: the tempo is not more than 0.
        """
        self._is_followed = True
        self.set_bpm(bpm, now_s)
        if not playing:
            self._stand(quarters, now_s)
            return None
        if not self._line.running:
            if now_s - self._stopped_s > _OVERTAKEN_S:
                self._begin(quarters, now_s)
            return None
        error_s = (quarters - self._line.quarters_at(now_s)) / self._line.quarters_a_second
        if abs(error_s) > _JUMP_S:
            return self._jump(quarters, now_s) if self._is_sure(error_s, now_s) else None
        self._suspect = None
        self._pull(quarters, now_s)
        return None

    def _begin(self, quarters: float, now_s: float) -> None:
        self._line = SongLine(now_s, quarters, self._line.bpm, running=True, epoch=next(_EPOCHS))
        self._hear_first(quarters, now_s)

    def _stand(self, quarters: float, now_s: float) -> None:
        if self._line.running:
            self._stopped_s = now_s
        self._line = SongLine(now_s, quarters, self._line.bpm, epoch=self._line.epoch)

    def _hear_first(self, quarters: float, now_s: float) -> None:
        self._messages.clear()
        self._messages.append((now_s, quarters))
        self._heard, self._suspect = 1, None

    def _is_sure(self, error_s: float, now_s: float) -> bool:
        if not -_LONGEST_DELAY_S <= error_s <= 0:
            return True
        if self._suspect is not None and abs(error_s - self._suspect[1]) <= _CONFIRMED_WITHIN_S:
            return now_s - self._suspect[0] >= _CONFIRMED_AFTER_S
        self._suspect = (now_s, error_s)
        return False

    def _jump(self, quarters: float, now_s: float) -> Jump:
        """A jump by whole 16ths keeps the phase, known from many messages, rather than this one's delay."""
        line = self._line.held_at(now_s)
        distance = quarters - line.quarters
        snapped = round(distance / _SIXTEENTH_QUARTERS) * _SIXTEENTH_QUARTERS
        if snapped and abs(distance - snapped) <= _SNAP_S * line.quarters_a_second:
            distance, self._suspect = snapped, None
            self._messages = deque(((s, heard + snapped) for s, heard in self._messages), _WINDOW)
        else:
            self._hear_first(quarters, now_s)
        self._line = replace(line, quarters=line.quarters + distance, epoch=next(_EPOCHS))
        return Jump(line.quarters, self._line.quarters)

    def _pull(self, quarters: float, now_s: float) -> None:
        """Brings the line nearer to what the last messages say."""
        self._messages.append((now_s, quarters))
        self._heard += 1
        line = self._line.held_at(now_s)
        speed = line.quarters_a_second
        error = median(heard + (now_s - s) * speed for s, heard in self._messages) - line.quarters
        correction = error * max(1 / self._heard, _GAIN)
        over_s = max(_SLEW_S, abs(correction) / speed / _STEEPEST)
        self._line = replace(line, correction_quarters=correction, over_s=over_s)


def _checked(bpm: float) -> float:
    if not (math.isfinite(bpm) and bpm > 0):
        raise OutOfRangeError(f"the tempo is {bpm}; it must be more than 0 quarters a minute")
    return bpm
