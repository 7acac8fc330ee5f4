"""Phrases being recorded: what is played on the MIDI input, on the song of a client's stage."""

from __future__ import annotations

from bridge.clock import Clock
from bridge.errors import BusyError
from bridge.midi_arrived import MidiArrived
from bridge.protocol.midi_messages import MidiRecording
from bridge.recorder import OVER, Recorder
from bridge.stage import Stage
from engine.representations.clip import Clip


class Recording:
    """One phrase on its way to a clip number.

    Args:
        number: the client's own number of the clip.
        bars: how many; 0 until it is stopped.
        stage: whose song it is recorded on; a song that stands still and that nobody leads is counted in by a bar.
        clock: seconds, monotonic.

    Raises:
        BusyError: the stage records already.
    """

    def __init__(self, number: int, bars: int, stage: Stage, clock: Clock) -> None:
        self.number: int = number
        self._stage, self._clock = stage, clock
        if stage.recording is not None:
            raise BusyError(f"clip {stage.recording.number} is being recorded; stop that first")
        like = next((placed.anchor.clip for placed in stage.scene.placed.values()), Clip((), 4.0))
        if not stage.song.line.running and not stage.song.is_followed:
            stage.song.start(clock(), -like.bar_quarters)
        self._recorder = Recorder(
            lambda time_s: stage.song.line.quarters_at(time_s),
            clock(), bars, like.numerator, like.denominator, stage.song.line.bpm,
        )  # fmt: skip
        self._line = stage.song.line
        self._told: tuple[int, int] | None = None

    def heard(self, arrived: MidiArrived) -> None:
        """Takes in what was played."""
        self._go_with_song()
        self._recorder.heard(arrived)

    def stop(self) -> None:
        """Ends at the next bar line."""
        self._go_with_song()
        self._recorder.stop(self._clock())

    def news(self) -> MidiRecording | None:
        """What there is to tell since the last time."""
        self._go_with_song()
        told = (self._recorder.advance(self._clock()), self._recorder.num_notes)
        if told == self._told:
            return None
        self._told = told
        return MidiRecording(self.number, *told)

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._recorder.state == OVER

    @property
    def clip(self) -> Clip | None:
        """The phrase, once it is over; None where nothing was recorded."""
        return self._recorder.clip

    def _go_with_song(self) -> None:
        """Where the song has jumped, or begun, the recording goes on as if it had not; where it has stopped it ends."""
        was, line, now_s = self._line, self._stage.song.line, self._clock()
        self._line = line
        if was.running and not line.running:
            self._recorder.halt(now_s)
        elif line.epoch != was.epoch:
            self._recorder.jumped(was.quarters_at(now_s), line.quarters_at(now_s))
