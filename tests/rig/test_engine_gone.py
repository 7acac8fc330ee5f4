"""An engine that is killed in the middle of a note, and one that takes its place."""

from __future__ import annotations

import signal

import pytest
from conftest import StartEngine
from duet import TUNES, keys_of, lay_out, sounding_at_end
from pd_device import PdDevice
from played import doubled
from programs import free_port

from bridge.protocol.play_messages import Play

pytestmark = pytest.mark.rig

BPM = 60.0


def test_pd_hears_the_silence_ends_every_note_and_plays_on_with_the_next_engine(
    pd: PdDevice, start_engine: StartEngine
) -> None:
    port = free_port()
    killed = start_engine(port)
    pd.connect(port)
    lay_out(pd, TUNES)
    pd.tell("start", BPM)
    pd.send(Play(1))
    pd.wait_until(lambda: sounding_at_end(pd), "a note that sounds")
    num_silences = len(pd.silences)
    killed.program.signal(signal.SIGKILL)
    killed.program.wait()
    start_engine(port)
    pd.wait_until(lambda: len(pd.silences) > num_silences, "silence")
    assert not sounding_at_end(pd)

    num_played = len(pd.played)
    pd.connect(port)
    lay_out(pd, TUNES)
    pd.send(Play(1))
    pd.wait_until(lambda: len(pd.played) > num_played + 2, "notes of the next engine")
    pd.send(Play(0))
    pd.wait_until(lambda: not sounding_at_end(pd), "an end of every note")
    assert doubled(keys_of(pd.played)) == []
