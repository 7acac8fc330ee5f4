"""The rig: what is started for its tests, and the figures that they measured, told at the end."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from pd_device import PdDevice, pd_device
from programs import Program
from studio import NoJackError, Studio, sound_font, studio

from bridge.protocol.session_messages import Bye, Goodbye

PROGRAMS = ("pd", "jackd", "jack_lsp", "jack_connect", "fluidsynth")
MIDI_OUT = "stage"
WARM_S = 60.0


class Engine(NamedTuple):
    """`bridge serve` as a process of its own."""

    program: Program
    port: int


StartEngine = Callable[..., Engine]


def missing_parts() -> list[str]:
    """What the rig needs and this machine lacks."""
    return [name for name in PROGRAMS if shutil.which(name) is None] + ([] if sound_font() else ["a sound font"])


@pytest.fixture(scope="session")
def parts() -> None:
    """Skips where something is not installed."""
    if missing := missing_parts():
        pytest.skip(f"not installed here: {', '.join(missing)}; tests/rig/install.sh installs it")


@pytest.fixture(scope="session")
def room(parts: None) -> Iterator[Studio]:  # noqa: ARG001
    """JACK and the synth."""
    with ExitStack() as stack:
        try:
            here = stack.enter_context(studio())
        except NoJackError as error:
            pytest.skip(str(error))
        yield here


@pytest.fixture(scope="session")
def stage(room: Studio) -> Iterator[Engine]:
    """The engine that most tests share; it plays to the JACK port `stage`."""
    with serve(0, "--midi-out", f"virtual:{MIDI_OUT}", environment=room.environment) as program:
        yield Engine(program, ready_port(program))


@pytest.fixture
def start_engine() -> Iterator[StartEngine]:
    """Starts engines for one test alone: a port, then flags."""
    with ExitStack() as stack:

        def start(port: int = 0, *flags: object, environment: Mapping[str, str] | None = None) -> Engine:
            program = stack.enter_context(serve(port, *flags, environment=environment))
            return Engine(program, ready_port(program))

        yield start


@pytest.fixture
def pd(parts: None) -> Iterator[PdDevice]:  # noqa: ARG001
    """Pure Data, connected to nothing."""
    with pd_device() as device:
        yield device


@pytest.fixture
def device(pd: PdDevice, stage: Engine) -> Iterator[PdDevice]:
    """Pure Data, connected to the engine that all share."""
    pd.connect(stage.port)
    yield pd
    if not pd.messages(Goodbye):
        pd.ask(Bye(), Goodbye)


def serve(port: int, *flags: object, environment: Mapping[str, str] | None = None) -> Program:
    """The engine on the shipped models."""
    command = (sys.executable, "-m", "bridge", "serve", "--port", port, "--device", "cpu", "--cache", "-")
    return Program([*command, *flags], environment)


def ready_port(program: Program) -> int:
    """The port that it listens at, once its models are warm."""
    program.wait_for(r"\bready: ", WARM_S)
    return int(program.wait_for(r"listening on udp \S+:(\d+)")[1])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells what was measured."""
    here = Path(__file__).parent.name
    reports = [report for key in ("passed", "failed") for report in terminalreporter.stats.get(key, ())]
    figures = [pair for report in reports if f"/{here}/" in report.nodeid for pair in report.user_properties]
    if figures:
        terminalreporter.section("measured on the rig")
        for name, value in figures:
            terminalreporter.write_line(f"{name}: {value}")
