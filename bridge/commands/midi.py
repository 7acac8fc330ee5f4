"""`bridge midi`: the ports of this machine, what arrives at one, and controllers bound to what they are to move."""

from __future__ import annotations

import time
from collections.abc import Iterator
from queue import Empty, SimpleQueue

import click

from bridge.client import Client
from bridge.clock import Clock
from bridge.errors import NoAnswerError, RefusedError
from bridge.midi_arrived import MidiArrived
from bridge.midi_map import LEARN_S
from bridge.midi_targets import find_target, shown_targets
from bridge.protocol.message import Message
from bridge.protocol.midi_messages import MidiForget, MidiLearn, MidiLearned
from bridge.protocol.session_messages import Error, Ping

_POLL_S = 0.05
_AGAIN_S = 2.0

_HOST = click.option("--host", default="127.0.0.1", show_default=True)
_PORT = click.option("--port", default=9000, show_default=True, type=click.IntRange(1, 65_535))
_TARGET = click.argument("target", nargs=-1, required=True)


@click.group()
def midi() -> None:
    """Look at MIDI ports, and have controllers learnt."""


@midi.command("list")
def list_() -> None:
    """List the MIDI ports of this machine."""
    from bridge.midi_ports import list_systems

    systems = list_systems()
    for system in systems:
        for way, names in (("in", system.inputs), ("out", system.outputs)):
            for name in names:
                click.echo(f"{system.system:<10} {way:<4} {name}")
        if not (system.inputs or system.outputs):
            click.echo(f"{system.system}: no ports yet; bridge serve --midi-out NAME makes one")
    if not systems:
        click.echo("no MIDI system runs here; OSC and files work without one")


@midi.command()
def targets() -> None:
    """List what a controller can move, as the map file and `bridge midi learn` name it."""
    for name, target in shown_targets():
        values = f"; values {target.range}" if target.range else ""
        click.echo(f"{name:<16} {target.kind:<8} {target.doc}{values}")


@midi.command()
@click.argument("name")
@click.option("--clock", is_flag=True, help="Show MIDI clock as well.")
def monitor(name: str, clock: bool) -> None:
    """Show what arrives at the MIDI input with NAME in its name, until Ctrl-C."""
    from bridge.midi_in import MidiIn
    from bridge.midi_ports import find_input, open_input

    arrived: SimpleQueue[MidiArrived] = SimpleQueue()
    place = find_input(name)
    midi_in = MidiIn(open_input(place), arrived.put, time.monotonic, clock)
    midi_in.start()
    what = "a new port, for others to play to:" if place.is_virtual else "to"
    click.echo(f"listening {what} {midi_in.name}; Ctrl-C ends")
    try:
        while True:
            try:
                click.echo(_line(arrived.get(timeout=_POLL_S)))
            except Empty:
                continue
    except KeyboardInterrupt:
        click.echo()
    finally:
        midi_in.close()


@midi.command()
@_TARGET
@_HOST
@_PORT
@click.option("--timeout", "timeout_s", default=LEARN_S, show_default=True, help="Seconds to wait.")
def learn(target: tuple[str, ...], host: str, port: int, timeout_s: float) -> None:
    """Bind a controller to TARGET, such as `knob 1`, in the running engine; see: bridge midi targets."""
    name = find_target(" ".join(target)).name
    with Client(host, port) as client:
        client.hello()
        click.echo(f"move the controller for {name!r}, or play the note for a button ({timeout_s:g} s)")
        learned = _learned(client, MidiLearn(name), timeout_s)
    if learned is None:
        raise NoAnswerError(
            f"no controller moved within {timeout_s:g} s; see whether it arrives: bridge midi monitor NAME"
        )
    click.echo(_bound(learned))


@midi.command()
@_TARGET
@_HOST
@_PORT
def forget(target: tuple[str, ...], host: str, port: int) -> None:
    """Unbind whatever moves TARGET in the running engine."""
    name = find_target(" ".join(target)).name
    with Client(host, port) as client:
        client.hello()
        learned = _learned(client, MidiForget(name), _AGAIN_S)
    if learned is None:
        raise NoAnswerError(f"the engine did not answer within {_AGAIN_S:g} s; ask again")
    click.echo(_bound(learned))


def _learned(
    client: Client, ask: MidiLearn | MidiForget, timeout_s: float, clock: Clock = time.monotonic
) -> MidiLearned | None:
    """The engine's answer; None where none comes in time.

    Raises:
        RefusedError: the engine refuses.
    """
    for message in _answers(client, ask, timeout_s, clock):
        match message:
            case MidiLearned() if message.target == ask.target:
                return message
            case Error() if message.address == ask.spec.address:
                raise RefusedError(0, message.code, message.text, message.address)
    return None


def _answers(client: Client, ask: Message, timeout_s: float, clock: Clock) -> Iterator[Message]:
    """What arrives; asked again from time to time, for a lost datagram, and so that the session stays."""
    until_s, ask_s = clock() + timeout_s, clock()
    while clock() < until_s:
        if clock() >= ask_s:
            ask_s += _AGAIN_S
            client.send(Ping(0))
            client.send(ask)
        yield from client.receive(_POLL_S)


def _bound(learned: MidiLearned) -> str:
    if learned.number < 0:
        return f"nothing moves {learned.target!r}"
    channel = f"channel {learned.channel}" if learned.channel else "any channel"
    number = "" if learned.kind == "bend" else f" {learned.number}"
    return f"{learned.kind}{number} on {channel} moves {learned.target!r}"


def _line(arrived: MidiArrived) -> str:
    if not arrived.channel:
        return f"{arrived.kind} {arrived.value or ''}".rstrip()
    return f"channel {arrived.channel:<3} {arrived.kind:<9} {arrived.number:>3}  value {arrived.value}"
