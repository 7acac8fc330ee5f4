"""Grooves, voices and drum maps."""

import numpy as np
import pytest

from engine.errors import OutOfRangeError
from engine.representations.clip import Note, make_clip
from engine.representations.drums import GENERAL_MIDI, ROLAND, VOICES, DrumMap, read_drum_map
from engine.representations.groove import cells, stack, to_tensor, unstack


def drums(*notes, length=8.0):
    return make_clip([Note(start, pitch, 0.25, velocity) for start, pitch, velocity in notes], length)


def test_a_late_hit_has_a_positive_offset():
    groove = to_tensor(drums((1.02, 38, 127.0)), GENERAL_MIDI)
    assert groove.hits[4, 1] == 1
    assert groove.velocities[4, 1] == 1
    assert groove.offsets[4, 1] == pytest.approx(0.08)


def test_a_hit_before_the_first_beat_is_an_early_first_step():
    groove = to_tensor(drums((-0.03, 36, 100.0)), GENERAL_MIDI)
    assert groove.hits[0, 0] == 1
    assert groove.offsets[0, 0] == pytest.approx(-0.12)


def test_the_loudest_hit_of_a_cell_wins():
    groove = to_tensor(drums((0.0, 38, 30.0), (0.02, 40, 90.0)), GENERAL_MIDI)
    assert groove.velocities[0, 1] == pytest.approx(90 / 127)
    assert groove.hits.sum() == 1


def test_a_pitch_of_no_voice_has_a_cell_without_a_voice():
    (cell,) = cells(drums((1.0, 100, 64.0)), GENERAL_MIDI)
    assert cell.voice is None
    assert to_tensor(drums((1.0, 100, 64.0)), GENERAL_MIDI).hits.sum() == 0


def test_stack_and_unstack_are_inverse():
    groove = to_tensor(drums((0.0, 36, 90.0), (1.1, 42, 50.0)), GENERAL_MIDI)
    again = unstack(stack(groove))
    for name in ("hits", "velocities", "offsets"):
        assert np.array_equal(getattr(again, name), getattr(groove, name))


@pytest.mark.parametrize("pitch", [43, 45, 47, 48, 50, 58])
def test_the_roland_kit_has_other_toms_than_general_midi(pitch):
    assert ROLAND.voice_of(pitch) is not None
    if pitch != 48:
        assert (ROLAND.voice_of(pitch), pitch) != (GENERAL_MIDI.voice_of(pitch), None)


def test_every_voice_is_written_on_its_first_pitch():
    assert [GENERAL_MIDI.exemplar(voice) for voice in range(9)] == [36, 38, 42, 46, 45, 48, 50, 49, 51]


def test_a_map_is_read_from_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\n' + "\n".join(f"{voice} = [{10 + k}]" for k, voice in enumerate(VOICES)))
    assert read_drum_map(path).voice_of(11) == 1


@pytest.mark.parametrize("text", ["kick = [36]", "cowbell = [56]", "kick = [36]\nsnare = [36]"])
def test_a_broken_map_is_refused(tmp_path, text):
    path = tmp_path / "broken.toml"
    path.write_text(text)
    with pytest.raises(OutOfRangeError):
        read_drum_map(path)


def test_a_pitch_in_two_voices_is_refused():
    with pytest.raises(OutOfRangeError, match="one voice only"):
        DrumMap("twice", ((36,), (36,), *((k,) for k in range(40, 47))))
