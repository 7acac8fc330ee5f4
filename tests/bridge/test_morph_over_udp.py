"""The morph over real UDP, from an engine of paper: moves, the newest that wins, snapshots, state, refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fake_engine import UNPLAYABLE_QUARTERS, Served, melody

from bridge.client import Client
from bridge.protocol.message import Message
from bridge.protocol.morph_messages import (
    MorphAnchor,
    MorphDirection,
    MorphDirections,
    MorphEnd,
    MorphGet,
    MorphKnob,
    MorphLock,
    MorphNotes,
    MorphPattern,
    MorphSet,
    MorphX,
    MorphXY,
    MorphY,
)
from bridge.protocol.notes import WireNote
from bridge.protocol.osc import pack
from bridge.protocol.session_messages import Error, Ping, Pong
from bridge.protocol.state_messages import (
    MorphState,
    PutAnchor,
    PutLock,
    PutPosition,
    PutSetting,
    SnapshotDrop,
    SnapshotDropped,
    SnapshotRecall,
    SnapshotStore,
    SnapshotStored,
    StateAnchor,
    StateBegin,
    StateEnd,
    StateLock,
    StatePosition,
    StateSetting,
)
from engine.representations.clip import make_clip
from engine.runtime.knobs import KNOBS
from engine.runtime.position import Position

Connect = Callable[[], Client]
PUT = {StatePosition: PutPosition, StateAnchor: PutAnchor, StateLock: PutLock, StateSetting: PutSetting}


def pattern(client: Client, *messages: Message) -> tuple[int, list[WireNote]]:
    """Says something, and gives number and notes of the pattern that comes."""
    for message in messages:
        client.send(message)
    begun = client.wait_for(MorphPattern)
    notes: list[WireNote] = []
    while len(notes) < begun.num_notes:
        notes += client.wait_for(MorphNotes).notes
    assert client.wait_for(MorphEnd).generation == begun.generation
    return begun.generation, notes


def anchored(client: Client, num_notes: int = 4) -> Client:
    client.send_clip(1, melody(num_notes))
    pattern(client, MorphAnchor(1, 1, 0.0, 0.0))
    return client


def present(client: Client) -> list[Message]:
    """The whole state as it is told."""
    client.send(MorphState())
    client.wait_for(StateBegin)
    told: list[Message] = []
    while not isinstance(told[-1] if told else None, StateEnd):
        told += client.receive(5.0)
    end = told.pop()
    assert isinstance(end, StateEnd)
    assert end.num_messages == len(told)
    return told


def first_asked(served: Served) -> list[Position]:
    """The first position of each call; those decoded ahead are asked for several at once."""
    return [call[1][1] for call in served.engine.calls if call[0] == "morph"]


def settled(client: Client) -> None:
    """Waits until all that was said was heard."""
    client.send(Ping(77))
    assert client.wait_for(Pong).token == 77


def test_an_anchor_gives_a_pattern_and_each_move_a_new_one(client: Client) -> None:
    client.send_clip(1, melody())
    first = pattern(client, MorphAnchor(1, 1, 0.0, 0.0))
    second = pattern(client, MorphXY(1.0, 0.5))
    third = pattern(client, MorphX(0.0))
    assert (first[0], second[0], third[0]) == (1, 2, 3)
    pitches = [[note.pitch for note in notes] for _, notes in (first, second, third)]
    assert pitches == [[66, 67, 68, 69], [72, 73, 74, 75], [60, 61, 62, 63]]


def test_x_and_y_move_apart(served: Served, client: Client) -> None:
    anchored(client)
    pattern(client, MorphXY(0.25, 0.75))
    pattern(client, MorphX(0.5))
    pattern(client, MorphY(1.0))
    wanted = [Position(0.25, 0.75), Position(0.5, 0.75), Position(0.5, 1.0)]
    assert [position for position in first_asked(served) if position in wanted] == wanted


def test_knobs_and_settings_reach_the_engine(served: Served, client: Client) -> None:
    anchored(client)
    pattern(client, MorphKnob(3, -0.5))
    pattern(client, MorphSet("temperature", 0.5))
    client._socket.sendto(pack("/bridge/morph/set", "si", ("seed", 2**31 - 1)), client._engine)
    pattern(client)
    wanted = Position(knobs=(0.0, 0.0, -0.5, 0.0, 0.0, 0.0, 0.0, 0.0), temperature=0.5, seed=2**31 - 1)
    assert wanted in first_asked(served)


def test_a_flood_of_moves_ends_at_the_last_one(served: Served, client: Client) -> None:
    anchored(client)
    for turn in range(1000):
        client.send(MorphXY(0.2 + 0.0006 * turn, 0.5))
    client.send(MorphXY(1.0, 1.0))
    while [note.pitch for note in client.wait_for(MorphNotes).notes] != [72, 73, 74, 75]:
        pass
    assert len(first_asked(served)) < 1000


def test_a_pattern_of_thousands_of_notes_comes_whole(client: Client) -> None:
    anchored(client, 3000)
    assert len(pattern(client, MorphX(0.0))[1]) == 3000


def test_a_lost_pattern_is_sent_again(client: Client) -> None:
    anchored(client)
    moved = pattern(client, MorphX(1.0))
    assert pattern(client, MorphGet()) == moved


def test_without_anchors_nothing_comes_and_nothing_breaks(client: Client) -> None:
    for message in (MorphXY(0.5, 0.5), MorphGet(), MorphKnob(1, 1.0), MorphAnchor(1, 0, 0.0, 0.0)):
        client.send(message)
    settled(client)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (MorphAnchor(1, 9, 0.0, 0.0), "unknown_clip"),
        (MorphXY(1.5, 0.0), "out_of_range"),
        (MorphKnob(9, 0.0), "out_of_range"),
        (MorphSet("sweetness", 0.5), "unknown_setting"),
        (MorphSet("temperature", 3.0), "out_of_range"),
        (MorphSet("channel", 1.5), "malformed"),
        (MorphLock(0, 1), "wrong_kind"),
        (SnapshotRecall(4), "unknown_snapshot"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(client: Client, message: Message, code: str) -> None:
    anchored(client)
    before = present(client)
    client.send(message)
    error = client.wait_for(Error)
    assert (error.code, error.address) == (code, message.spec.address)
    assert present(client) == before


def test_an_anchor_that_the_engine_cannot_play_is_refused_and_the_others_stay(client: Client) -> None:
    anchored(client)
    before = present(client)
    client.send_clip(2, make_clip(melody().notes, UNPLAYABLE_QUARTERS))
    client.send(MorphAnchor(2, 2, 1.0, 1.0))
    assert client.wait_for(Error).code == "unsupported_meter"
    assert present(client) == before
    assert pattern(client, MorphX(0.0))[1]


def test_a_clip_dropped_or_replaced_stays_in_its_anchor(client: Client) -> None:
    anchored(client)
    client.send_clip(1, melody(9))
    assert len(pattern(client, MorphX(0.0))[1]) == 4


def test_a_snapshot_gives_the_same_notes_again(client: Client) -> None:
    anchored(client)
    stored = pattern(
        client,
        MorphX(0.25),
    )[1]
    client.send(SnapshotStore(3))
    assert client.wait_for(SnapshotStored).snapshot == 3
    pattern(client, MorphX(1.0))
    client.send_clip(2, melody(9))
    pattern(client, MorphAnchor(1, 2, 0.0, 0.0))
    assert pattern(client, SnapshotRecall(3))[1] == stored
    client.send(SnapshotDrop(3))
    assert client.wait_for(SnapshotDropped).snapshot == 3
    client.send(SnapshotRecall(3))
    assert client.wait_for(Error).code == "unknown_snapshot"


def test_the_state_sent_back_restores_everything_in_a_new_session(connect: Connect) -> None:
    first = anchored(connect())
    pattern(first, MorphXY(0.25, 0.5))
    pattern(first, MorphKnob(2, 0.75))
    first.send(SnapshotStore(5))
    first.wait_for(SnapshotStored)
    notes = pattern(first, MorphSet("seed", 9))[1]
    first.send(MorphSet("quantize", 2.0))
    told = present(first)
    second = connect()
    second.send_clip(1, melody())
    for message in told:
        second.send(PUT[type(message)](**vars(message)))
    settled(second)
    assert present(second) == told
    assert pattern(second, MorphGet())[1] == notes


def test_each_client_has_a_morph_of_its_own(connect: Connect) -> None:
    first, second = anchored(connect()), anchored(connect())
    pattern(first, MorphX(1.0))
    assert [note.pitch for note in pattern(second, MorphGet())[1]] == [66, 67, 68, 69]


def test_the_directions_are_those_of_the_table(client: Client) -> None:
    client.send(MorphDirections())
    told = [client.wait_for(MorphDirection) for _ in range(16)]
    assert {(each.kind, each.knob, each.name) for each in told} == {
        (kind, number, knob.name) for kind, knobs in KNOBS.items() for number, knob in enumerate(knobs, start=1)
    }


def test_whole_floats_do_for_numbers_as_pure_data_sends_them(client: Client) -> None:
    client.send_clip(1, melody())
    client._socket.sendto(pack("/bridge/morph/anchor", "ffff", (1.0, 1.0, 0.0, 0.0)), client._engine)
    assert client.wait_for(MorphPattern).generation == 1
