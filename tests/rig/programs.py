"""Programs that the rig starts: each in a process group of its own, its lines read as they come, and surely ended."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

_END_S = 5.0
_GOES_FIRST = ("nice", "-n", "-10")


class Program:
    """One program, running from the start of its `with` until the end.

    Args:
        command: its words.
        environment: added to this process's own.
        farewell: a line on its input that ends it; None where a signal is enough.
        is_hardware: it stands for something outside of the machine, and goes first where the system lets it.
    """

    def __init__(
        self,
        command: Sequence[object],
        environment: Mapping[str, str] | None = None,
        farewell: str | None = None,
        is_hardware: bool = False,
    ) -> None:
        words = [str(word) for word in command]
        self.name = os.path.basename(words[0])
        self._farewell = farewell
        self._heard = threading.Condition()
        self._lines: list[str] = []
        self._process = subprocess.Popen(
            [*_dies_with_the_tests(), *(_GOES_FIRST if is_hardware and os.geteuid() == 0 else ()), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name=f"lines of {self.name}", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def lines(self) -> list[str]:
        """What it has printed so far."""
        with self._heard:
            return list(self._lines)

    def wait_for(self, pattern: str, timeout_s: float = 20.0) -> re.Match[str]:
        """The first line that has the pattern, once it is printed."""
        lines = self.wait_until(lambda lines: any(re.search(pattern, line) for line in lines), pattern, timeout_s)
        return next(match for line in lines if (match := re.search(pattern, line)))

    def wait_until(self, is_so: Callable[[Sequence[str]], object], what: str, timeout_s: float = 20.0) -> list[str]:
        """What it has printed, once that is as it should be."""
        with self._heard:
            self._heard.wait_for(lambda: is_so(self._lines) or not self._reader.is_alive(), timeout_s)
            lines = list(self._lines)
        assert is_so(lines), f"{self.name} did not tell of {what!r}; it printed:\n" + "\n".join(lines)
        return lines

    def say(self, line: str) -> None:
        """Writes a line to its input."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to it and to what it has started."""
        os.killpg(self._process.pid, number)

    def wait(self, timeout_s: float = _END_S) -> int:
        """Its exit status, once it has ended."""
        return self._process.wait(timeout_s)

    def end(self) -> None:
        """Ends it, by force where asking does not help, and all that it has started."""
        if self._farewell is not None:
            with suppress(BrokenPipeError, subprocess.TimeoutExpired):
                self.say(self._farewell)
                self._process.wait(_END_S)
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                self.signal(number)
                self._process.wait(_END_S)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        self._process.wait(_END_S)
        self._reader.join(_END_S)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._heard:
                self._lines.append(line.rstrip("\n"))
                self._heard.notify_all()
        with self._heard:
            self._heard.notify_all()


def free_port() -> int:
    """A UDP port of this machine that nobody uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        return int(udp.getsockname()[1])


def _dies_with_the_tests() -> tuple[str, ...]:
    """Words before a command so that it ends where the tests are killed and can end nothing themselves."""
    return ("setpriv", "--pdeathsig", "TERM", "--") if shutil.which("setpriv") else ()
