"""A knob under the hand: from each move to the first byte of its pattern, over loopback OSC, and a flood of moves."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count, islice
from pathlib import Path

from benchmarks.bench_models import CheckpointFolder
from benchmarks.osc_speed import Server, serving
from benchmarks.report import Figure
from benchmarks.timing import Times
from bridge.client import Client
from bridge.protocol.message import Message
from bridge.protocol.morph_messages import MorphAnchor, MorphEnd, MorphKnob, MorphNotes, MorphPattern, MorphXY
from bridge.protocol.session_messages import Ping, Status
from engine.representations.clip import Clip, make_clip
from engine.representations.midi_file import read_clip

_MOVES_A_SECOND, _FLOOD_A_SECOND = 100, 1000
_PING_EVERY_S = 2.0
_SETTLED_S = 0.5
_LAP_S = 7.3
_EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
_CORNERS = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))


@dataclass
class Answers:
    """What came back from one run of moves.

    Attributes:
        decoded_ms: from a move to the first byte of its pattern, where the model was asked.
        known_ms: the same, where the pattern was known: decoded before, or ahead.
        overtaken: moves that a newer one overtook before they were decoded.
        depths: queue depths that status told.
        last: notes of the last pattern.
    """

    decoded_ms: list[float] = field(default_factory=list)
    known_ms: list[float] = field(default_factory=list)
    overtaken: int = 0
    depths: list[int] = field(default_factory=list)
    last: tuple[object, ...] = ()

    @property
    def made(self) -> int:
        """Patterns that came."""
        return len(self.decoded_ms) + len(self.known_ms)


class Hand:
    """Moves the cursor of one client and times the answers.

    Patterns come in the order of the moves: each is taken for the answer to the oldest move that is open, so that times
    are rather too long than too short. Moves still open when the next is due, and an answer has come since the newest
    of them, were overtaken.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self.answers = Answers()
        self._open: deque[float] = deque()
        self._heard_s = 0.0
        self._begun: float | None = None
        self._notes: list[object] = []

    def move(self, moves: Iterator[Message], a_second: int, seconds: float) -> None:
        """Makes moves, so often, for so long; then waits for the last pattern."""
        began_s = pinged_s = time.perf_counter()
        for turn in range(round(a_second * seconds)):
            due_s = began_s + turn / a_second
            self._listen_until(due_s)
            if time.perf_counter() - pinged_s > _PING_EVERY_S:
                pinged_s = time.perf_counter()
                self._client.send(Ping(0))
            self._give_up_overtaken()
            self._open.append(time.perf_counter())
            self._client.send(next(moves))
        self._listen_until(time.perf_counter() + _SETTLED_S)
        self.answers.overtaken += len(self._open)
        self._open.clear()

    def _give_up_overtaken(self) -> None:
        """A pattern came after the newest move, and moves before that are open still: they were overtaken."""
        if self._open and self._heard_s > self._open[-1]:
            self.answers.overtaken += len(self._open)
            self._open.clear()

    def _listen_until(self, until_s: float) -> None:
        while (left_s := until_s - time.perf_counter()) > 0:
            heard = self._client.receive(left_s)
            now_s = time.perf_counter()
            for message in heard:
                self._take(message, now_s)

    def _take(self, message: Message, now_s: float) -> None:
        match message:
            case MorphPattern():
                self._heard_s, self._notes = now_s, []
                self._begun = now_s - self._open.popleft() if self._open else None
            case MorphNotes():
                self._notes += message.notes
            case MorphEnd():
                self.answers.last = tuple(self._notes)
                if self._begun is not None:
                    times = self.answers.decoded_ms if message.decode_ms else self.answers.known_ms
                    times.append(1000 * self._begun)
            case Status():
                self.answers.depths.append(message.queue_depth)
            case _:
                pass


def measure(folder: CheckpointFolder, seconds: int) -> list[Figure]:
    """A hand at 100 moves a second on melodies and on drums, then a flood."""
    figures = []
    with serving(folder, "-") as server:
        for name, clips in (
            ("melody", _corners("ode_to_joy", "twinkle")),
            ("drums", _corners("straight_rock", "funk_drummer")),
        ):
            figures += _sweep(server.client, name, clips, seconds)
        figures += _flood(server, seconds)
    return figures


