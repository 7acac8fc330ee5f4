"""Playing over real UDP, from an engine of paper: notes ahead of their time, patterns that take over, silence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fake_engine import Served, melody

from bridge.client import Client
from bridge.protocol.message import Message
from bridge.protocol.morph_messages import MorphAnchor, MorphPattern, MorphSet, MorphX
from bridge.protocol.play_messages import Panic, Play, PlayFlush, PlayNote, PlayStatus, PlaySwitched, Transport
from bridge.protocol.session_messages import Goodbye

Connect = Callable[[], Client]


@pytest.fixture
def player(client: Client) -> Client:
    """A client whose pattern is four sixteenths on 60 to 63."""
    client.hello()
    client.send_clip(1, melody())
    client.send(MorphX(0.0))
    client.send(MorphAnchor(1, 1, 0.0, 0.0))
    client.wait_for(MorphPattern)
    return client


def until(client: Client, kind: type[Message]) -> list[Message]:
    """All that comes up to a message of a kind, which is the last."""
    heard: list[Message] = []
    for message in client._answers(lambda: None):
        heard.append(message)
        if isinstance(message, kind):
            return heard
    raise AssertionError(f"no {kind.__name__} came")


def test_the_pattern_is_played_ahead_of_its_time(player: Client) -> None:
    player.send(Play(1))
    notes = [player.wait_for(PlayNote) for _ in range(8)]
    assert [note.pitch for note in notes] == [60, 61, 62, 63] * 2
    assert all(150 <= note.delay_ms <= 400 for note in notes)
    assert all(note.duration_ms == pytest.approx(125) for note in notes)


def test_play_tells_its_status_and_which_pattern_plays(player: Client) -> None:
    player.send(Play(1))
    heard = until(player, PlayStatus)
    if not any(isinstance(message, PlaySwitched) for message in heard):
        heard += until(player, PlaySwitched)
    status = next(message for message in heard if isinstance(message, PlayStatus))
    assert (status.playing, status.bpm) == (1, 120.0)
    assert [message.generation for message in heard if isinstance(message, PlaySwitched)] == [1]


def test_a_new_pattern_takes_over_on_the_grid_and_is_told(player: Client) -> None:
    player.send(Transport(1.0, 240.0, 1))
    player.send(Play(1))
    player.wait_for(PlayNote)
    player.send(MorphX(1.0))
    switched = player.wait_for(PlaySwitched)
    assert (switched.generation, switched.quarters % 4) == (2, 0)
    assert player.wait_for(PlayNote).pitch == 72


def test_stop_and_panic_take_back_what_was_sent(player: Client) -> None:
    for end in (Play(0), Panic()):
        player.send(Play(1))
        player.wait_for(PlayNote)
        player.send(end)
        player.wait_for(PlayFlush)
        heard = until(player, PlayStatus)
        assert not any(isinstance(message, PlayNote) for message in heard)
        assert isinstance(heard[-1], PlayStatus)
        assert heard[-1].playing == 0


def test_the_transport_is_followed(player: Client) -> None:
    player.send(Transport(2.25, 60.0, 0))
    player.send(Play(1))
    assert player.wait_for(PlayStatus).playing == 0
    player.send(Transport(2.25, 60.0, 1))
    notes = [player.wait_for(PlayNote) for _ in range(2)]
    assert all(note.duration_ms == pytest.approx(250) for note in notes)


def test_channel_and_output_can_be_chosen(player: Client) -> None:
    player.send(MorphSet("channel", 10.0))
    player.send(Play(1))
    assert player.wait_for(PlayNote).channel == 10
    player.send(MorphSet("to_client", 0.0))
    player.wait_for(PlayFlush)
    assert not any(isinstance(message, PlayNote) for message in until(player, PlayStatus))


def test_the_end_of_the_engine_ends_what_sounds(served: Served, player: Client) -> None:
    player.send(Play(1))
    player.wait_for(PlayNote)
    served.server.stop()
    heard = until(player, Goodbye)
    assert any(isinstance(message, PlayFlush) for message in heard)


def test_each_client_plays_its_own(connect: Connect, player: Client) -> None:
    other = connect()
    other.hello()
    player.send(Play(1))
    player.wait_for(PlayNote)
    assert not any(isinstance(message, PlayNote) for message in other.receive(0.1))
