"""Models chosen and picked up over real UDP, from an engine of paper: requests, the morph, what plays, refusals."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from fake_engine import BROKEN, HIGHER_BY, MELODY, MODELS, OTHER_MELODY, FakeEngine, Served, melody
from test_morph_over_udp import anchored, pattern, settled

from bridge.client import Client
from bridge.errors import RefusedError
from bridge.pick_up import PickingUp
from bridge.protocol.morph_messages import MorphAnchor, MorphDirection, MorphDirections, MorphX
from bridge.protocol.play_messages import Play, PlayFlush, PlayNote, PlaySwitched
from bridge.protocol.request_messages import Sample, Vary
from bridge.protocol.session_messages import Error, Hello, Model, Ready, Use, Using
from bridge.protocol.state_messages import SnapshotRecall, SnapshotStore, SnapshotStored
from bridge.server import Server, ServerConfig
from engine.runtime.answers import ModelInfo

Connect = Callable[[], Client]
HUMANIZE = ModelInfo("humanize_2bar", "drums", 2, 4, "humanize")


@dataclass
class Turns:
    """A pause between two looks that ends when a test says so."""

    next: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    over: bool = False

    def wait(self, timeout: float) -> bool:
        assert timeout > 0
        self.next.acquire()
        return self.over

    def set(self) -> None:
        self.over = True
        self.next.release()


@pytest.fixture
def turns() -> Turns:
    return Turns()


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(models=(*MODELS, OTHER_MELODY, BROKEN, HUMANIZE))


@pytest.fixture
def served(engine: FakeEngine, turns: Turns) -> Iterator[Served]:
    server = Server(ServerConfig(port=0), lambda: engine, picking_up=PickingUp(turns))
    thread = threading.Thread(target=server.run)
    thread.start()
    yield Served(server, engine)
    engine.gate.set()
    server.stop()
    thread.join()


def asked(engine: FakeEngine, name: str) -> list[dict[str, object]]:
    return [settings for called, _, settings in engine.calls if called == name]


def pitches(client: Client, *messages: object) -> list[int]:
    return [note.pitch for note in pattern(client, *messages)[1]]  # type: ignore[arg-type]


def test_hello_says_who_plays_each_part(client: Client) -> None:
    client.send(Hello(0, 1, "who plays?"))
    using = [client.wait_for(Using) for _ in range(3)]
    assert using == [
        Using("melody", "melody_2bar"), Using("drums", "groove_2bar"), Using("humanize", "humanize_2bar"),
    ]  # fmt: skip


def test_requests_go_through_the_model_chosen_and_back(engine: FakeEngine, client: Client) -> None:
    client.send_clip(1, melody())
    client.ask(Vary(1, 1, 1, 0.5))
    assert client.use("melody_16bar") == Using("melody", "melody_16bar")
    client.ask(Vary(2, 1, 1, 0.5))
    client.use("humanize_2bar")
    client.ask(Vary(3, 1, 1, 0.5))
    client.use("melody_2bar")
    client.ask(Vary(4, 1, 1, 0.5))
    assert [settings.get("models") for settings in asked(engine, "vary")] == [
        None, {"melody": "melody_16bar"}, {"melody": "melody_16bar"}, {"melody": "melody_2bar"},
    ]  # fmt: skip


def test_clips_are_encoded_ahead_by_the_model_chosen_and_sample_names_its_own(
    engine: FakeEngine, client: Client
) -> None:
    client.use("melody_16bar")
    client.send_clip(1, melody())
    assert asked(engine, "prepare") == [{"models": {"melody": "melody_16bar"}}]
    client.ask(Sample(1, "melody_2bar", 1))
    assert asked(engine, "sample") == [{}]


def test_a_choice_is_the_client_s_own(engine: FakeEngine, connect: Connect) -> None:
    one, other = connect(), connect()
    one.use("melody_16bar")
    other.send_clip(1, melody())
    other.ask(Vary(1, 1, 1, 0.5))
    assert asked(engine, "vary") == [{}]


@pytest.mark.usefixtures("client")
def test_who_never_said_hello_can_choose_too(served: Served) -> None:
    with Client(port=served.server.port) as silent:
        silent.use("melody_16bar")
        silent.send_clip(1, melody())
        silent.ask(Vary(1, 1, 1, 0.5))
    assert asked(served.engine, "vary") == [{"models": {"melody": "melody_16bar"}}]


@pytest.mark.parametrize("name", ["", "melody", "melody_2bar ", "MELODY_2BAR", "../melody_2bar", "x" * 64, "ä\u2028"])
def test_a_model_that_is_not_there_is_refused_and_nothing_changes(
    name: str, engine: FakeEngine, client: Client
) -> None:
    client.use("melody_16bar")
    with pytest.raises(RefusedError, match=r"choose one of melody_2bar, groove_2bar, melody_16bar") as refused:
        client.use(name)
    assert refused.value.code == "unknown_model"
    client.send_clip(1, melody())
    client.ask(Vary(1, 1, 1, 0.5))
    assert asked(engine, "vary") == [{"models": {"melody": "melody_16bar"}}]


@pytest.fixture
def shut(engine: FakeEngine) -> FakeEngine:
    """The engine, whose calls wait from the first on."""
    engine.gate.clear()
    return engine


def test_before_the_models_are_warm_none_can_be_chosen(shut: FakeEngine, served: Served) -> None:
    with Client(port=served.server.port) as early:
        early.hello()
        early.send(Use("melody_16bar"))
        assert early.wait_for(Error).code == "not_ready"
        shut.gate.set()
        early.wait_for(Ready)
        early.use("melody_16bar")


def test_the_pattern_is_made_again_by_the_other_model(client: Client) -> None:
    anchored(client)
    before = pitches(client, MorphX(0.0))
    after = pitches(client, Use("melody_16bar"))
    assert after == [pitch + HIGHER_BY for pitch in before]
    assert pitches(client, MorphX(1.0)) == [pitch + HIGHER_BY + 12 for pitch in before]
    assert pitches(client, MorphX(0.0)) == after
    assert pitches(client, Use("melody_2bar")) == before


def test_a_snapshot_is_recalled_in_the_model_that_plays_now(client: Client) -> None:
    anchored(client)
    before = pitches(client, MorphX(0.0))
    client.send(SnapshotStore(1))
    client.wait_for(SnapshotStored)
    pattern(client, Use("melody_16bar"))
    pattern(client, MorphX(1.0))
    assert pitches(client, SnapshotRecall(1)) == [pitch + HIGHER_BY for pitch in before]


def test_a_model_of_another_part_leaves_the_morph_alone(engine: FakeEngine, client: Client) -> None:
    anchored(client)
    client.use("groove_2bar")
    client.use("humanize_2bar")
    client.use("melody_2bar")
    settled(client)
    assert len(asked(engine, "field")) == 1
    assert pattern(client, MorphX(1.0))[0] == 2


def test_choosing_the_same_again_makes_nothing_anew(engine: FakeEngine, client: Client) -> None:
    anchored(client)
    pattern(client, Use("melody_16bar"))
    client.use("melody_16bar")
    settled(client)
    assert [settings.get("models") for settings in asked(engine, "field")] == [None, {"melody": "melody_16bar"}]


def test_the_models_of_all_stages_are_kept_and_no_other(engine: FakeEngine, connect: Connect) -> None:
    one, other = anchored(connect()), anchored(connect())
    assert engine.kept == {"melody_2bar"}
    pattern(one, Use("melody_16bar"))
    assert engine.kept == {"melody_2bar", "melody_16bar"}
    pattern(other, Use("melody_16bar"))
    assert engine.kept == {"melody_16bar"}


def test_a_model_that_fails_on_the_stage_gives_it_back_to_the_one_before(client: Client) -> None:
    anchored(client)
    before = pitches(client, MorphX(0.0))
    client.send(Use(BROKEN.name))
    error = client.wait_for(Error)
    assert (error.code, error.address) == ("internal", "/bridge/use")
    assert client.wait_for(Using) == Using("melody", "melody_2bar")
    assert pitches(client, MorphX(1.0)) == [pitch + 12 for pitch in before]


def test_a_failure_takes_no_later_choice_back(engine: FakeEngine, client: Client) -> None:
    anchored(client)
    before = pitches(client, MorphX(0.0))
    while engine.begun.acquire(blocking=False):
        pass
    engine.gate.clear()
    client.send(Use(BROKEN.name))
    assert engine.begun.acquire(timeout=5)
    client.use("melody_16bar")
    engine.gate.set()
    assert client.wait_for(Error).address == "/bridge/use"
    assert pitches(client) == [pitch + HIGHER_BY for pitch in before]
    assert pitches(client, MorphX(1.0)) == [pitch + HIGHER_BY + 12 for pitch in before]


def test_what_plays_goes_on_until_the_other_model_is_there(engine: FakeEngine, client: Client) -> None:
    """The engine stands still while it should make the new field; notes keep coming, and none is taken back."""
    anchored(client)
    before = set(pitches(client, MorphX(0.0)))
    client.send(Play(1))
    client.wait_for(PlayNote)
    while engine.begun.acquire(blocking=False):
        pass
    engine.gate.clear()
    client.send(Use("melody_16bar"))
    assert engine.begun.acquire(timeout=5)
    played = [client.wait_for(PlayNote) for _ in range(2 * len(before))]
    assert {note.pitch for note in played} == before
    engine.gate.set()
    heard: list[object] = []
    while not (heard and isinstance(heard[-1], PlaySwitched)):
        heard += client.receive(5.0)
    assert not any(isinstance(message, PlayFlush) for message in heard)
    assert {client.wait_for(PlayNote).pitch for _ in before} == {pitch + HIGHER_BY for pitch in before}


def test_the_knobs_are_those_of_the_model_in_use(client: Client) -> None:
    client.use("melody_16bar")
    client.send(MorphDirections())
    settled_kinds = []
    while "melody" not in settled_kinds:
        settled_kinds.append(client.wait_for(MorphDirection).kind)
    client.send(MorphDirections())
    told = [client.wait_for(MorphDirection) for _ in range(len(settled_kinds))]
    assert [direction.kind for direction in told].count("melody") == 1


# Pick-up


def all_models(client: Client, count: int) -> list[Model]:
    return [client.wait_for(Model) for _ in range(count)]


def test_a_model_that_comes_is_told_to_everybody_and_can_be_used(
    engine: FakeEngine, connect: Connect, turns: Turns
) -> None:
    one, other = connect(), connect()
    engine.finder.found.append(ModelInfo("mine", "melody", 2, 8, "melody", is_default=False))
    turns.next.release()
    for client in (one, other):
        assert all_models(client, 6)[-1] == Model("mine", "melody", 2, 8, 1)
        client.use("mine")


def test_nothing_is_told_where_nothing_came(engine: FakeEngine, client: Client, turns: Turns) -> None:
    turns.next.release()
    turns.next.release()
    settled(client)
    assert not asked(engine, "adopt")


def test_a_model_that_changed_makes_the_pattern_again_while_it_plays(
    engine: FakeEngine, client: Client, turns: Turns
) -> None:
    anchored(client)
    before = pitches(client, MorphX(0.0))
    engine.finder.found.append(replace(MELODY, edition=3))
    turns.next.release()
    assert pitches(client) == [pitch + 2 for pitch in before]
    assert pitches(client, MorphX(1.0)) == [pitch + 14 for pitch in before]


def test_a_model_that_only_came_leaves_the_morph_alone(engine: FakeEngine, client: Client, turns: Turns) -> None:
    anchored(client)
    engine.finder.found.append(ModelInfo("mine", "melody", 2, 8, "melody", is_default=False))
    turns.next.release()
    all_models(client, 6)
    settled(client)
    assert len(asked(engine, "field")) == 1


def test_the_engine_goes_on_where_a_look_fails(
    engine: FakeEngine, client: Client, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [ModelInfo("mine", "melody", 2, 8, "melody", is_default=False)]
    looks = iter([OSError("the disk is gone"), found])

    def look() -> list[ModelInfo]:
        next_look = next(looks)
        if isinstance(next_look, OSError):
            raise next_look
        return next_look

    monkeypatch.setattr(engine.finder, "look", look)
    turns.next.release()
    turns.next.release()
    assert all_models(client, 6)[-1].name == "mine"
    client.send_clip(1, melody())
    client.send(MorphAnchor(1, 1, 0.0, 0.0))
    assert pitches(client)
