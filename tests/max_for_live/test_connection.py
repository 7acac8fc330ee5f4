"""The connection: found, lost and found again, ports that are taken, versions that differ, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sets
from acts import OpenDevice, begun, capture, connected, held, is_readable, made, names, written
from engines import EngineProcess, HandEngine, free_port, paper_engine
from fake_engine import Served
from max_js import Said

WELCOME = ("/bridge/welcome", 1, "0.1.0", 7)
MODEL = ("/bridge/model", "melody_2bar", "melody", 2, 256, 1)


@pytest.fixture
def hand() -> Iterator[HandEngine]:
    engine = HandEngine()
    yield engine
    engine.close()


def test_hello_names_the_port_that_was_proven(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    hello = device.messages("/bridge/hello")[0].args
    assert hello[:2] == (device.port, 1)
    assert 9100 <= int(hello[0]) <= 9199
    probes = [said for said in device.ports if said.address == "probe"]
    assert len(device.answers("/latent/probe")) >= 1
    assert probes


def test_nothing_is_said_to_the_engine_before_the_port_is_proven(put_device: OpenDevice) -> None:
    device = put_device(sets.tune_set(), engine_port=free_port())
    device.loses = lambda said: said.address == "/latent/probe"
    device.advance(5000)
    assert not device.messages("/bridge/hello")


def test_a_port_that_another_program_holds_is_passed_over(put_device: OpenDevice, paper: Served) -> None:
    first = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    port = first.port
    first.close()
    assert port is not None
    other = HandEngine(port)
    try:
        device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
        assert device.port not in (None, port)
        assert device.messages("/bridge/hello")[0].args[0] == device.port
        assert "/latent/probe" in other.hear()
    finally:
        other.close()


def test_a_probe_of_another_device_proves_nothing(put_device: OpenDevice) -> None:
    device = put_device(sets.tune_set(), engine_port=free_port())
    device.loses = lambda said: said.address == "/latent/probe"
    device.deliver("/latent/probe", 1)
    device.advance(100)
    assert not device.messages("/bridge/hello")


def test_without_an_engine_it_says_what_to_do_and_goes_on_asking(put_device: OpenDevice) -> None:
    device = put_device(sets.tune_set(), engine_port=free_port())
    device.advance(10_000)
    assert len(device.messages("/bridge/hello")) >= 4
    lines = [str(device.shown("engine")), device.status]
    assert any("engine" in line.lower() and is_readable(line) for line in lines)


def test_without_an_engine_every_button_is_a_line_and_no_fault(put_device: OpenDevice) -> None:
    device = put_device(sets.tune_set(), engine_port=free_port())
    device.advance(2000)
    device.live("select_clip", 0, 0)
    for name in ("capture", "vary", "blend", "keep", "panic", "snapshot_1", "clear", "self_test"):
        device.press(name)
        device.advance(100)
        assert is_readable(device.status)
    assert device.live("steps") == []


def test_what_was_captured_without_an_engine_is_sent_when_it_comes(put_device: OpenDevice) -> None:
    port = free_port()
    device = put_device(sets.tune_set(), engine_port=port)
    device.advance(1000)
    device.live("select_clip", 0, 0)
    device.press("capture")
    device.advance(1000)
    with paper_engine(port=port):
        device.run_until(lambda: device.answers("/bridge/clip/ready"))
        device.settle()
        assert held(device, int(begun(device)[-1][0])) == sets.rows(sets.melody())
        device.close()


def test_pings_keep_the_session(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    device.advance(12_000)
    assert len(device.messages("/bridge/ping")) >= 4
    assert len({said.args[2] for said in device.answers("/bridge/welcome")}) == 1


def test_another_version_is_said_and_nothing_else_is_sent(put_device: OpenDevice, hand: HandEngine) -> None:
    device = put_device(sets.tune_set(), engine_port=hand.port)
    device.run_until(lambda: "/bridge/hello" in hand.hear())
    assert device.port is not None
    hand.say(device.port, "/bridge/welcome", 2, "0.9.0", 0)
    device.run_until(lambda: device.answers("/bridge/welcome"))
    line = " ".join((device.status, str(device.shown("engine")))).lower()
    assert "version" in line
    assert "2" in line
    assert "1" in line
    device.live("select_clip", 0, 0)
    for name in ("capture", "vary", "panic"):
        device.press(name)
    device.move("play", 1)
    device.advance(10_000)
    by_the_script = {str(values[0]) for outlet, values in device.outputs if outlet == 0}
    assert by_the_script <= {"/bridge/hello", "/bridge/ping"}


def test_models_that_are_still_being_warmed_are_waited_for(put_device: OpenDevice, hand: HandEngine) -> None:
    device = put_device(sets.tune_set(), engine_port=hand.port)
    device.run_until(lambda: "/bridge/hello" in hand.hear())
    assert device.port is not None
    hand.say(device.port, *WELCOME)
    hand.say(device.port, *MODEL[:-1], 0)
    device.run_until(lambda: device.answers("/bridge/model"))
    assert "warm" in f"{device.status} {device.shown('engine')}".lower()
    hand.say(device.port, *MODEL)
    hand.say(device.port, "/bridge/ready")
    device.run_until(lambda: device.answers("/bridge/ready"))
    assert "warming" not in f"{device.status} {device.shown('engine')}".lower()


def test_an_engine_that_falls_silent_is_missed_within_some_seconds(put_device: OpenDevice, hand: HandEngine) -> None:
    device = put_device(sets.tune_set(), engine_port=hand.port)
    device.run_until(lambda: "/bridge/hello" in hand.hear())
    assert device.port is not None
    hand.say(device.port, *WELCOME)
    hand.say(device.port, *MODEL)
    device.run_until(lambda: device.answers("/bridge/model"))
    before = str(device.shown("engine"))
    hellos = len(device.messages("/bridge/hello"))
    device.advance(9000)
    assert str(device.shown("engine")) != before or "engine" in device.status.lower()
    assert len(device.messages("/bridge/hello")) > hellos


def test_latency_and_models_are_shown(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    device.deliver("/bridge/status", 12.0, 0, 3, 2, 1, 41.7)
    device.advance(100)
    assert "ms" in f"{device.shown('engine')} {device.status}"
    assert "42" in f"{device.shown('engine')} {device.status}" or "41" in f"{device.shown('engine')} {device.status}"


def test_another_engine_port_is_another_engine(put_device: OpenDevice, paper: Served) -> None:
    device = put_device(sets.tune_set(), engine_port=free_port())
    device.advance(1000)
    assert not device.answers("/bridge/welcome")
    device.move("engine_port", paper.server.port)
    connected(device)
    assert device.answers("/bridge/welcome")


def test_words_that_a_later_engine_adds_are_passed_over(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    device.deliver("/bridge/something/new", 1, 2.5, "x")
    device.deliver("/bridge/pong", 99, 1.0)
    device.deliver("/bridge/result/notes", 77, 0, 0, 60, 0.0, 1.0, 100.0, 0, 1.0, 0.0, 64)
    device.deliver("/bridge/result/end", 77, 0)
    device.deliver("/bridge/done", 77, 1, 0.1, 0.1, 0.1, 0)
    device.deliver("/bridge/error", 0, "out_of_range", "said to nobody", "/bridge/nothing")
    device.deliver("/bridge/clip/ready", 999, 1, "melody", 1, 0)
    device.deliver("/bridge/clip/missing", 999, 0, 1)
    device.deliver("/bridge/morph/notes", 3, 0, 60, 0.0, 1.0, 100.0, 0, 1.0, 0.0, 64)
    device.settle()
    assert names(device) == ["Tune", "Other", "Beat"]


def test_no_live_api_before_live_is_ready(put_device: OpenDevice) -> None:
    device = put_device(sets.tune_set(), engine_port=free_port(), is_ready=False)
    device.deliver("enabled", 1)
    for name in ("capture", "vary", "panic"):
        device.press(name)
    device.move("follow", 1)
    device.move("slot", 2)
    device.deliver("pad", "cursor", 0.2, 0.3)
    device.advance(3000)
    assert device.sent == [] or {said.address for said in device.sent} <= {"/bridge/hello", "/bridge/ping"}
    device.deliver("start")
    device.advance(100)


def test_an_engine_that_ends_says_bye_and_is_found_again(put_device: OpenDevice) -> None:
    port = free_port()
    with paper_engine(port=port):
        device = connected(put_device(sets.tune_set(), engine_port=port))
        capture(device, 0)
    device.run_until(lambda: device.answers("/bridge/bye"))
    assert is_readable(device.status)
    with paper_engine(port=port):
        device.run_until(lambda: len(device.answers("/bridge/welcome")) == 2)
        device.run_until(lambda: len(device.answers("/bridge/clip/ready")) == 2)
        made(device, "vary", 4)
        device.close()


def test_a_device_taken_off_its_track_says_bye(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    device.close()
    assert device.messages("/bridge/bye")


def test_an_older_max_that_knows_no_colours_is_as_good(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port, is_old=True))
    device.press("vary")
    assert is_readable(device.status)


def test_every_text_has_room_in_its_box(put_device: OpenDevice, paper: Served) -> None:
    long = sets.clip("A name that somebody gave a clip and that goes on for ever", sets.rich(600), 75.0)
    plan = sets.live_set(sets.track({0: long, 1: sets.clip("B")}), sets.track(kind="audio"), num_scenes=3)
    lonely = put_device(plan, engine_port=free_port())
    device = connected(put_device(plan, engine_port=paper.server.port))
    lonely.advance(7000)
    for one in (lonely, device):
        for row, name in enumerate(("capture", "vary", "interpolate", "humanize", "clear")):
            one.live("select_clip", 0, row % 2)
            one.press(name)
            one.advance(400)
        for name in ("vary", "groove", "blend", "keep", "snapshot_8", "panic", "continue", "infill", "self_test"):
            one.press(name)
            one.advance(400)
    for code in ("wrong_kind", "unsupported_meter", "too_large", "busy", "not_ready", "internal", "clip_incomplete"):
        device.deliver("/bridge/error", 0, code, "text", "/bridge/morph/anchor")
    assert device.too_long + lonely.too_long == []


def test_a_device_taken_off_its_track_is_still(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    device.deliver("notifydeleted")
    said = len(device.sent)
    device.outputs.clear()
    device.advance(10_000)
    assert device.outputs == []
    assert len(device.sent) == said


def test_what_the_patch_never_sends_does_no_harm(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    before = len(device.sent)
    device.deliver("start")
    device.deliver("param", "sweetness", 0.5)
    device.deliver("param", "count", "many")
    device.deliver("press", "fly")
    device.deliver("press", "toString")
    device.deliver("hold", "something", 1)
    device.deliver("pad", "jump", 1)
    device.deliver("pad", "anchor", 9, 0.5, 0.5)
    device.deliver("kept", "nothing", 1, 2)
    device.deliver("kept", "clip_1", "a", -1, 1e30)
    device.deliver("/bridge/pong")
    device.deliver("/bridge/result/begin", "one", 2)
    device.deliver("nonsense", 1, "b")
    device.settle()
    assert device.live("steps") == []
    assert len([said for said in device.sent[before:] if said.address == "/bridge/hello"]) == 0


def test_a_port_that_was_lost_to_another_program_is_noticed(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    port = device.port
    assert port is not None
    device._receiver.close()
    other = HandEngine(port)
    try:
        device.run_until(lambda: device.port not in (None, port))
        device.run_until(lambda: device.messages("/bridge/hello")[-1].args[0] == device.port)
        device.settle()
        capture(device, 0)
    finally:
        other.close()


@pytest.mark.parametrize("lost", ["/bridge/hello", "/bridge/morph/directions", "/latent/probe"])
def test_a_lost_greeting_heals(put_device: OpenDevice, paper: Served, lost: str) -> None:
    left = [1]

    def loses(said: Said) -> bool:
        return said.address == lost and bool(left) and left.pop() == 1

    device = put_device(sets.tune_set(), engine_port=paper.server.port, loses=loses, loses_sent=loses)
    connected(device)
    device.run_until(lambda: device.answers("/bridge/morph/direction"))
    assert left == []


def test_a_lost_offer_heals(put_device: OpenDevice, paper: Served) -> None:
    lost = ["/bridge/vary"]
    device = put_device(sets.tune_set(), engine_port=paper.server.port)
    device.loses = lambda said: (
        said.address == "/bridge/offer" and bool(lost) and said.args[0] == lost[0] and bool(lost.pop())
    )
    connected(device)
    device.run_until(lambda: device.shown("vary", "active") == 0)
    device.run_until(lambda: device.shown("vary", "active") == 1)
    assert lost == []


def test_a_drag_over_the_port_leaves_the_engine_once(put_device: OpenDevice, paper: Served) -> None:
    device = connected(put_device(sets.tune_set(), engine_port=paper.server.port))
    for fraction in range(50):
        device.move("engine_port", 9100 + fraction + 0.37)
        device.advance(10)
    device.advance(1000)
    aimed = [said.args[0] for said in device.ports if said.address == "engine"]
    assert [port for port in aimed if port != paper.server.port] == [9149]
    assert len(device.messages("/bridge/bye")) == 1


@pytest.mark.slow
def test_an_engine_killed_midway_is_missed_found_again_and_makes_the_same_notes(put_device: OpenDevice) -> None:
    engine = EngineProcess()
    device = connected(put_device(sets.tune_set(), engine_port=engine.port, values={"seed": 5, "count": 2}))
    capture(device, 1, 1)
    capture(device, 0, 0)
    made(device, "vary", 2)
    first = [written(device, row) for row in (3, 4)]
    device.press("vary")
    engine.kill()
    device.advance(14_000)
    before = device.live("grid")
    assert is_readable(device.status)
    assert "engine" in f"{device.status} {device.shown('engine')}".lower()
    again = EngineProcess(engine.port)
    try:
        device.run_until(lambda: len(device.answers("/bridge/welcome")) >= 2)
        device.run_until(lambda: len(begun(device)) >= 4)
        device.settle()
        assert device.live("grid") == before
        free = [row for row, name in enumerate(before[0]) if name is None]
        made(device, "vary", 2)
        assert [written(device, row) for row in free[:2]] == first
        device.close()
    finally:
        again.end()
