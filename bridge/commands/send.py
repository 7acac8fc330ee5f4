"""`bridge send`: MIDI files to the running engine over OSC, and its answers as MIDI files."""

from __future__ import annotations

import click

from bridge.commands.requests import VERBS, Given, Verb, command

_OSC = (
    click.option("--host", default="127.0.0.1", show_default=True, help="Where the engine is."),
    click.option("--port", default=9000, show_default=True, type=click.IntRange(1, 65_535), help="Its UDP port."),
    click.option("--model", "models", multiple=True, metavar="NAME", help="Use it instead of the default of its part."),
    click.option("--timeout", "timeout_s", default=30.0, show_default=True, help="Seconds to wait."),
)


@click.group()
def send() -> None:
    """Send MIDI files to the running engine and write its answers as MIDI files."""


def _deliver(verb: Verb, given: Given) -> None:
    from bridge.file_requests import Connection, send_files  # mido and numpy, which the help does without

    if given.get("model", "") is None:
        raise click.UsageError("say which MODEL; the engine names those that it has loaded when it starts")
    connection = Connection(given["host"], given["port"], given["timeout_s"], given["out"], given["models"])
    for line in send_files(connection, verb.asks(given)):
        click.echo(line)


for _verb in VERBS.values():
    send.add_command(command(_verb, _deliver, *_OSC))