def _sweep(client: Client, name: str, clips: list[Clip], seconds: float) -> list[Figure]:
    _anchor(client, clips)
    figures = []
    motions = {"all over the square": _circling(_MOVES_A_SECOND), "one fader": _to_and_fro(), "one knob": _turning()}
    for motion, moves in motions.items():
        hand = Hand(client)
        hand.move(moves, _MOVES_A_SECOND, seconds)
        figures += _figures(f"{name}, {motion}", hand.answers)
    client.send(MorphKnob(1, 0.0))
    return figures


def _figures(what: str, found: Answers) -> list[Figure]:
    figures = [Figure(f"{what}: patterns made, moves overtaken", f"{found.made}, {found.overtaken}")]
    for how, times, aim in (("decoded", found.decoded_ms, "p99 5 ms"), ("looked up", found.known_ms, "p99 2 ms")):
        if times:
            figures.append(Figure.of(f"{what}: move to first byte, {how}", Times.of(times), aim=aim))
    return figures


def _flood(server: Server, seconds: float) -> list[Figure]:
    hand = Hand(server.client)
    hand.move(_circling(_FLOOD_A_SECOND), _FLOOD_A_SECOND, 5)
    early_mib = server.resident_mib
    hand.answers = Answers()
    hand.move(_circling(_FLOOD_A_SECOND), _FLOOD_A_SECOND, seconds)
    late_mib, found = server.resident_mib, hand.answers
    calm = Hand(server.client)
    end = next(islice(_circling(_FLOOD_A_SECOND), round(_FLOOD_A_SECOND * seconds) - 1, None))
    calm.move(iter([MorphXY(0.5, 0.5), end]), 5, 0.4)
    return [
        Figure(
            f"flood of {_FLOOD_A_SECOND} moves a second: deepest queue in status",
            f"{max(found.depths, default=0)}", f"n = {len(found.depths)}", aim="1",
        ),
        Figure("flood: patterns made a second", f"{found.made / seconds:.0f}"),
        Figure("flood: the last position was rendered", "yes" if found.last == calm.answers.last else "no", aim="yes"),
        Figure("flood: memory after 5 s, and at the end", f"{early_mib:.0f} MiB, {late_mib:.0f} MiB"),
    ]  # fmt: skip


def _anchor(client: Client, clips: list[Clip]) -> None:
    for slot, (clip, corner) in enumerate(zip(clips, _CORNERS, strict=True), start=1):
        client.send(MorphAnchor(slot, 0, *corner))
        client.send_clip(slot, clip)
    for slot, corner in enumerate(_CORNERS, start=1):
        client.send(MorphAnchor(slot, slot, *corner))
    while client.receive(_SETTLED_S):
        pass


def _corners(*names: str) -> list[Clip]:
    """Four clips: two of the examples, and the same two begun half way."""
    clips = [read_clip(_EXAMPLES / f"{name}.mid") for name in names]
    return clips + [_begun_half_way(clip) for clip in clips]


def _begun_half_way(clip: Clip) -> Clip:
    half = clip.length_quarters / 2
    notes = (replace(note, start_quarters=(note.start_quarters + half) % clip.length_quarters) for note in clip.notes)
    return make_clip(notes, clip.length_quarters, clip.numerator, clip.denominator, clip.bpm)


def _to_and_fro() -> Iterator[Message]:
    """A fader that goes up and down again, in two seconds."""
    for turn in count():
        yield MorphXY(1 - abs(1 - (turn % (2 * _MOVES_A_SECOND)) / _MOVES_A_SECOND), 0.5)


def _turning() -> Iterator[Message]:
    """The first knob, which is density, from end to end and back in about four seconds."""
    for turn in count():
        yield MorphKnob(1, math.sin(turn / 60))


def _circling(a_second: int) -> Iterator[Message]:
    """A hand that draws rosettes over the whole square, a lap in some seven seconds."""
    for turn in count():
        angle = 2 * math.pi * turn / (a_second * _LAP_S)
        radius = 0.5 * math.cos(2.6 * angle)
        yield MorphXY(0.5 + radius * math.cos(angle), 0.5 + radius * math.sin(angle))
