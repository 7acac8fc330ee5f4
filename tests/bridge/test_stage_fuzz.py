"""Random things done on simulated stages: nothing hangs, nothing is doubled, nothing is late; onsets are in time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import median

import pytest

from benchmarks.onset_error import listen, ramped, steady
from benchmarks.stage_fuzz import ACTIONS, NEVER, fuzz
from benchmarks.stage_rig import Port, Rig, Song
from bridge.held_notes import HeldNotes, NoteEvent
from bridge.note_sink import TimedNote
from bridge.song_clock import SongClock
from engine.representations.clip import Note, make_clip


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_whatever_is_done_no_note_hangs_none_is_doubled_and_none_is_late(seed: int) -> None:
    tally = fuzz(1_500, seed)
    assert {name: tally[name] for name in NEVER if tally[name]} == {}
    assert all(tally[f"did: {name}"] > 20 for name in ACTIONS)
    assert tally["note-ons"] == tally["note-offs"] > 2_000
    assert tally["takeovers"] > 100


class Forgetful(HeldNotes):
    """Does not end what sounds."""

    def due(self, now_s: float) -> list[NoteEvent]:
        return [event for event in super().due(now_s) if event.is_on]

    def flush(self, now_s: float) -> list[NoteEvent]:
        super().flush(now_s)
        return []


def port(held: HeldNotes) -> Port:
    song = Song(is_running=True)
    return Port(song, SongClock(), song.quarters_at, 0.01, Counter(), held)


def test_the_judge_sees_a_note_that_hangs_or_is_doubled() -> None:
    judge = port(Forgetful())
    for start_s in (1.0, 2.0):
        judge.play(TimedNote(60, 100.0, 1, start_s, start_s + 0.5))
    for now_s in (1.0, 1.5, 2.0):
        judge.now_s = now_s
        judge.wake(now_s)
    judge.flush(2.0)
    assert judge.tally["doubled"] == 1
    assert judge.tally["hung"] == 1


def test_the_judge_sees_a_note_in_the_wrong_place_or_sent_twice() -> None:
    judge = port(HeldNotes())
    judge.now_s = 2.0
    judge.learn(make_clip([Note(1.0, 60, 1.0, 33.0)], 4.0))
    for start_s in (4.5, 4.5, 4.6):
        judge.play(TimedNote(60, 33.0, 1, start_s, start_s + 0.5))
    assert judge.tally["misplaced"] == 1
    assert judge.tally["sent twice"] == 2


def test_two_runs_of_a_seed_are_the_same() -> None:
    assert fuzz(300, 9) == fuzz(300, 9)


def test_onsets_are_in_time_under_a_transport_that_jitters() -> None:
    """Messages come 1 ms late and up to some 10 ms more; the onsets lie about 2.5 ms late, and hardly wander."""
    for tempo in (steady, ramped):
        late_ms = [late for late, _ in listen(tempo, 60, 1)][8:]
        typical = median(late_ms)
        assert 1 < typical < 4
        off = sorted(abs(late - typical) for late in late_ms)
        assert off[int(len(off) * 0.99)] < 4


@dataclass
class ListeningPort(Port):
    """Knows where in the song each note begins."""

    heard: list[float] = field(default_factory=list)

    def play(self, note: TimedNote) -> None:
        self.heard.append(self.where(note.start_s))


def test_without_a_transport_onsets_are_exact() -> None:
    rig = Rig(1, 0.03, follows=False, tally=Counter(), make_port=ListeningPort)
    rig.take(make_clip([Note(at / 4, 60 + at % 4) for at in range(32)], 8))
    rig.player.play(True, rig.now_s)
    rig.wake_player()
    rig.run(60)
    assert isinstance(rig.port, ListeningPort)
    assert rig.port.heard == pytest.approx([at / 4 for at in range(480)], abs=1e-6)
