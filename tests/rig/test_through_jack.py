"""The same music at a JACK MIDI port and as FluidSynth's sound, both by JACK's own frames."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from conftest import MIDI_OUT, Engine, StartEngine
from duet import BAR_QUARTERS, BEATS, TUNES, changed, end, lay_out, play_until, spread
from pd_device import PdDevice, pd_device
from played import Match, Onset, Pattern, aligned, doubled, left_sounding, onsets_between
from recording import Recording, sounding
from sound_onsets import find_onsets, merged, nearest_errors
from studio import PERIOD_FRAMES, RATE_HZ, Studio

from bridge.protocol.morph_messages import MorphSet
from bridge.protocol.play_messages import Play

pytestmark = pytest.mark.rig

BPM = 150.0
QUARTER_S = 60 / BPM
BARS = 4
BETWEEN_HITS_QUARTERS = 0.3  # an end in the middle of a hit could be recorded as a hit without an end
DRUM_CHANNEL = 10
SLOW_BPM = 60.0
TOLERANCE_S = 0.1
SLOWEST_CLOCK = 0.98
CHORD_FRAMES = 0.03 * RATE_HZ
SOUND_AFTER_FRAMES = 3 * PERIOD_FRAMES
AUDIBLE = 0.01
MOST = 0.85
Tell = Callable[[str, object], None]


class Performance(NamedTuple):
    """A pattern, and what was recorded of its playing."""

    pattern: Pattern
    recording: Recording


@pytest.fixture(scope="module")
def performance(room: Studio, stage: Engine, tmp_path_factory: pytest.TempPathFactory) -> Performance:
    """Some bars of a drum groove, on the grid and all of one loudness so that each hit can be heard."""
    with pd_device() as pd, room.recorder(tmp_path_factory.mktemp("performance")) as recorder:
        recorder.hear(room.port("", MIDI_OUT))
        pd.connect(stage.port)
        lay_out(pd, BEATS)
        pd.send(MorphSet("channel", DRUM_CHANNEL))
        changed(pd, MorphSet("timing", 0.0))
        pattern = changed(pd, MorphSet("velocity", 0.0))
        pd.tell("start", BPM)
        pd.send(Play(1))
        play_until(pd, BARS * BAR_QUARTERS + BETWEEN_HITS_QUARTERS)
        end(pd)
        recorder.wait_for_silence()
        return Performance(pattern, recorder.stop())


def note_events(recording: Recording) -> list[tuple[object, bool]]:
    return [(event.key, event.is_on) for event in recording.midi if event.is_on or event.is_off]


def matched(performance: Performance) -> Match:
    """The pattern's onsets and those recorded, in seconds.

    More is expected than was played: where the playing began and ended is found by laying one over the other.
    """
    pattern, recording = performance
    expected = onsets_between(pattern, 0, (BARS + 2) * BAR_QUARTERS)
    played = [Onset(event.data1, event.real_s) for event in recording.midi if event.is_on]
    return aligned([Onset(onset.pitch, onset.at * QUARTER_S) for onset in expected], played, TOLERANCE_S)


def test_each_note_of_the_pattern_begins_and_ends_once(performance: Performance) -> None:
    pattern, recording = performance
    match = matched(performance)
    assert (match.skipped, match.extra) == ([], [])
    assert len(match.pairs) >= len(onsets_between(pattern, BAR_QUARTERS, BARS * BAR_QUARTERS))
    assert left_sounding(note_events(recording)) == {}
    assert doubled(note_events(recording)) == []
    assert {event.channel for event in recording.midi if event.is_on} == {DRUM_CHANNEL}


def test_onsets_lie_apart_as_in_the_pattern_within_a_period(performance: Performance, record_property: Tell) -> None:
    frames = {Onset(event.data1, event.real_s): event.frame for event in performance.recording.midi if event.is_on}
    pairs = matched(performance).pairs
    played = np.diff([frames[onset] for _, onset in pairs])
    expected = np.diff([onset.at for onset, _ in pairs]) * RATE_HZ
    speed = played.sum() / expected.sum()
    record_property("JACK: its clock beside the machine's", f"{speed:.1%}; late cycles {performance.recording.xruns}")
    if speed < SLOWEST_CLOCK:
        pytest.skip(f"JACK was held up: its clock ran at {speed:.0%}, and nothing can be measured by it")
    record_property("JACK: error of the time between onsets", spread((played - expected) * 1e3 / RATE_HZ, "ms"))
    assert np.median(np.abs(played - expected)) <= PERIOD_FRAMES


def test_the_sound_begins_where_the_midi_does(performance: Performance, record_property: Tell) -> None:
    sound, first_frame = performance.recording.sound, performance.recording.first_frame
    midi = merged([event.frame - first_frame for event in performance.recording.midi if event.is_on], CHORD_FRAMES)
    heard = find_onsets(sound)
    late, early = (np.array(nearest_errors(*pair)) for pair in ((midi, heard), (heard, midi)))
    record_property("Sound: peak", f"{np.abs(sound).max():.3f} of 1")
    record_property("Sound: after its MIDI", f"median {1e3 * np.median(late) / RATE_HZ:.1f} ms of {len(late)}")
    record_property("Sound: hits heard", f"{np.mean(np.abs(late) <= SOUND_AFTER_FRAMES):.0%} of {len(midi)}")
    record_property(
        "Sound: onsets that are hits", f"{np.mean(np.abs(early) <= SOUND_AFTER_FRAMES):.0%} of {len(heard)}"
    )
    assert np.abs(sound).max() > AUDIBLE
    assert 0 <= np.median(late) <= SOUND_AFTER_FRAMES
    assert np.mean(np.abs(late) <= SOUND_AFTER_FRAMES) >= MOST
    assert np.mean(np.abs(early) <= SOUND_AFTER_FRAMES) >= MOST


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_an_engine_that_is_ended_leaves_no_note_sounding(
    number: signal.Signals, room: Studio, pd: PdDevice, start_engine: StartEngine, tmp_path: Path
) -> None:
    name = f"ended by {number.name}"
    engine = start_engine(0, "--midi-out", f"virtual:{name}", environment=room.environment)
    with room.recorder(tmp_path) as recorder:
        recorder.hear(room.port("", name))
        pd.connect(engine.port)
        lay_out(pd, TUNES)
        pd.tell("start", SLOW_BPM)
        pd.send(Play(1))
        recorder.wait_for_ons(3)
        assert recorder.sounding()
        engine.program.signal(number)
        assert engine.program.wait() == 0
        recorder.wait_for_silence()
        midi = recorder.stop().midi
    assert sounding(midi) == set()
