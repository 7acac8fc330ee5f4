"""Several devices in one Set: each has a port, clips and results of its own."""

from __future__ import annotations

import sets
from acts import OpenDevice, begun, capture, connected, held, made, names, written
from fake_engine import Served
from max_js import Device

PLAN = sets.live_set(sets.track({0: sets.clip("Tune")}), sets.track({0: sets.clip("Beat", sets.drums(), 8.0)}))


def two(put_device: OpenDevice, paper: Served) -> tuple[Device, Device]:
    """A device on each of two tracks, put there at the same time."""
    devices = [put_device({**PLAN, "device_track": track}, engine_port=paper.server.port) for track in (0, 1)]
    first, second = devices
    first.run_until(lambda: second.settle(0.01) or first.answers("/bridge/welcome"))
    return connected(first), connected(second)


def test_each_finds_a_port_of_its_own(put_device: OpenDevice, paper: Served) -> None:
    first, second = two(put_device, paper)
    assert first.port != second.port
    assert None not in (first.port, second.port)


def test_eight_devices_find_eight_ports(put_device: OpenDevice, paper: Served) -> None:
    devices = [put_device(PLAN, engine_port=paper.server.port) for _ in range(8)]
    for device in devices:
        device.advance(6000)
    assert len({device.messages("/bridge/hello")[-1].args[0] for device in devices}) == 8
    assert len({device.port for device in devices}) == 8


def test_clips_under_the_same_number_stay_apart(put_device: OpenDevice, paper: Served) -> None:
    first, second = two(put_device, paper)
    tune, beat = capture(first, 0), capture(second, 0, track=1)
    assert tune == beat
    assert held(first, tune) == sets.rows(sets.melody())
    assert held(second, beat) == sets.rows(sets.drums())


def test_results_go_to_the_one_that_asked(put_device: OpenDevice, paper: Served) -> None:
    first, second = two(put_device, paper)
    capture(first, 0)
    capture(second, 0, track=1)
    first.press("vary")
    second.press("vary")
    first.run_until(lambda: len(names(first, 0)) == 5)
    second.run_until(lambda: len(names(second, 1)) == 5)
    assert written(first, 1, 0) == sets.rows(sets.melody())
    assert written(second, 1, 1) == sets.rows(sets.drums())
    assert names(first, 1) == ["Beat"]
    assert names(second, 0) == ["Tune"]


def test_one_taken_off_leaves_the_other_at_work(put_device: OpenDevice, paper: Served) -> None:
    first, second = two(put_device, paper)
    capture(first, 0)
    capture(second, 0, track=1)
    second.close()
    first.advance(4000)
    made(first, "vary", 4)
    assert len({said.args[2] for said in first.answers("/bridge/welcome")}) == 1
    assert len(begun(first)) == 1
