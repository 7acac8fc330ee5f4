"""JACK with its dummy driver, FluidSynth for sound, and a recorder of both MIDI and sound by JACK's frames."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from programs import Program
from recording import Recording, events_in, read_recording, sounding

RATE_HZ = 48_000
PERIOD_FRAMES = 256
RECORDER = Path(__file__).with_name("jack_recorder.py")
SOUND_FONTS = (
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/sounds/sf2/default-GM.sf2"),
    Path("/usr/share/soundfonts/default.sf2"),
)
SERVERS = tuple(f"latent-bridge-rig-{number}" for number in range(1, 4))
_SYNTH = "synth"
_numbers = itertools.count(1)


class NoJackError(RuntimeError):
    """JACK is installed and does not start: there is no shared memory, or every name is in use."""


class Recorder:
    """A recorder that runs; made by `Studio.recorder`."""

    def __init__(self, studio: Studio, program: Program, name: str, target: Path) -> None:
        self.name = name
        self._studio, self._program, self._target = studio, program, target

    def hear(self, engine_port: str) -> None:
        """Connects a MIDI port to the recorder and to the synth, and the synth to the recorder."""
        self._studio.connect(engine_port, f"{self.name}:midi")
        self._studio.connect(engine_port, self._studio.port(_SYNTH, "midi"))
        self._studio.connect(self._studio.port(_SYNTH, "left"), f"{self.name}:sound")

    def wait_for_ons(self, count: int, timeout_s: float = 20.0) -> None:
        """Returns once that many note-ons were recorded."""
        self._program.wait_until(
            lambda lines: sum(event.is_on for event in events_in(lines)) >= count, f"{count} note-ons", timeout_s
        )

    def wait_for_silence(self, timeout_s: float = 5.0) -> None:
        """Returns once no note sounds."""
        self._program.wait_until(lambda lines: not sounding(events_in(lines)), "an end of every note", timeout_s)

    def sounding(self) -> set[tuple[int, int]]:
        """Channel and pitch of the notes that sound now."""
        return sounding(events_in(self._program.lines))

    def stop(self) -> Recording:
        """Ends the recording and reads it."""
        self._program.say("stop")
        self._program.wait_for("^saved")
        return read_recording(self._target)


class Studio:
    """A JACK server and its synth; made by `studio`."""

    def __init__(self, server: str) -> None:
        self.environment = {
            "JACK_DEFAULT_SERVER": server,
            "JACK_NO_START_SERVER": "1",
            # Without its configuration ALSA opens nothing, so that programs take JACK where both are there.
            "ALSA_CONFIG_PATH": os.devnull,
        }

    @contextmanager
    def recorder(self, folder: Path) -> Iterator[Recorder]:
        """Records into a folder."""
        name = f"recorder{next(_numbers)}"
        target = folder / f"{name}.npz"
        command = [sys.executable, RECORDER, name, target]
        with Program(command, self.environment, farewell="stop", is_hardware=True) as program:
            program.wait_for("^recording")
            yield Recorder(self, program, name, target)

    def ports(self) -> list[str]:
        """The names of all ports."""
        return self._ask("jack_lsp").stdout.splitlines()

    def port(self, client: str, part: str, timeout_s: float = 20.0) -> str:
        """The first port of a client that has this in its name, once it is there."""

        def found() -> list[str]:
            return [port for port in self.ports() if port.startswith(client) and part in port.partition(":")[2]]

        until(found, f"the JACK port {client}:{part}", timeout_s)
        return found()[0]

    def connect(self, source: str, target: str) -> None:
        """Connects two ports."""
        answer = self._ask("jack_connect", source, target)
        assert answer.returncode == 0 or "already connected" in answer.stderr, f"{source} to {target}: {answer.stderr}"

    def _ask(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **self.environment}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=10, check=False)


@contextmanager
def studio() -> Iterator[Studio]:
    """Starts JACK and the synth, and ends both."""
    with ExitStack() as stack:
        room = _start_jack(stack)
        stack.enter_context(Program(_synth(), room.environment, farewell="quit", is_hardware=True))
        room.port(_SYNTH, "left")
        yield room


def until(is_so: Callable[[], object], what: str, timeout_s: float = 20.0) -> None:
    """Asks again and again until a condition holds."""
    end_s = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < end_s, f"{what}: not within {timeout_s:g} s"


def sound_font() -> Path | None:
    """A General MIDI sound font of this machine."""
    return next((path for path in SOUND_FONTS if path.exists()), None)


def _start_jack(stack: ExitStack) -> Studio:
    """A server under the first name that is free.

    JACK keeps a place for the name of a server that was killed, and has few places, until the name is used again; so
    they are always the same ones. It waits for each client (`--sync`), so that none misses what others play.
    """
    driver = ("-d", "dummy", "-r", RATE_HZ, "-p", PERIOD_FRAMES)
    said: list[str] = []
    for name in SERVERS:
        command = ("jackd", "--sync", "--no-realtime", "--name", name, "--port-max", "64", *driver)
        jackd = stack.enter_context(Program(command, {"JACK_NO_AUDIO_RESERVATION": "1"}, is_hardware=True))
        room = Studio(name)
        until(partial(_has_begun_or_ended, room, jackd), "JACK")
        if jackd.runs:
            return room
        said += jackd.lines
    raise NoJackError("JACK does not start here: " + "; ".join(said[-3:]))


def _has_begun_or_ended(room: Studio, jackd: Program) -> bool:
    return "system:playback_1" in room.ports() or not jackd.runs


def _synth() -> list[object]:
    settings = {
        "audio.jack.id": _SYNTH,
        "midi.jack.id": _SYNTH,
        "audio.jack.autoconnect": 0,
        "synth.sample-rate": RATE_HZ,
        "synth.reverb.active": 0,
        "synth.chorus.active": 0,
    }
    words = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    return ["fluidsynth", "-a", "jack", "-m", "jack", *words, sound_font()]
