"""A JACK client that records MIDI and sound by JACK's frames: NAME TARGET.npz; a line on its input ends it.

It runs as a process of its own, so that nothing holds up its callback. Each MIDI message is printed as it comes,
`midi FRAME REAL_S STATUS DATA1 DATA2`; in the end MIDI and sound lie in the file.
"""

from __future__ import annotations

import select
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import jack
import numpy as np
import numpy.typing as npt

_POLL_S = 0.02
_BYTES_A_MESSAGE = 3

Event = tuple[int, float, bytes]
Block = tuple[int, bytes]


def record(name: str, target: Path) -> None:
    """Records until a line comes in."""
    client = jack.Client(name, no_start_server=True)
    midi_in, sound_in = client.midi_inports.register("midi"), client.inports.register("sound")
    events: deque[Event] = deque()
    blocks: list[Block] = []
    xruns: list[float] = []
    begun = threading.Event()

    def process(_frames: int) -> None:
        start = client.last_frame_time
        real_s = time.monotonic()
        events.extend((start + offset, real_s, bytes(data)) for offset, data in midi_in.incoming_midi_events())
        blocks.append((start, bytes(sound_in.get_buffer())))
        begun.set()

    client.set_process_callback(process)
    client.set_xrun_callback(xruns.append)
    with client:
        begun.wait()
        _tell("recording", client.samplerate, client.blocksize)
        kept: list[Event] = []
        while not select.select([sys.stdin], [], [], _POLL_S)[0]:
            kept += _told(events)
    kept += _told(events)
    first, sound = _joined(blocks)
    midi = np.array([(frame, real_s, *_padded(data)) for frame, real_s, data in kept], dtype=np.float64)
    np.savez(target, midi=midi.reshape(-1, 2 + _BYTES_A_MESSAGE), sound=sound, first_frame=first, xruns=len(xruns))
    _tell("saved", len(midi), len(sound), len(xruns))


def _told(events: deque[Event]) -> list[Event]:
    told = []
    while events:
        frame, real_s, data = events.popleft()
        _tell("midi", frame, real_s, *_padded(data))
        told.append((frame, real_s, data))
    return told


def _padded(data: bytes) -> bytes:
    return data[:_BYTES_A_MESSAGE].ljust(_BYTES_A_MESSAGE, b"\0")


def _joined(blocks: Sequence[Block]) -> tuple[int, npt.NDArray[np.float32]]:
    """The first frame and the sound from there on; a block that JACK left out is silence: the rest keeps its place."""
    first = blocks[0][0]
    samples = [np.frombuffer(data, dtype=np.float32) for _, data in blocks]
    sound = np.zeros(blocks[-1][0] - first + len(samples[-1]), dtype=np.float32)
    for (start, _), block in zip(blocks, samples, strict=True):
        sound[start - first : start - first + len(block)] = block
    return first, sound


def _tell(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    record(sys.argv[1], Path(sys.argv[2]))
