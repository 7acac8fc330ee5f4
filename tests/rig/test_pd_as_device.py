"""Pure Data in Max's place: a clip out, the morph, and notes back that its own pipe and makenote play."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from duet import (
    BAR_QUARTERS,
    BEATS,
    TUNES,
    compared,
    delays_ms,
    end,
    keys_of,
    lay_out,
    play_until,
    sounding_at_end,
    spread,
)
from pd_device import PdDevice
from played import doubled, left_sounding, onsets_between, patterns_of

from bridge.protocol.message import Message
from bridge.protocol.morph_messages import MorphXY
from bridge.protocol.play_messages import Panic, Play, PlaySwitched
from bridge.protocol.session_messages import Bye

pytestmark = pytest.mark.rig

BPM = 160.0
QUARTER_MS = 60_000 / BPM
SLOW_BPM = 60.0
LEAST_DELAY_MS = 150.0
MOST_MEDIAN_ERROR_MS = 10.0
SOON_MS = 600.0


def test_a_clip_sent_by_pd_is_morphed_and_comes_back_in_time(
    device: PdDevice, record_property: Callable[[str, object], None]
) -> None:
    pattern = lay_out(device, BEATS, x=0.5)
    device.tell("start", BPM)
    device.send(Play(1))
    play_until(device, 5 * BAR_QUARTERS)
    end(device)
    match = compared(device, pattern, BAR_QUARTERS, 5 * BAR_QUARTERS)
    errors_ms = [error * QUARTER_MS for error in match.errors]
    record_property("Pd: onset error to its own transport", spread(errors_ms, "ms"))
    record_property("Pd: delay that a note came with", f"{min(delays_ms(device)):.0f} ms or more")
    assert (match.missing, match.extra) == ([], [])
    assert len(match.pairs) > 20
    assert np.median(np.abs(errors_ms)) < MOST_MEDIAN_ERROR_MS
    assert min(delays_ms(device)) >= LEAST_DELAY_MS
    assert left_sounding(keys_of(device.played)) == {}
    assert doubled(keys_of(device.played)) == []


def test_a_new_pattern_takes_over_on_the_bar_while_the_old_one_plays(device: PdDevice) -> None:
    old = lay_out(device, BEATS)
    device.tell("start", BPM)
    device.send(Play(1))
    play_until(device, 1.3 * BAR_QUARTERS)
    start = len(device.heard)
    for step in range(1, 21):
        device.send(MorphXY(step / 20, 0.5))
    device.wait_until(lambda: device.messages(PlaySwitched, start), "the new pattern's turn")
    play_until(device, 4 * BAR_QUARTERS)
    end(device)
    (switch,) = device.messages(PlaySwitched, start)
    patterns = patterns_of(device.messages(Message))
    new = patterns[switch.generation]
    assert (switch.quarters, switch.generation) == (2 * BAR_QUARTERS, max(patterns))
    assert onsets_between(old, 0, 8) != onsets_between(new, 0, 8)
    for pattern, first_bar, last_bar in ((old, 1, 2), (new, 2, 4)):
        match = compared(device, pattern, first_bar * BAR_QUARTERS, last_bar * BAR_QUARTERS)
        assert (match.missing, match.extra) == ([], [])
        assert match.pairs
    assert left_sounding(keys_of(device.played)) == {}


@pytest.mark.parametrize("ending", [Play(0), Panic(), Bye()], ids=lambda ending: type(ending).__name__)
def test_what_ends_the_playing_ends_the_notes_and_no_other_begins(device: PdDevice, ending: Message) -> None:
    lay_out(device, TUNES)
    device.tell("start", SLOW_BPM)
    device.send(Play(1))
    device.wait_until(lambda: sounding_at_end(device), "a note that sounds")
    device.send(ending)
    ended_ms = device.places[-1].logical_ms
    play_until(device, device.places[-1].quarters + 2)  # long enough for whatever waited in Pd to begin
    device.tell("stop")
    assert not sounding_at_end(device)
    assert device.played[-1].logical_ms < ended_ms + SOON_MS
