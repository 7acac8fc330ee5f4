"""The device without Max: its script in a JavaScript engine, and the boxes of the patch around it, over real UDP.

`max.js` and `live.js` stand for what Max and Live give to the script. Here is what else the patch is made of: the two
`udpsend`, the `udpreceive`, the controls that reach the engine by a wire of their own, and Live's transport.
"""

from __future__ import annotations

import json
import select
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self

import dukpy
from wires import Datagram, Receiver, Sender

from max_for_live.device.parameters import FLOAT, PARAMETERS, SCRIPT
from max_for_live.device.script import merged_script

HERE = Path(__file__).parent
STAGE = "\n".join((HERE / name).read_text() for name in ("max.js", "live.js"))
BOTH_WAYS = ("x", "y")
GOING_ON = ("/bridge/status", "/bridge/transport", "/bridge/play/", "/bridge/p", "/latent/probe")
LETTERS = {"status": 90, "engine": 30, "clip_name": 25, "clip_info": 25}
TICK_MS = 50.0
STEP_MS = 50.0
PATIENCE_S = 0.002
QUIET_S = 0.08
HASTE = 4.0

Atom = int | float | str


class ScriptFaultError(AssertionError):
    """What Max would have printed in red in its console."""


class Said(NamedTuple):
    """One message: an address or selector, and what follows it."""

    address: str
    args: tuple[Atom, ...]


def nothing(_: Said) -> bool:
    """No datagram is lost."""
    return False


@dataclass(frozen=True)
class Saved:
    """What a Live Set keeps of the device: the values of its controls and its storage."""

    values: dict[str, Atom]
    kept: dict[str, list[Atom]]


