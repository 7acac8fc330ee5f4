"""MIDI files through the running engine: each read as a clip, sent, asked about, and the answers written as files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.answer_files import left_out_lines, make_folder, plays_drums, write_answers, write_trios
from bridge.asks import TRIO, Ask
from bridge.client import Client
from engine.representations.clip import Clip
from engine.representations.midi_file import read_clip
from engine.representations.trio import trios_of


@dataclass(frozen=True)
class Connection:
    """Where the engine is, and where files go.

    Attributes:
        host: the engine's address.
        port: its UDP port.
        timeout_s: how long to wait for an answer.
        out: folder for the answers; made where it is missing.
        models: names of those to use instead of the defaults.
    """

    host: str
    port: int
    timeout_s: float
    out: Path
    models: Sequence[str] = ()


def send_files(connection: Connection, asks: Sequence[Ask]) -> Iterator[str]:
    """Asks one after the other.

    Yields:
        A line for the reader for each file written, and for what was left out.

    Raises:
        BridgeError: the engine does not answer, or refuses.
        EngineError: a file cannot be read or written.
    """
    clips = [[read_clip(path, ask.track) for path in ask.files] for ask in asks]
    make_folder(connection.out)
    with Client(connection.host, connection.port, connection.timeout_s) as client:
        kind_of = {model.name: model.kind for model in client.wait_ready().models}
        for name in connection.models:
            client.use(name)
        for ask, sources in zip(asks, clips, strict=True):
            kinds = [client.send_clip(number, clip).kind for number, clip in enumerate(sources, start=1)]
            received = client.ask(ask.request(client.next_request()))
            yield from left_out_lines(ask, ((left.clip, left.num_notes) for left in received.left_out))
            like = sources[-1] if sources else Clip((), 4.0)
            answers = [answer.to_clip(like) for answer in received.clips]
            kind = kinds[-1] if kinds else kind_of.get(ask.model or "")
            if kind == TRIO:
                written = write_trios(connection.out, ask.name, trios_of(answers))
            else:
                written = write_answers(connection.out, ask.name, answers, plays_drums(ask, kind))
            yield from (line for _, line in written)
