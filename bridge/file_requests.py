"""MIDI files through the running engine: each read as a clip, sent, asked about, and the answers written as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.client import Client
from bridge.collector import Received
from bridge.protocol.request_messages import Request
from engine.errors import DataError
from engine.representations.clip import Clip
from engine.representations.midi_file import is_drum_file, read_clip, write_clip

_DRUM_CHANNEL = 9


@dataclass(frozen=True)
class Connection:
    """Where the engine is, and where files go.

    Attributes:
        host: the engine's address.
        port: its UDP port.
        timeout_s: how long to wait for an answer.
        out: folder for the answers; made where it is missing.
    """

    host: str
    port: int
    timeout_s: float
    out: Path


@dataclass(frozen=True)
class Ask:
    """One request about some files.

    Attributes:
        files: read as clips 1, 2, …
        request: makes the message from the request's id.
        name: begins the name of each file written.
        track: which track of the files, counted from 1; None where each has one.
        model: name of the model where there are no files, to know what it makes.
        makes_drums: True where the answer is for drums whatever the files are.
    """

    files: Sequence[Path]
    request: Callable[[int], Request]
    name: str
    track: int | None = None
    model: str | None = None
    makes_drums: bool = False


def send_files(connection: Connection, asks: Sequence[Ask]) -> Iterator[str]:
    """Asks one after the other.

    Yields:
        A line for the reader for each file written, and for what was left out.

    Raises:
        BridgeError: the engine does not answer, or refuses.
        EngineError: a file cannot be read or written.
    """
    clips = [[read_clip(path, ask.track) for path in ask.files] for ask in asks]
    _make_folder(connection.out)
    with Client(connection.host, connection.port, connection.timeout_s) as client:
        drum_models = {model.name for model in client.wait_ready().models if model.kind == "drums"}
        for ask, sources in zip(asks, clips, strict=True):
            kinds = [client.send_clip(number, clip).kind for number, clip in enumerate(sources, start=1)]
            on_drums = ask.makes_drums or ask.model in drum_models or kinds[-1:] == ["drums"]
            received = client.ask(ask.request(client.next_request()))
            yield from _left_out(ask, received)
            yield from _write(connection.out, ask, sources, received, on_drums)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"the folder {folder} cannot be made ({error.strerror}); name another with --out") from error


def _left_out(ask: Ask, received: Received) -> Iterator[str]:
    for left in received.left_out:
        yield f"{ask.files[left.clip - 1]}: {left.num_notes} notes were left out, such as those under a chord's top"


def _write(out: Path, ask: Ask, sources: Sequence[Clip], received: Received, on_drums: bool) -> Iterator[str]:
    on_drums = on_drums or any(is_drum_file(path) for path in ask.files[-1:])
    like = sources[-1] if sources else Clip((), 4.0)
    for number, answer in enumerate(received.clips, start=1):
        path = out / f"{ask.name}_{number:02d}.mid"
        write_clip(answer.to_clip(like), path, channel=_DRUM_CHANNEL if on_drums else None)
        yield f"{path}: {len(answer.notes)} notes"
