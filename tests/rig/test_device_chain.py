"""The notes and the clock of the Max for Live device, in Pd's sound time: its own description, made of Pd's objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from duet import BAR_QUARTERS, BEATS, TUNES, compared, end, keys_of, lay_out, play_until, sounding_at_end, spread
from max_in_pd import parts_of, write_live_path
from pd_device import Heard, PdDevice, Place, pd_device, quarters_at
from pd_parts import NotInPdError
from played import doubled, left_sounding, onsets_between
from programs import free_port
from pythonosc.udp_client import SimpleUDPClient

from bridge.protocol.message import Message
from bridge.protocol.play_messages import Play, PlayFlush, PlayNote
from bridge.protocol.session_messages import Ping, Pong, Status
from max_for_live.device.patcher import Box

pytestmark = pytest.mark.rig

CLOCK, NOTES, PORTS = 5, 4, 1
BPM, SLOWER_BPM, SLOW_BPM = 160.0, 125.0, 60.0
TICK_MS = 50.0
MOST_LOGICAL_ERROR_MS = 0.05
MOST_MEDIAN_ERROR_MS = 10.0
AT_ONCE_MS = 600.0
SOME = 20
Key = tuple[int, int]
Event = tuple[Key, float, float]


class Sounded(NamedTuple):
    """A note as it began and ended."""

    note: PlayNote
    late_ms: float
    real_late_ms: float
    longer_ms: float


@pytest.fixture
def pd(parts: None, tmp_path: Path) -> Iterator[PdDevice]:  # noqa: ARG001
    """The device's live path in Pd, connected to nothing."""
    with pd_device(write_live_path(tmp_path / "live_path.pd")) as device:
        yield device


@pytest.fixture
def sender(pd: PdDevice) -> Iterator[SimpleUDPClient]:
    """Whoever sends notes to it."""
    with closing(SimpleUDPClient("127.0.0.1", pd.port)) as client:
        yield client


@pytest.mark.parametrize(
    "text", ["swap 1", "pack 0 s", "+ 1", "clip 1 127", "makenote 100 200", "pipe 0 0 @quantize 1", "expr $i1 * 2."]
)
def test_what_nothing_in_pd_is_known_for_is_refused(text: str) -> None:
    with pytest.raises(NotInPdError):
        parts_of(Box("box", text))


def test_each_note_sounds_once_at_its_delay_and_ends_after_its_duration(
    pd: PdDevice, sender: SimpleUDPClient, record_property: Callable[[str, object], None]
) -> None:
    random = Random(4)
    keys = random.sample([(pitch, channel) for pitch in range(128) for channel in (1, 16)], 200)
    notes = [
        PlayNote(pitch, 1.0 + at % 127, random.uniform(20, 300), channel, random.uniform(120, 700))
        for at, (pitch, channel) in enumerate(keys)
    ]
    send(pd, sender, notes)
    wait_for_ends(pd, len(notes))
    sounded = [how_it_sounded(pd, note) for note in notes]
    late_ms = [one.late_ms for one in sounded]
    record_property("device in Pd: onset later than its delay, by Pd's clock", with_worst(late_ms))
    record_property("device in Pd: the same by the real clock", with_worst([one.real_late_ms for one in sounded]))
    record_property("device in Pd: longer than its duration", with_worst([one.longer_ms for one in sounded]))
    assert len(pd.played) == 2 * len(notes)
    assert max(map(abs, late_ms)) < MOST_LOGICAL_ERROR_MS
    assert max(abs(one.longer_ms) for one in sounded) < MOST_LOGICAL_ERROR_MS
    assert np.median(np.abs([one.real_late_ms for one in sounded])) < MOST_MEDIAN_ERROR_MS


