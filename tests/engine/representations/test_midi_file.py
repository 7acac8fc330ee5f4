"""MIDI file ↔ clip: no time is lost, and no file ends the process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.errors import DataError, EngineError, OutOfRangeError, TooLargeError
from engine.representations.clip import MAX_NOTES, Clip, Note, make_clip
from engine.representations.midi_file import is_drum_file, list_tracks, read_clip, write_clip
from engine.representations.midi_resolution import RESOLUTIONS, choose_resolution

FIXTURES = Path(__file__).parents[2] / "fixtures"
DRUMS = FIXTURES / "groove_hiphop_fill.mid"
WALTZ = FIXTURES / "on_top_of_old_smoky_waltz.mid"
HYMN = FIXTURES / "hymn_evening_prayer.mid"
MELODY = make_clip([Note(0.0, 60, 0.5), Note(1.0, 64, 1.0, 80.0, release_velocity=3), Note(6.5, 67, 1.5)])


def write_midi(path: Path, *tracks: list[mido.Message], kind: int = 1, per_quarter: int = 480) -> Path:
    parts = [mido.MidiTrack(messages) for messages in tracks]
    mido.MidiFile(type=kind, ticks_per_beat=per_quarter, tracks=parts).save(path)
    return path


def on(pitch: int, after: int = 0, velocity: int = 90, channel: int = 0) -> mido.Message:
    return mido.Message("note_on", note=pitch, velocity=velocity, time=after, channel=channel)


def off(pitch: int, after: int = 0, velocity: int = 64, channel: int = 0) -> mido.Message:
    return mido.Message("note_off", note=pitch, velocity=velocity, time=after, channel=channel)


@st.composite
def clips_on_ticks(draw: st.DrawFn) -> Clip:
    """Clips whose times lie on the ticks of some file, without notes inside notes of their own pitch."""
    per_quarter = draw(st.sampled_from([24, 25, 96, 220, 384, 480, 960, 1000, 10_080, 32_767]))
    length_ticks = draw(st.integers(1, 12 * per_quarter))
    notes: list[Note] = []
    for pitch in draw(st.lists(st.integers(0, 127), unique=True, max_size=5)):
        tick = 0
        for _ in range(draw(st.integers(1, 4))):
            tick += draw(st.integers(0, 3 * per_quarter))
            duration = draw(st.integers(1, 3 * per_quarter))
            notes.append(
                Note(
                    tick / per_quarter,
                    pitch,
                    duration / per_quarter,
                    float(draw(st.integers(1, 127))),
                    release_velocity=draw(st.integers(0, 127)),
                )
            )
            tick += duration
    bpm = draw(st.integers(400, 30_000)) / 100
    numerator, denominator = draw(st.integers(1, 15)), draw(st.sampled_from([1, 2, 4, 8, 16, 32]))
    return make_clip(notes, length_ticks / per_quarter, numerator, denominator, bpm)


@given(clips_on_ticks())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_a_clip_comes_back_from_its_file_bit_for_bit(tmp_path: Path, clip: Clip) -> None:
    write_clip(clip, tmp_path / "clip.mid")
    assert read_clip(tmp_path / "clip.mid") == clip


@pytest.mark.parametrize(("path", "track"), [(DRUMS, None), (WALTZ, 1), (WALTZ, 2), (HYMN, 1), (HYMN, 4)])
def test_real_music_comes_back_bit_for_bit(tmp_path: Path, path: Path, track: int | None) -> None:
    clip = read_clip(path, track)
    write_clip(clip, tmp_path / "again.mid")
    assert read_clip(tmp_path / "again.mid") == clip


def test_a_drummers_fill_keeps_every_tick_and_velocity() -> None:
    clip = read_clip(DRUMS)
    messages = [m for m in mido.MidiFile(DRUMS).tracks[0] if m.type == "note_on" and m.velocity]
    assert len(clip.notes) == len(messages)
    assert sorted(n.velocity for n in clip.notes) == sorted(m.velocity for m in messages)
    assert all(n.start_quarters == round(n.start_quarters * 480) / 480 for n in clip.notes)
    assert (clip.bpm, clip.meter, clip.length_quarters) == (100.0, "4/4", 8.0)


def test_a_waltz_keeps_its_meter_tempo_and_whole_bars() -> None:
    clip = read_clip(WALTZ, track=1)
    assert (clip.meter, clip.bpm) == ("3/4", 100.0)
    assert clip.length_quarters % 3 == 0


def test_a_file_of_several_tracks_asks_which_and_names_them() -> None:
    with pytest.raises(DataError, match=r"2 tracks; say which: 1 \(Voice, \d+ notes\), 2 \(CHORDS"):
        read_clip(WALTZ)
    assert [t.number for t in list_tracks(HYMN)] == [1, 2, 3, 4]
    with pytest.raises(OutOfRangeError, match="track is 5"):
        read_clip(HYMN, track=5)


def test_tracks_that_are_all_drums_are_one_kit(tmp_path: Path) -> None:
    kick = [on(36, channel=9), off(36, 120, channel=9)]
    snare = [on(38, 480, channel=9), off(38, 120, channel=9)]
    path = write_midi(tmp_path / "kit.mid", kick, snare)
    assert [n.pitch for n in read_clip(path).notes] == [36, 38]
    assert is_drum_file(path)


def test_only_the_drum_channel_makes_a_drum_file(tmp_path: Path) -> None:
    assert is_drum_file(DRUMS)
    assert not is_drum_file(WALTZ)
    assert not is_drum_file(write_midi(tmp_path / "empty.mid", []))
    write_clip(MELODY, tmp_path / "ten.mid", channel=9)
    assert is_drum_file(tmp_path / "ten.mid")


def test_channels_of_a_one_track_file_are_tracks(tmp_path: Path) -> None:
    path = write_midi(tmp_path / "zero.mid", [on(60), on(36, channel=9), off(60, 480), off(36, channel=9)], kind=0)
    assert [t.is_drums for t in list_tracks(path)] == [False, True]


def test_a_conductor_track_without_notes_is_no_choice(tmp_path: Path) -> None:
    tempo = [mido.MetaMessage("set_tempo", tempo=400_000), mido.MetaMessage("set_tempo", tempo=500_000, time=960)]
    clip = read_clip(write_midi(tmp_path / "one.mid", tempo, [on(60), off(60, 480)]))
    assert (clip.bpm, clip.notes) == (150.0, (Note(0.0, 60, 1.0, 90.0),))


def test_overlapping_notes_of_one_pitch_end_in_the_order_of_striking(tmp_path: Path) -> None:
    path = write_midi(tmp_path / "a.mid", [on(60), on(60, 480), off(60, 480, 1), off(60, 480, 2)])
    assert [(n.duration_quarters, n.release_velocity) for n in read_clip(path).notes] == [(2.0, 1), (2.0, 2)]


def test_velocity_zero_ends_a_note_and_stray_ends_do_nothing(tmp_path: Path) -> None:
    path = write_midi(tmp_path / "a.mid", [off(50), on(60), on(60, 240, velocity=0), off(60, 10)])
    assert read_clip(path).notes == (Note(0.0, 60, 0.5, 90.0),)


def test_a_note_that_is_never_ended_lasts_until_its_track_ends(tmp_path: Path) -> None:
    path = write_midi(tmp_path / "a.mid", [on(60), on(62, 480), off(62, 480)])
    assert read_clip(path).notes[0].duration_quarters == 2.0


def test_a_note_without_length_lasts_one_tick(tmp_path: Path) -> None:
    path = write_midi(tmp_path / "a.mid", [on(60), off(60)])
    assert read_clip(path).notes[0].duration_quarters == 1 / 480


def test_running_status_is_read(tmp_path: Path) -> None:
    events = bytes([0, 0x90, 60, 90, 96, 60, 0, 0, 62, 90, 96, 62, 0, 0, 0xFF, 0x2F, 0])
    header = b"MThd" + bytes([0, 0, 0, 6, 0, 0, 0, 1, 0, 96])
    (tmp_path / "a.mid").write_bytes(header + b"MTrk" + len(events).to_bytes(4, "big") + events)
    assert [(n.start_quarters, n.pitch) for n in read_clip(tmp_path / "a.mid").notes] == [(0.0, 60), (1.0, 62)]


def test_a_hit_before_the_first_beat_wraps_to_the_loops_end(tmp_path: Path) -> None:
    write_clip(make_clip([Note(-0.03125, 36), Note(1.0, 38)], 4.0), tmp_path / "a.mid")
    clip = read_clip(tmp_path / "a.mid")
    assert [(n.start_quarters, n.pitch) for n in clip.notes] == [(1.0, 38), (3.96875, 36)]
    assert clip.length_quarters == 4.0


def test_muted_notes_do_not_sound_in_a_file(tmp_path: Path) -> None:
    write_clip(make_clip([Note(0.0, 60), Note(1.0, 62, mute=True)]), tmp_path / "a.mid")
    assert [n.pitch for n in read_clip(tmp_path / "a.mid").notes] == [60]


def test_an_empty_clip_keeps_its_length(tmp_path: Path) -> None:
    write_clip(make_clip([], 7.5, 3, 4, 90.0), tmp_path / "a.mid")
    assert read_clip(tmp_path / "a.mid") == make_clip([], 7.5, 3, 4, 90.0)


def test_the_file_ends_where_the_loop_ends(tmp_path: Path) -> None:
    write_clip(MELODY, tmp_path / "a.mid")
    file = mido.MidiFile(tmp_path / "a.mid")
    assert sum(m.time for m in file.tracks[0]) == 8 * file.ticks_per_beat


def test_cut_ends_the_file_at_the_loops_end_whatever_rings_on(tmp_path: Path) -> None:
    write_clip(make_clip([Note(3.9, 60, 1.0), Note(4.0, 61)], 4.0), tmp_path / "a.mid", cut_at_loop_end=True)
    file = mido.MidiFile(tmp_path / "a.mid")
    assert sum(m.time for m in file.tracks[0]) == 4 * file.ticks_per_beat
    assert [n.pitch for n in read_clip(tmp_path / "a.mid").notes] == [60]


@pytest.mark.parametrize(
    ("ticks_after", "length"), [(0, 4.0), (1, 4.0), (479, 4.0), (480, 2.0), (960, 3.0), (1440, 4.0), (1441, 4.0)]
)
def test_the_length_is_whole_bars_unless_the_file_says_a_whole_beat(
    tmp_path: Path, ticks_after: int, length: float
) -> None:
    notes = [on(60), off(60, 480), mido.MetaMessage("end_of_track", time=ticks_after)]
    assert read_clip(write_midi(tmp_path / "a.mid", notes)).length_quarters == length


def test_a_tail_over_the_bar_line_does_not_add_a_bar(tmp_path: Path) -> None:
    notes = [on(38, 4 * 480 - 20), off(38, 60)]
    assert read_clip(write_midi(tmp_path / "a.mid", notes)).length_quarters == 4.0


@pytest.mark.parametrize("clip", [replace(MELODY, bpm=1.0), replace(MELODY, bpm=1e-300), replace(MELODY, bpm=1e9)])
def test_a_tempo_that_no_file_holds_is_refused(tmp_path: Path, clip: Clip) -> None:
    with pytest.raises(OutOfRangeError, match="tempo"):
        write_clip(clip, tmp_path / "a.mid")


def test_a_time_that_no_file_holds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutOfRangeError, match="cut it shorter"):
        write_clip(make_clip([Note(1e12, 60)], 4.0), tmp_path / "a.mid")


def test_a_program_outside_its_range_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutOfRangeError, match="program is 128"):
        write_clip(MELODY, tmp_path / "a.mid", program=128)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        write_clip(MELODY, tmp_path / "none" / "a.mid")
    with pytest.raises(DataError, match="cannot be read"):
        read_clip(tmp_path / "none.mid")


def test_smpte_time_is_refused_with_a_way_out(tmp_path: Path) -> None:
    header = b"MThd" + bytes([0, 0, 0, 6, 0, 0, 0, 1, 0xE7, 40])
    (tmp_path / "a.mid").write_bytes(header + b"MTrk" + bytes([0, 0, 0, 4, 0, 0xFF, 0x2F, 0]))
    with pytest.raises(DataError, match="SMPTE"):
        read_clip(tmp_path / "a.mid")


def test_too_many_notes_are_refused(tmp_path: Path) -> None:
    path = write_midi(tmp_path / "a.mid", [m for _ in range(MAX_NOTES + 1) for m in (on(60), off(60, 1))])
    with pytest.raises(TooLargeError, match="20001 notes"):
        read_clip(path)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
def test_broken_bytes_are_refused_and_never_raise_anything_else(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([DRUMS, WALTZ, HYMN])).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "a.mid").write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        clip = read_clip(tmp_path / "a.mid", track=data.draw(st.sampled_from([None, 1])))
    except EngineError:
        return
    assert clip.length_quarters > 0


@given(st.binary(max_size=80))
@example(b"")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
def test_any_bytes_after_a_right_header_are_read_or_refused(tmp_path: Path, events: bytes) -> None:
    header = b"MThd" + bytes([0, 0, 0, 6, 0, 1, 0, 1, 0, 96]) + b"MTrk"
    (tmp_path / "a.mid").write_bytes(header + len(events).to_bytes(4, "big") + events)
    try:
        clip = read_clip(tmp_path / "a.mid")
    except EngineError:
        return
    assert clip.length_quarters > 0


@pytest.mark.parametrize("per_quarter", RESOLUTIONS)
def test_the_least_resolution_on_which_all_times_lie_is_chosen(per_quarter: int) -> None:
    clip = make_clip([Note(1 / per_quarter, 60, 1.0)], 4.0)
    times = [t for n in clip.notes for t in (n.start_quarters, n.end_quarters)]
    assert choose_resolution(np.array(times)) == min(r for r in RESOLUTIONS if r % per_quarter == 0)


def test_float32_triplets_are_written_as_triplets(tmp_path: Path) -> None:
    third = float(np.float32(1 / 3))
    write_clip(make_clip([Note(third, 60, third)], 4.0), tmp_path / "a.mid")
    assert read_clip(tmp_path / "a.mid").notes[0] == Note(1 / 3, 60, 1 / 3)


@given(st.lists(st.floats(0.0, 64.0), min_size=1, max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
def test_times_on_no_tick_move_by_less_than_17_microquarters(tmp_path: Path, starts: list[float]) -> None:
    clip = make_clip([Note(start, 60 + i) for i, start in enumerate(starts)], 68.0)
    write_clip(clip, tmp_path / "a.mid")
    found = {n.pitch: n.start_quarters for n in read_clip(tmp_path / "a.mid").notes}
    assert all(abs(found[n.pitch] - n.start_quarters) < 1.7e-5 for n in clip.notes)