@dataclass
class Device:
    """One device on a track; `close` it.

    Args:
        live_set: the Set, as `live_set.live_set` plans it; None for the smallest one.
        engine_port: value of the control of that name.
        saved: what a Set kept that is opened again.
        values: controls that are not at their initial value.
        empty: what storage that holds nothing says when it is banged: None nothing, else these atoms.
        is_old: whether it is a Max that cannot be asked for Live's colours.
        is_ready: whether `live.thisdevice` has banged already.

    Attributes:
        sent: what was sent to the engine, by the script and by the controls.
        heard: what came from it, in the order of arrival.
        played: what the engine played, `(pitch, velocity, duration_ms, channel, delay_ms)`, and None for each flush.
        chain_notes: what the script sent into the chain that plays.
        clocks: what the clock was told to be, one after another.
        outputs: all that left the script, `(outlet, atoms)`.
        loses: says which datagrams from the engine are lost.
        loses_sent: says which datagrams to the engine are lost.
        too_long: texts that their boxes have no room for.
        doubles: every datagram from the engine comes twice.
        shuffles: datagrams that wait together come in another order.
        expects: words of faults that are meant to come.
    """

    live_set: Mapping[str, Any] | None = None
    engine_port: int = 9
    saved: Saved | None = None
    values: Mapping[str, Atom] = field(default_factory=dict)
    empty: Sequence[Atom] | None = None
    is_ready: bool = True
    is_old: bool = False
    script: str | None = None
    sent: list[Said] = field(default_factory=list)
    heard: list[Said] = field(default_factory=list)
    played: list[tuple[Atom, ...] | None] = field(default_factory=list)
    chain_notes: list[tuple[Atom, ...]] = field(default_factory=list)
    clocks: list[tuple[Atom, ...]] = field(default_factory=list)
    ports: list[Said] = field(default_factory=list)
    outputs: list[tuple[int, list[Atom]]] = field(default_factory=list)
    loses: Callable[[Said], bool] = nothing
    loses_sent: Callable[[Said], bool] = nothing
    too_long: list[str] = field(default_factory=list)
    doubles: bool = False
    shuffles: bool = False
    expects: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._said: list[str] = []
        self._is_off = False
        self._clock_ms = 0.0
        self._next_tick_ms = 0.0
        self._own_clock: tuple[float, float] | None = None
        self._engine, self._probe, self._receiver = Sender(), Sender(), Receiver()
        self._js = dukpy.JSInterpreter()
        try:
            self._load()
        except BaseException:
            self._close_wires()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """What happens when the device is taken off its track: the patch says goodbye, then the script's turn comes."""
        if self._is_off:
            return
        self._is_off = True
        self.say("/bridge/bye")
        try:
            if self._js.evaljs("stage.has('notifydeleted')"):
                self.deliver("notifydeleted")
        finally:
            self._close_wires()

    # What reaches the script.

    def deliver(self, selector: str, *args: Atom) -> None:
        """A message into the script, as Max hands it over."""
        self._js.evaljs("stage.deliver(dukpy.selector, dukpy.args)", selector=selector, args=list(args))
        self._take()

    def press(self, name: str) -> None:
        """A button is clicked: it says so, and 0 when it is let go."""
        self.deliver("press", name)

    def move(self, name: str, value: Atom) -> None:
        """A control is moved, by hand or by automation."""
        self._js.evaljs("stage.move(dukpy.name, dukpy.value)", name=name, value=value)
        self._take()

    def live(self, what: str, *args: Any) -> Any:
        """Something that a player does in Live, or a look at the Set; `live.js` has the list under `PLAYER`."""
        answer = json.loads(self._js.evaljs("stage.live(dukpy.what, dukpy.args)", what=what, args=list(args)))
        self._take()
        return answer

    # What came out of it.

    def look(self) -> dict[str, Any]:
        looked: dict[str, Any] = json.loads(self._js.evaljs("stage.look()"))
        return looked

    def shown(self, name: str, message: str = "set") -> Any:
        """What a box was last told by a message: its one argument, else all of them; None where it was told nothing."""
        told = self.look()["shown"].get(name, {}).get(message)
        return told[0] if told is not None and len(told) == 1 else told

    @property
    def status(self) -> str:
        return str(self.shown("status"))

    @property
    def texts(self) -> list[str]:
        """All that the status line said."""
        return list(self._said)

    def value(self, name: str) -> Atom:
        found: Atom = self.look()["controls"][name]
        return found

    @property
    def symbols(self) -> set[str]:
        """Every distinct string that ever left the script."""
        return set(self.look()["symbols"])

    @property
    def names(self) -> set[str]:
        """What the script made global."""
        return set(self._js.evaljs("stage.made()"))

    @property
    def port(self) -> int | None:
        return self._receiver.port

    def save(self) -> Saved:
        """What the Set keeps when it is saved now."""
        looked = self.look()
        return Saved(looked["controls"], looked["kept"])

    def messages(self, address: str) -> list[Said]:
        """What was sent to the engine under an address."""
        return [said for said in self.sent if said.address == address]

    def answers(self, address: str) -> list[Said]:
        """What came from the engine under an address."""
        return [said for said in self.heard if said.address == address]

    # Time.

    def advance(self, ms: float) -> None:
        """Lets time pass, faster than it does."""
        left_ms = ms
        while left_ms > 0:
            self._pass(min(left_ms, STEP_MS))
            self._hear(PATIENCE_S)
            left_ms -= STEP_MS

    def run_until(self, condition: Callable[[], object], timeout_s: float = 30.0) -> None:
        """Runs until something holds; what it waited for is told where it never did."""
        end_s = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > end_s:
                last = "\n".join(str(said)[:160] for said in (*self.sent[-4:], *self.heard[-8:]))
                raise AssertionError(f"waited {timeout_s} s in vain; status: {self.status}; last:\n{last}")
            began_s = time.monotonic()
            self._hear(PATIENCE_S)
            self._pass(self._pace * 1000 * (time.monotonic() - began_s))

    @property
    def _pace(self) -> float:
        """While nothing plays, waiting is no use: the script's clock runs faster than the engine's."""
        return HASTE if not self.clocks or self.clocks[-1] == ("off",) else 1.0

    def settle(self, quiet_s: float = QUIET_S) -> None:
        """Runs until nothing new was said for a while, beside what goes on all the time."""
        count, since_s = -1, time.monotonic()

        def is_quiet() -> bool:
            nonlocal count, since_s
            now = sum(not said.address.startswith(GOING_ON) for said in (*self.sent, *self.heard))
            if now != count:
                count, since_s = now, time.monotonic()
            return time.monotonic() - since_s > quiet_s

        self.run_until(is_quiet)

    def say(self, address: str, *args: Atom) -> None:
        """Sends to the engine past the script, from the device's own socket."""
        self._to_engine(address, list(args), ["f" if isinstance(arg, float) else None for arg in args])

    # The patch.

    def _load(self) -> None:
        self._js.evaljs(STAGE)
        self._js.evaljs("stage.open(dukpy.options)", options=self._options())
        plan = self.live_set or {"num_scenes": 8, "tracks": [{}]}
        self._js.evaljs("stage.live('build', [dukpy.plan])", plan=plan)
        try:
            self._js.evaljs(merged_script() if self.script is None else self.script)
        except dukpy.JSRuntimeError as problem:
            raise ScriptFaultError(f"global code: {problem}") from problem
        self._take()
        if self.is_ready:
            self.deliver("start")

    def _close_wires(self) -> None:
        for wire in (self._engine, self._probe, self._receiver):
            wire.close()

    def _options(self) -> dict[str, Any]:
        controls: dict[str, Any] = {}
        for parameter in PARAMETERS:
            if parameter.is_button:
                continue
            native = parameter.goes_to != SCRIPT
            controls[parameter.name] = {
                "value": parameter.initial,
                "told": not native or parameter.name in BOTH_WAYS,
                "address": [_typed(word) for word in parameter.goes_to.split()] if native else None,
                "is_float": parameter.kind == FLOAT,
                "is_toggle": parameter.widget == "live.text",
            }
        values = {"engine_port": self.engine_port, **self.values}
        if self.saved is not None:
            values = {**self.saved.values, **values}
        for name, value in values.items():
            controls[name]["value"] = value
        kept = self.saved.kept if self.saved is not None else {}
        empty = None if self.empty is None else list(self.empty)
        return {"controls": controls, "kept": kept, "empty": empty, "is_old": self.is_old}

    def _take(self) -> None:
        """Carries what the script sent to where its cords lead."""
        report = json.loads(self._js.evaljs("stage.report()"))
        self._clock_ms = report["clock_ms"]
        for outlet, atoms in report["sent"]:
            values = [value for _, value in atoms]
            kinds = [kind for kind, _ in atoms]
            if outlet != "native":
                self.outputs.append((outlet, values))
            self._route(outlet, values, kinds)
        faults = [fault for fault in report["faults"] if not any(word in fault for word in self.expects)]
        if faults:
            raise ScriptFaultError("\n".join(faults))

    def _route(self, outlet: int | str, values: list[Any], kinds: list[str]) -> None:
        match outlet:
            case "native" | 0:
                self._to_engine(str(values[0]), values[1:], [None if kind == "i" else kind for kind in kinds[1:]])
            case 1:
                self._set_port(str(values[0]), values[1])
            case 2 if values[1] == "set" and values[0] in LETTERS:
                self._hear_text(str(values[0]), str(values[2]))
            case 2 if values[1] == "textcolor":
                assert len(values) == 6, f"a colour has four parts, not {values[2:]}"
            case 4 if values == ["flush"]:
                self.chain_notes.append(())
            case 4:
                assert len(values) == 5, f"a note into the chain has five numbers, not {values}"
                self.chain_notes.append(tuple(values))
            case 5:
                self._set_clock(values)

    def _hear_text(self, name: str, text: str) -> None:
        if name == "status":
            self._said.append(text)
        if len(text) > LETTERS[name] or "\n" in text:
            self.too_long.append(f"{name}: {text}")

    def _to_engine(self, address: str, values: list[Any], kinds: Sequence[str | None]) -> None:
        said = Said(address, tuple(values))
        self.sent.append(said)
        if not self.loses_sent(said):
            self._engine.send(address, values, kinds)

    def _set_port(self, what: str, value: Any) -> None:
        self.ports.append(Said(what, (value,)))
        match what:
            case "listen":
                self._receiver.listen(value)
                self._probe.aim(value)
            case "probe":
                self._probe.send("/latent/probe", [value], [None])
            case "engine":
                self._engine.aim(value)
            case _:
                raise AssertionError(f"the ports know no {what}")

    def _set_clock(self, values: list[Any]) -> None:
        assert values[0] in ("live", "own", "off"), f"the clock knows no {values}"
        assert len(values) == (2 if values[0] == "own" else 1), values
        self.clocks.append(tuple(values))
        self._own_clock = (self._clock_ms, float(values[1])) if values[0] == "own" else None
        self._next_tick_ms = self._clock_ms

    def _pass(self, ms: float) -> None:
        self._js.evaljs("stage.advance(dukpy.ms); stage.live('go_on', [dukpy.ms])", ms=ms)
        self._take()
        if self.clocks and self.clocks[-1] != ("off",):
            while self._next_tick_ms <= self._clock_ms:
                self._next_tick_ms += TICK_MS
                self._tell_transport()

    def _tell_transport(self) -> None:
        if self._own_clock is not None:
            began_ms, bpm = self._own_clock
            quarters, playing = max(0.0, self._clock_ms - began_ms) * bpm / 60_000, 1
        else:
            song = json.loads(self._js.evaljs("stage.live('song', [])"))
            quarters, bpm, playing = song["current_song_time"], song["tempo"], song["is_playing"]
        self._to_engine("/bridge/transport", [quarters, bpm, playing], ["f", "f", None])

    def _hear(self, patience_s: float) -> None:
        """Takes in what has arrived."""
        sockets = self._receiver.sockets
        if not sockets:
            time.sleep(patience_s)  # what select does where there is a socket
            return
        if select.select(sockets, [], [], patience_s)[0]:
            waiting = self._receiver.read()
            if self.shuffles:
                waiting = waiting[::-1]
            for datagram in waiting:
                for _ in range(1 + self.doubles):
                    self._arrive(datagram)

    def _arrive(self, datagram: Datagram) -> None:
        said = Said(datagram.address, tuple(datagram.args))
        if self.loses(said):
            return
        self.heard.append(said)
        if said.address == "/bridge/play/note":
            self.played.append(said.args)
        elif said.address == "/bridge/play/flush":
            self.played.append(None)
        else:
            self.deliver(said.address, *said.args)


def _typed(word: str) -> list[Any]:
    return ["i", int(word)] if word.isdigit() else ["s", word]