def test_a_velocity_is_rounded_to_the_nearest_that_sounds(pd: PdDevice, sender: SimpleUDPClient) -> None:
    rounded = {0.001: 1, 0.3: 1, 1.49: 1, 1.5: 2, 63.49: 63, 63.5: 64, 64.0: 64, 126.4: 126, 126.7: 127, 127.0: 127}
    send(pd, sender, [PlayNote(40 + at, velocity, 30.0, 1, 0.0) for at, velocity in enumerate(rounded)])
    wait_for_ends(pd, len(rounded))
    begun = sorted((note for note in pd.played if note.velocity), key=lambda note: note.pitch)
    assert [note.velocity for note in begun] == list(rounded.values())


def test_a_pitch_that_comes_again_ends_the_older_note_and_keeps_its_own_end(
    pd: PdDevice, sender: SimpleUDPClient
) -> None:
    send(pd, sender, [PlayNote(60, 50.0, 400.0, 1, 100.0), PlayNote(60, 90.0, 100.0, 1, 250.0)])
    send(pd, sender, [PlayNote(61, 50.0, 10.0, 1, 800.0)])
    pd.wait_until(lambda: (1, 61) in ended(pd), "the end of the last")
    start = pd.heard[0].logical_ms
    heard = [(note.velocity, note.logical_ms - start) for note in pd.played if note.pitch == 60]
    assert [velocity for velocity, _ in heard] == [50, 0, 90, 0]
    assert [at for _, at in heard] == pytest.approx([100, 250, 250, 350], abs=2)  # the two came at most so far apart


def test_one_pitch_on_two_channels_is_two_notes(pd: PdDevice, sender: SimpleUDPClient) -> None:
    send(pd, sender, [PlayNote(60, 50.0, 400.0, 1, 100.0), PlayNote(60, 90.0, 100.0, 10, 250.0)])
    wait_for_ends(pd, 2)
    assert [(note.channel, note.velocity) for note in pd.played] == [(1, 50), (10, 90), (10, 0), (1, 0)]


def test_flush_forgets_what_waits_and_ends_what_sounds(pd: PdDevice, sender: SimpleUDPClient) -> None:
    send(pd, sender, [PlayNote(60 + at, 80.0, 5_000.0, 1 + at % 2, 0.0) for at in range(8)])
    send(pd, sender, [PlayNote(80 + at, 80.0, 50.0, 1, 400.0) for at in range(8)])
    pd.wait_until(lambda: len(pd.played) == 8, "what is to be ended")
    flush(pd, sender)
    send(pd, sender, [PlayNote(100, 80.0, 50.0, 1, 500.0)])
    pd.wait_until(lambda: (1, 100) in ended(pd), "a note after the flush")
    flushed_ms = next(heard.logical_ms for heard in pd.heard if isinstance(heard.message, PlayFlush))
    assert {note.pitch for note in pd.played} == {*range(60, 68), 100}
    assert [note.logical_ms for note in pd.played[8:16]] == pytest.approx([flushed_ms] * 8)
    assert left_sounding(keys_of(pd.played)) == {}


