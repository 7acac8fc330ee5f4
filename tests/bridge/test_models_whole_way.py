"""Models chosen and picked up over real UDP, with real models, tiny ones: what comes is what the engine itself says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from made_up import beat, line, tiny_vae, write_checkpoints
from test_models_over_udp import Turns
from test_morph_over_udp import pattern

from bridge.client import Client
from bridge.clips import notes_to_wire
from bridge.collector import Received
from bridge.pick_up import PickingUp
from bridge.protocol.message import Weight
from bridge.protocol.morph_messages import MorphAnchor, MorphX
from bridge.protocol.notes import WireNote
from bridge.protocol.request_messages import Blend, Drumify, Humanize, Interpolate, Request, Vary
from bridge.protocol.session_messages import Model, Use
from bridge.server import Server, ServerConfig
from engine.models.vae import Vae
from engine.representations.clip import Clip
from engine.runtime import checkpoint
from engine.runtime.engine import Engine
from engine.runtime.position import Anchor, Position

MINE = {"melody": "mine"}
ANCHORS = ((1, 0.0, 0.0), (2, 1.0, 0.0))


def write(folder: Path, seed: int) -> None:
    """As `bridge learn` does: beside, then in one rename."""
    torch.manual_seed(seed)
    model = Vae(tiny_vae())
    for weight in model.parameters():
        weight.data *= 1.5
    aside = folder.with_name(f".{folder.name}")
    checkpoint.save(aside, model, "melody", {})
    aside.rename(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_checkpoints(tmp_path)


@pytest.fixture
def turns() -> Turns:
    return Turns()


@pytest.fixture
def serve(folder: Path, turns: Turns) -> Iterator[Callable[..., Client]]:
    """Starts a server, and gives a client of it."""
    ends: list[Callable[[], object]] = []

    def start(memory_mib: float | None = None) -> Client:
        load = lambda: Engine.load(folder, "cpu", memory_mib=memory_mib)  # noqa: E731, it is one
        server = Server(ServerConfig(port=0), load, picking_up=PickingUp(turns))
        thread = threading.Thread(target=server.run)
        thread.start()
        client = Client(port=server.port, timeout_s=30)
        ends.extend((client.close, server.stop, thread.join))
        client.wait_ready()
        return client

    yield start
    for end in ends:
        end()


def clips(client: Client) -> dict[int, Clip]:
    sent = {1: line(1, 2), 2: line(2, 2), 3: beat(3, 2)}
    for number, clip in sent.items():
        client.send_clip(number, clip)
    return sent


def wire(clip: Clip) -> list[WireNote]:
    """Notes as they look after the wire."""
    return [WireNote(*torch.tensor(note, dtype=torch.float32).tolist()) for note in notes_to_wire(clip.notes)]


def asked(client: Client, *requests: Callable[[int], Request]) -> list[Received]:
    return [client.ask(request(client.next_request())) for request in requests]


def notes_of(received: list[Received]) -> list[list[WireNote]]:
    return [[WireNote(*map(float, note)) for note in clip.notes] for one in received for clip in one.clips]


REQUESTS: tuple[Callable[[int], Request], ...] = (
    lambda number: Vary(number, 1, 2, 0.5),
    lambda number: Interpolate(number, 1, 2, 4),
    lambda number: Blend(number, (Weight(1, 0.5), Weight(2, 0.5))),
    lambda number: Humanize(number, 3, 1.0, 1.0),
    lambda number: Drumify(number, 1),
)


def expected(engine: Engine, sent: dict[int, Clip], models: dict[str, str]) -> list[list[WireNote]]:
    answers = [
        engine.vary(sent[1], 2, 0.5, models=models),
        engine.interpolate(sent[1], sent[2], 4, models=models),
        engine.blend([sent[1], sent[2]], [0.5, 0.5], models=models),
        engine.humanize(sent[3], 1.0, 1.0),
        engine.drumify(sent[1]),
    ]
    return [wire(clip) for answer in answers for clip in answer.clips]


@pytest.mark.parametrize("memory_mib", [None, 0.05])
def test_each_request_goes_through_the_model_chosen(
    serve: Callable[..., Client], folder: Path, memory_mib: float | None
) -> None:
    write(folder / "mine", 9)
    client, alone = serve(memory_mib), Engine.load(folder, "cpu")
    sent = clips(client)
    by_default = notes_of(asked(client, *REQUESTS))
    client.use("mine")
    by_mine = notes_of(asked(client, *REQUESTS))
    client.use("melody_2bar")
    assert notes_of(asked(client, *REQUESTS)) == by_default == expected(alone, sent, {})
    assert by_mine == expected(alone, sent, MINE) != by_default


def test_the_morph_goes_through_the_model_chosen_at_every_place(serve: Callable[..., Client], folder: Path) -> None:
    """Also where patterns were decoded ahead by the other model."""
    write(folder / "mine", 9)
    client, alone = serve(), Engine.load(folder, "cpu")
    sent = clips(client)
    anchors = [Anchor(sent[number], x, y) for number, x, y in ANCHORS]

    def told(models: dict[str, str]) -> list[list[WireNote]]:
        field = alone.field(anchors, models=models)
        return [wire(alone.morph(field, [Position(x, 0.5)]).clips[0]) for x in (0.25, 0.5, 0.75)]

    def moved() -> list[list[WireNote]]:
        return [[WireNote(*map(float, note)) for note in pattern(client, MorphX(x))[1]] for x in (0.25, 0.5, 0.75)]

    for slot, (number, x, y) in enumerate(ANCHORS, start=1):
        pattern(client, MorphAnchor(slot, number, x, y))
    assert moved() == told({})
    pattern(client, Use("mine"))
    assert moved() == told(MINE) != told({})
    pattern(client, Use("melody_2bar"))
    assert moved() == told({})


def test_a_model_that_comes_is_used_at_once_and_one_that_is_replaced_forgets_its_latents(
    serve: Callable[..., Client], folder: Path, tmp_path: Path, turns: Turns
) -> None:
    client = serve()
    sent = clips(client)
    for number, seed in enumerate((9, 10)):
        if number:
            (folder / "mine").rename(tmp_path / f".old{number}")
        write(folder / "mine", seed)
        turns.next.release()
        turns.next.release()
        while client.wait_for(Model).name != "mine":
            pass
        client.use("mine")
        alone = Engine.load(folder, "cpu")
        assert notes_of(asked(client, *REQUESTS)) == expected(alone, sent, MINE)
