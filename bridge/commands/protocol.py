"""`bridge protocol`: the wire contract as a document."""

from __future__ import annotations

import click

from bridge.protocol.document import protocol_document


@click.command()
def protocol() -> None:
    """Print the OSC protocol, as docs/protocol.md has it."""
    click.echo(protocol_document(), nl=False)