def test_many_notes_and_flushes_sound_as_they_are_meant_to_and_nothing_hangs(
    pd: PdDevice, sender: SimpleUDPClient
) -> None:
    random = Random(17)
    for _ in range(25):
        num_before = len(pd.played)
        send(pd, sender, [random_note(random) for _ in range(SOME)])
        pd.wait_until(lambda num=num_before: len(pd.played) > num + SOME // 2, "some of them")
        if random.random() < 0.3:
            flush(pd, sender)
    send(pd, sender, [PlayNote(127, 1.0, 1.0, 1, 1_500.0)])
    pd.wait_until(lambda: (1, 127) in ended(pd), "the end of the last")
    meant, played = by_key(what_should_sound(pd.heard)), by_key(what_sounded(pd))
    assert set(played) == set(meant)
    for key, events in meant.items():
        assert [velocity for _, velocity, _ in played[key]] == [velocity for _, velocity, _ in events]
        assert [at for _, _, at in played[key]] == pytest.approx([at for _, _, at in events], abs=MOST_LOGICAL_ERROR_MS)
    assert left_sounding(keys_of(pd.played)) == {}
    assert doubled(keys_of(pd.played)) == []


def test_the_scripts_own_notes_and_flush_take_the_same_way(pd: PdDevice) -> None:
    pd.tell("script", NOTES, 60, 99.6, 5_000, 3, 0)
    pd.tell("script", NOTES, 64, 80, 100, 1, 5_000)
    pd.wait_until(lambda: pd.played, "a note of the script's")
    pd.tell("script", NOTES, "flush")
    pd.wait_until(lambda: not sounding_at_end(pd), "its end")
    assert [(note.channel, note.pitch, note.velocity) for note in pd.played] == [(3, 60, 100), (3, 60, 0)]


def test_a_port_is_bound_anew_and_the_probe_comes_back_on_it(pd: PdDevice) -> None:
    port = free_port()
    pd.tell("script", PORTS, "listen", port)
    pd.tell("script", PORTS, "probe", 4_711)
    pd.wait_until(lambda: pd.to_script, "the probe")
    with closing(SimpleUDPClient("127.0.0.1", port)) as sender:
        send(pd, sender, [PlayNote(60, 80.0, 10.0, 1, 0.0)])
    wait_for_ends(pd, 1)
    assert pd.to_script == [["latent", "probe", 4_711]]  # and no note: those never come to the script


def test_lives_transport_is_told_as_it_stands_twenty_times_a_second(pd: PdDevice) -> None:
    pd.tell("script", CLOCK, "live")
    pd.wait_until(lambda: len(pd.places) > 2, "a transport that stands")
    assert {(place.quarters, place.playing) for place in pd.places} == {(0, False)}
    changes = (("start", BPM, begins_at(0)), ("tempo", SLOW_BPM, is_slow), ("jump", 33.25, begins_at(33.25)))
    for *command, is_so in changes:
        num_before = len(pd.places)
        pd.tell(*command)
        pd.wait_until(lambda num=num_before: len(pd.places) > num + SOME, f"positions after {command}")
        changed = next(at for at in range(num_before, len(pd.places)) if is_so(pd.places[at]))
        check_told(pd.places[changed], pd.places[changed + 1 :])


def test_notes_come_where_the_pattern_has_them_in_lives_song_through_a_change_of_tempo(
    device: PdDevice, record_property: Callable[[str, object], None]
) -> None:
    device.tell("script", CLOCK, "live")
    pattern = lay_out(device, BEATS, x=0.5)
    device.tell("start", BPM)
    device.send(Play(1))
    play_until(device, 2 * BAR_QUARTERS + 1)
    device.tell("tempo", SLOWER_BPM)
    play_until(device, 5 * BAR_QUARTERS)
    end(device)
    errors_ms = []
    for first_bar, last_bar, bpm in ((1, 2, BPM), (3, 5, SLOWER_BPM)):
        match = compared(device, pattern, first_bar * BAR_QUARTERS, last_bar * BAR_QUARTERS)
        assert (match.missing, match.extra) == ([], [])
        assert match.pairs
        errors_ms += [error * 60_000 / bpm for error in match.errors]
    record_property("device in Pd: onset error to Live's song", spread(errors_ms, "ms"))
    assert np.median(np.abs(errors_ms)) < MOST_MEDIAN_ERROR_MS
    assert left_sounding(keys_of(device.played)) == {}
    assert doubled(keys_of(device.played)) == []


def test_where_live_stops_nothing_sounds_on(device: PdDevice) -> None:
    device.tell("script", CLOCK, "live")
    lay_out(device, TUNES)
    device.tell("start", SLOW_BPM)
    device.send(Play(1))
    device.wait_until(lambda: sounding_at_end(device), "a note that sounds")
    device.tell("stop")
    device.wait_until(lambda: not device.places[-1].playing, "the stop")
    stopped_ms = next(place.logical_ms for place in device.places[::-1] if place.playing)
    wait_a_while(device)
    assert not sounding_at_end(device)
    assert device.played[-1].logical_ms < stopped_ms + AT_ONCE_MS


def test_the_devices_own_clock_plays_while_live_stands_still_and_off_silences_it(
    device: PdDevice, record_property: Callable[[str, object], None]
) -> None:
    device.tell("script", CLOCK, "live")
    pattern = lay_out(device, BEATS)
    device.send(Play(1))
    wait_a_while(device)
    assert not device.played  # Live stands still

    device.places.clear()
    device.tell("script", CLOCK, "own", BPM)
    device.wait_until(lambda: device.places and device.places[-1].playing, "the own clock")
    play_until(device, 3 * BAR_QUARTERS)
    device.tell("script", CLOCK, "off")
    wait_a_while(device)
    owns = [place for place in device.places if place.playing]
    (off,) = (place for place in device.places if place.logical_ms > owns[-1].logical_ms)  # the last that is told
    check_told(owns[0], owns[1:])
    assert (owns[0].quarters, owns[0].bpm, off.playing) == (0, BPM, False)
    assert not sounding_at_end(device)
    assert max(note.logical_ms for note in device.played) < off.logical_ms + AT_ONCE_MS
    match = compared(device, pattern, BAR_QUARTERS, 3 * BAR_QUARTERS)
    assert (match.missing, match.extra) == ([], [])
    assert len(match.pairs) == len(onsets_between(pattern, BAR_QUARTERS, 3 * BAR_QUARTERS))
    record_property(
        "device in Pd: onset error to its own clock", spread([error * 60_000 / BPM for error in match.errors], "ms")
    )
    assert left_sounding(keys_of(device.played)) == {}


def test_going_over_to_live_that_stands_still_ends_what_the_own_clock_played(device: PdDevice) -> None:
    device.tell("script", CLOCK, "own", SLOW_BPM)
    lay_out(device, TUNES)
    device.send(Play(1))
    device.wait_until(lambda: sounding_at_end(device), "a note that sounds")
    device.tell("script", CLOCK, "live")
    device.wait_until(lambda: not device.places[-1].playing, "Live's transport")
    device.wait_until(lambda: not sounding_at_end(device), "the end of the note")
    assert left_sounding(keys_of(device.played)) == {}


def send(pd: PdDevice, sender: SimpleUDPClient, notes: Iterable[PlayNote]) -> None:
    """Sends notes, a few at a time, and waits until they were heard."""
    notes = list(notes)
    for first in range(0, len(notes), SOME):
        some = notes[first : first + SOME]
        num_heard = len(pd.heard) + len(some)
        for note in some:
            words = [note.pitch, note.velocity, note.duration_ms, note.channel, note.delay_ms]
            sender.send_message(PlayNote.spec.address, words)
        pd.wait_until(lambda num=num_heard: len(pd.heard) >= num, "notes")


def flush(pd: PdDevice, sender: SimpleUDPClient) -> None:
    """Sends the message that takes all back, and waits until it was heard."""
    num_heard = len(pd.heard)
    sender.send_message(PlayFlush.spec.address, [])
    pd.wait_until(lambda: len(pd.heard) > num_heard, "the flush")


def ended(pd: PdDevice) -> list[Key]:
    """The channel and pitch of each end, in order."""
    return [(note.channel, note.pitch) for note in pd.played if not note.velocity]


def wait_for_ends(pd: PdDevice, count: int) -> None:
    """Waits until so many notes have ended."""
    pd.wait_until(lambda: len(ended(pd)) >= count, f"{count} ends")


def wait_a_while(pd: PdDevice) -> None:
    """Waits for two of the engine's statuses, which are a second apart, and for what it sent before it answers."""
    start = len(pd.heard)
    pd.wait_until(lambda: len(pd.messages(Status, start)) > 1, "two statuses")
    pd.ask(Ping(1), Pong)


def random_note(random: Random) -> PlayNote:
    """Of few pitches, so that they often come again."""
    pitch, channel = random.randrange(36, 48), random.choice((1, 10))
    return PlayNote(pitch, random.uniform(0.1, 127), random.uniform(5, 300), channel, random.uniform(0, 400))


def how_it_sounded(pd: PdDevice, note: PlayNote) -> Sounded:
    """Of a note whose key comes once."""
    came = next(heard for heard in pd.heard if _is_near(heard.message, note))
    begun, over = (one for one in pd.played if (one.pitch, one.channel) == (note.pitch, note.channel))
    assert (begun.velocity, over.velocity) == (note.velocity, 0)
    return Sounded(
        note,
        begun.logical_ms - came.logical_ms - note.delay_ms,
        begun.real_ms - came.real_ms - note.delay_ms,
        over.logical_ms - begun.logical_ms - note.duration_ms,
    )


def _is_near(message: Message, note: PlayNote) -> bool:
    return isinstance(message, PlayNote) and (message.pitch, message.channel) == (note.pitch, note.channel)


def what_should_sound(heard: Sequence[Heard]) -> list[Event]:
    """What the notes and flushes that came mean: velocity 0 ends, and a pitch that comes again ends the older note."""
    flushes = [(at, one.logical_ms) for at, one in enumerate(heard) if isinstance(one.message, PlayFlush)]
    notes = []
    for at, (came_ms, _, note) in enumerate(heard):
        if isinstance(note, PlayNote):
            flushed_ms = next((when for place, when in flushes if place > at), float("inf"))
            begins_ms = came_ms + note.delay_ms
            if begins_ms < flushed_ms:
                over_ms = min(begins_ms + note.duration_ms, flushed_ms)
                notes.append(((note.channel, note.pitch), int(max(1, note.velocity + 0.5)), begins_ms, over_ms))
    notes.sort(key=lambda note: note[2])
    events: list[Event] = []
    for at, (key, velocity, begins_ms, over_ms) in enumerate(notes):
        again_ms = next((later[2] for later in notes[at + 1 :] if later[0] == key), float("inf"))
        events += [(key, min(127, velocity), begins_ms), (key, 0, min(over_ms, again_ms))]
    return events


def what_sounded(pd: PdDevice) -> list[Event]:
    """The same of what was played."""
    return [((note.channel, note.pitch), note.velocity, note.logical_ms) for note in pd.played]


def by_key(events: Iterable[Event]) -> dict[Key, list[Event]]:
    """Each key's own, in order."""
    found = defaultdict(list)
    for event in events:
        found[event[0]].append(event)
    return found


def begins_at(quarters: float) -> Callable[[Place], bool]:
    """Knows the place from which a song goes on."""
    return lambda place: place.playing and place.quarters == quarters


def is_slow(place: Place) -> bool:
    """Knows a place of the slow song."""
    return place.bpm == SLOW_BPM


def check_told(first: Place, told: Sequence[Place]) -> None:
    """The positions go on from the first, and come twenty times a second."""
    quarters = [quarters_at([first], place.logical_ms) for place in told]
    assert [place.quarters for place in told] == pytest.approx(quarters, abs=1e-3)
    assert {(place.bpm, place.playing) for place in told} == {(first.bpm, True)}
    assert np.diff([place.logical_ms for place in told]) == pytest.approx(TICK_MS, abs=0.01)


def with_worst(values_ms: Sequence[float]) -> str:
    """Median, 95th percentile and worst of magnitudes, to be told."""
    p50, p95, worst = np.percentile(np.abs(values_ms), [50, 95, 100])
    return f"p50 {p50:.3f} ms, p95 {p95:.3f} ms, worst {worst:.3f} ms of {len(values_ms)}"
