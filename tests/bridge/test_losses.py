"""Clips and results over a network that loses datagrams, both ways."""

from __future__ import annotations

from random import Random

from fake_engine import Served, melody

from bridge.client import Client
from bridge.clips import notes_to_wire
from bridge.protocol.message import Message
from bridge.protocol.request_messages import Vary
from bridge.transfer import Transfer


class LossyClient(Client):
    """Loses one datagram in twenty on the way out and on the way in."""

    losses = 0
    random = Random(7)

    def send(self, message: Message) -> None:
        if self._kept():
            super().send(message)

    def receive(self, timeout_s: float) -> list[Message]:
        messages = super().receive(timeout_s)
        return messages if self._kept() else super().receive(timeout_s)

    def _kept(self) -> bool:
        lost = self.random.random() < 0.05
        self.losses += lost
        return not lost


def test_a_clip_of_20000_notes_arrives_whole_though_one_datagram_in_twenty_is_lost(served: Served) -> None:
    clip = melody(20_000)
    with LossyClient(port=served.server.port) as client:
        assert client.send_clip(1, clip).num_notes == 20_000
        assert client.losses > 20
        assert client.get_clip(1).notes == notes_to_wire(clip.notes)


def test_results_arrive_whole_though_one_datagram_in_twenty_is_lost(served: Served) -> None:
    clip = melody(900)
    with LossyClient(port=served.server.port) as client:
        client.send_clip(1, clip)
        received = client.ask(Vary(5, 1, 8, 0.5))
        assert [len(answer.notes) for answer in received.clips] == [900] * 8
        assert received.clips[0].notes == notes_to_wire(clip.notes)


def test_holes_are_runs_in_order_and_no_more_than_asked_for() -> None:
    transfer = Transfer(10)
    notes = notes_to_wire(melody(10).notes)
    transfer.add(2, notes[2:4])
    transfer.add(6, notes[6:7])
    assert transfer.holes(9) == [(0, 2), (4, 2), (7, 3)]
    assert transfer.holes(2) == [(0, 2), (4, 2)]
    assert not transfer.complete


def test_notes_that_come_twice_count_once() -> None:
    transfer = Transfer(3)
    notes = notes_to_wire(melody(3).notes)
    transfer.add(0, notes[:2])
    transfer.add(0, notes[:2])
    assert not transfer.complete
    transfer.add(1, notes[1:])
    assert transfer.complete
    assert transfer.notes == notes
