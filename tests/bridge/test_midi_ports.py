"""Ports are found by part of their names, made where the system has virtual ones, and never hold anything up."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence

import pytest
from fake_midi import ALSA, JACK, WINDOWS, PaperRtMidi

from bridge import midi_rtmidi
from bridge.errors import MidiError
from bridge.midi_ports import find_input, find_output, list_systems, open_input, open_output, open_ports
from bridge.midi_rtmidi import JackWatch

Install = Callable[..., PaperRtMidi]


@pytest.fixture
def rtmidi(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a paper rtmidi, without a JACK to watch, in the place of the real one."""

    def install(systems: dict[int, tuple[list[str], list[str]]], dead: Sequence[int] = ()) -> PaperRtMidi:
        paper = PaperRtMidi(systems, dead)
        monkeypatch.setitem(sys.modules, "rtmidi", paper)
        return paper

    monkeypatch.setattr(JackWatch, "_watching_client", lambda _: None)
    return install


def test_systems_that_do_not_run_are_left_out_and_nothing_stays_open(rtmidi: Install) -> None:
    paper = rtmidi({JACK: (["system:capture"], ["system:playback", "synth:in"])}, dead=[ALSA])
    assert [(s.system, s.inputs, s.outputs) for s in list_systems()] == [
        ("Jack", ("system:capture",), ("system:playback", "synth:in"))
    ]
    assert all(midi.deleted for midi in paper.made)


def test_part_of_a_name_in_any_case_finds_the_port(rtmidi: Install) -> None:
    paper = rtmidi({ALSA: (["Keystep:0"], ["Midi Through:0", "Digitakt:0"])})
    open_output(find_output("digitakt"))
    open_input(find_input("KEYS"))
    assert paper.opened == [("Digitakt:0", False), ("Keystep:0", False)]


def test_a_whole_name_goes_before_a_part_of_others(rtmidi: Install) -> None:
    paper = rtmidi({ALSA: ([], ["Synth 2", "Synth"])})
    open_output(find_output("synth"))
    assert paper.opened == [("Synth", False)]


def test_a_name_of_several_ports_is_refused_with_all_of_them(rtmidi: Install) -> None:
    rtmidi({ALSA: ([], ["Synth 1", "Synth 2"])})
    with pytest.raises(MidiError, match="Synth 1, Synth 2"):
        find_output("synth")


def test_a_name_that_no_port_has_makes_a_virtual_one_in_the_machines_own_system(rtmidi: Install) -> None:
    paper = rtmidi({ALSA: ([], ["other"]), JACK: ([], [])})
    open_output(find_output("bridge"))
    assert paper.opened == [("bridge", True)]
    assert paper.systems[ALSA][0] == ["Latent Bridge:bridge"]


def test_jack_serves_where_nothing_else_runs(rtmidi: Install) -> None:
    paper = rtmidi({JACK: ([], [])}, dead=[ALSA])
    open_output(find_output("bridge"))
    assert paper.systems[JACK][0] == ["Latent Bridge:bridge"]


def test_a_port_of_the_second_system_is_found_too(rtmidi: Install) -> None:
    rtmidi({ALSA: ([], ["Midi Through:0"]), JACK: ([], ["synth:in"])})
    assert find_output("synth").api == JACK


def test_virtual_before_a_name_makes_a_port_whatever_others_are_called(rtmidi: Install) -> None:
    rtmidi({ALSA: ([], ["bridge"])})
    assert find_output("virtual:bridge").is_virtual
    assert not find_output("bridge").is_virtual


def test_where_no_program_can_make_ports_the_ones_there_are_named(rtmidi: Install) -> None:
    rtmidi({WINDOWS: (["Keys"], ["GS Wavetable 0"])})
    assert find_output("wavetable").name == "GS Wavetable 0"
    with pytest.raises(MidiError, match=r"GS Wavetable 0.*loopMIDI"):
        find_output("bridge")


@pytest.mark.parametrize("name", ["", "  ", "virtual:"])
def test_an_empty_name_does_not_match_every_port(rtmidi: Install, name: str) -> None:
    rtmidi({ALSA: ([], ["a", "b"])})
    with pytest.raises(MidiError, match="a, b"):
        find_output(name)


def test_without_any_midi_system_the_error_says_what_to_do(rtmidi: Install) -> None:
    rtmidi({}, dead=[ALSA, JACK])
    assert list_systems() == ()
    with pytest.raises(MidiError, match="start JACK"):
        find_input("keys")


def test_a_port_that_is_taken_is_told(rtmidi: Install) -> None:
    rtmidi({WINDOWS: ([], ["taken synth"])})
    with pytest.raises(MidiError, match=r"taken synth.*in use"):
        open_output(find_output("synth"))


def test_one_name_for_both_ways_does_not_connect_the_engine_to_itself(rtmidi: Install) -> None:
    paper = rtmidi({ALSA: ([], [])})
    open_ports("bridge", "bridge")
    assert paper.opened == [("bridge", True), ("bridge", True)]


def test_where_the_input_fails_the_output_is_closed(rtmidi: Install) -> None:
    paper = rtmidi({WINDOWS: (["taken keys"], ["synth"])})
    with pytest.raises(MidiError):
        open_ports("synth", "keys")
    assert paper.opened == []
    assert open_ports(None, None) == (None, None)


@pytest.mark.parametrize("api", [ALSA, JACK])
def test_an_input_hands_on_what_arrives_until_it_is_closed(rtmidi: Install, api: int) -> None:
    paper = rtmidi({api: ([], [])})
    port = open_input(find_input("in"))
    midi, heard, came = paper.made[-1], [], threading.Event()

    def hear(data: Sequence[int]) -> None:
        heard.append(list(data))
        came.set()

    port.listen(hear, clock=False)
    assert midi.ignored == {"sysex": True, "timing": True, "active_sense": True}
    midi.waiting.append(([0x90, 60, 1], 0.0))  # JACK is asked
    if midi.callback is not None:  # the others call
        midi.callback(midi.waiting.pop(), None)
    assert came.wait(5)
    port.close()
    assert heard == [[0x90, 60, 1]]
    assert midi.deleted
    assert midi.callback is None


def test_clock_is_let_through_if_asked_for(rtmidi: Install) -> None:
    paper = rtmidi({ALSA: ([], [])})
    open_input(find_input("in")).listen(print, clock=True)
    assert not paper.made[-1].ignored["timing"]


def test_an_output_whose_jack_server_has_ended_refuses_instead_of_waiting_for_ever(rtmidi: Install) -> None:
    paper = rtmidi({JACK: ([], [])})
    port = open_output(find_output("out"))
    port.send_message([0x90, 60, 1])
    assert isinstance(port, midi_rtmidi.RtOutput)
    assert port._watch is not None
    port._watch._ended(None, "killed")
    with pytest.raises(MidiError, match="JACK server has ended"):
        port.send_message([0x80, 60, 1])
    assert paper.made[-1].sent == [[0x90, 60, 1]]


def test_a_jack_that_cannot_be_watched_is_used_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "jack", None)
    watch = JackWatch()
    assert not watch.gone
    assert "cannot be watched" in caplog.text
    watch.close()
