"""Whether this machine will do: one check a subject, each with its mark; nothing is changed and nothing is raised."""

from __future__ import annotations

import platform
import socket
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from engine.errors import EngineError
from engine.representations.clip import Clip, Note, make_clip
from engine.representations.kind import DRUMS, MELODY

OK, WARN, FAIL = "ok", "warn", "fail"
MIN_PYTHON = (3, 11)
SLOW_MS = 100.0
RUNS = 15
VARIATIONS = 8


@dataclass(frozen=True)
class Check:
    """One line: what was looked at, how it stands (`ok`, `warn` or `fail`), and what was found."""

    subject: str
    mark: str
    found: str


@dataclass(frozen=True)
class Checkup:
    """What is to be looked at.

    Attributes:
        host: address that the engine would listen at.
        port: UDP port.
        checkpoints: folder of models; None the shipped ones and the user's own.
        cache: file of the latent cache; None the user's own.
        device: `auto`, `cuda`, `mps` or `cpu`.
    """

    host: str = "127.0.0.1"
    port: int = 9000
    checkpoints: Path | None = None
    cache: Path | None = None
    device: str = "auto"


def examine(checkup: Checkup) -> Iterator[Check]:
    """Every check in turn, as it is done."""
    yield python_check()
    yield torch_check()
    yield device_check(checkup.device)
    yield from checkpoint_checks(checkup.checkpoints)
    yield port_check(checkup.host, checkup.port)
    yield midi_check(_midi_ports)
    yield cache_check(checkup.cache)
    yield speed_check(checkup.checkpoints, checkup.device)


def python_check() -> Check:
    """The interpreter's version."""
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < MIN_PYTHON:
        return Check("python", FAIL, f"{found}; Latent Bridge needs {'.'.join(map(str, MIN_PYTHON))} or later")
    return Check("python", OK, found)


def torch_check() -> Check:
    """That torch is there and computes."""
    try:
        import torch

        total = float(torch.ones(2, 2).sum())
    except (ImportError, OSError, RuntimeError) as error:
        return Check("torch", FAIL, f"{error}; install Latent Bridge again")
    return Check("torch", OK if total == 4 else FAIL, torch.__version__)


def device_check(name: str) -> Check:
    """Where the models would run."""
    from engine.runtime import device

    try:
        return Check("device", OK, device.describe(device.choose(name)))
    except EngineError as error:
        return Check("device", FAIL, str(error))


def checkpoint_checks(folder: Path | None) -> Iterator[Check]:
    """Each checkpoint with its kind and hash."""
    from engine.runtime import checkpoint

    folders = checkpoint.folders_of(folder)
    paths = [path for each in folders for path in checkpoint.find(each)]
    if not paths:
        yield Check("checkpoints", FAIL, f"none in {' or '.join(map(str, folders))}; name a folder that holds some")
    for path in paths:
        try:
            loaded = checkpoint.load(path)
        except EngineError as error:
            yield Check("checkpoint", FAIL, str(error))
        else:
            size_mb = (path / checkpoint.WEIGHTS_NAME).stat().st_size / 1e6
            yield Check("checkpoint", OK, f"{loaded.name}: {loaded.kind}, {size_mb:.1f} MB, hash {loaded.hash}")


def port_check(host: str, port: int) -> Check:
    """Whether the UDP port is free; it is taken for a moment and given back."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((host, port))
    except OSError as error:
        found = f"{host}:{port} cannot be opened ({error.strerror}); stop what uses it, or choose another port"
        return Check("udp port", FAIL, found)
    return Check("udp port", OK, f"{host}:{port} is free")


def midi_check(list_ports: Callable[[], list[str]]) -> Check:
    """The MIDI ports of the machine; without any, OSC and files still work."""
    try:
        ports = list_ports()
    except (ImportError, OSError, RuntimeError) as error:
        return Check("midi", WARN, f"no MIDI here ({str(error).rstrip('.')}); OSC and files work without it")
    if not ports:
        return Check("midi", WARN, "no MIDI port; OSC and files work without one")
    return Check("midi", OK, f"{len(ports)} port{'s' * (len(ports) > 1)}: {', '.join(ports)}")


def cache_check(path: Path | None) -> Check:
    """The latent cache's file: how many clips, how large."""
    from engine.runtime.cache import default_cache_path

    path = path or default_cache_path()
    if not path.exists():
        return Check("cache", OK, f"{path}, not made yet")
    size_mb = path.stat().st_size / 1e6
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            clips = connection.execute("SELECT COUNT(*) FROM latents").fetchone()[0]
    except sqlite3.Error as error:
        return Check("cache", WARN, f"{path} cannot be read ({error}); the engine will begin a new one")
    return Check("cache", OK, f"{path}: {clips:,} clips, {size_mb:.1f} MB")


def speed_check(folder: Path | None, device: str) -> Check:
    """The time of one clip's way, new clip in, eight variations out: median of some runs."""
    from engine.runtime.engine import Engine

    try:
        started = time.perf_counter()
        engine = Engine.load(folder, device)
        engine.warm_up()
        ready_s = time.perf_counter() - started
        kind = MELODY if MELODY in {model.kind for model in engine.models} else DRUMS
        times_ms = [_one_way_ms(engine.vary, clip, kind) for clip in map(_clip, range(RUNS))]
        engine.close()
    except EngineError as error:
        return Check("speed", FAIL, str(error))
    median_ms = statistics.median(times_ms)
    found = f"one clip to {VARIATIONS} variations in {median_ms:.1f} ms (median of {RUNS}); ready in {ready_s:.1f} s"
    return Check("speed", OK if median_ms <= SLOW_MS else WARN, found)


def _one_way_ms(vary: Callable[..., object], clip: Clip, kind: str) -> float:
    started = time.perf_counter()
    vary(clip, VARIATIONS, 0.5, kind=kind)
    return (time.perf_counter() - started) * 1e3


def _clip(number: int) -> Clip:
    """Eight notes that no cache has seen; on pitches that are drums as well."""
    return make_clip([Note(k / 2, 36 + (k * 2 + number) % 12, 0.5) for k in range(16)], 8.0)


def _midi_ports() -> list[str]:
    from bridge.midi_ports import list_systems

    systems = list_systems()
    if not systems:
        raise OSError("no MIDI system runs")
    return [*dict.fromkeys(port for system in systems for port in (*system.inputs, *system.outputs))]
