"""`bridge doctor`: whether this machine will do, in a screenful."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bridge.doctor import FAIL, OK, WARN, Checkup, examine

_COLOURS = {OK: "green", WARN: "yellow", FAIL: "red"}


@click.command()
@click.option("--host", default="127.0.0.1", help="Address that the engine would listen at.")
@click.option("--port", default=9000, type=click.IntRange(0, 65_535), help="UDP port.")
@click.option("--checkpoints", type=click.Path(path_type=Path), help="Folder.  [default: those shipped, and your own]")
@click.option("--cache", type=click.Path(path_type=Path), help="The latent cache's file.  [default: the user's own]")
@click.option("--device", default="auto", type=click.Choice(["auto", "cuda", "mps", "cpu"]), help="Where models run.")
def doctor(host: str, port: int, checkpoints: Path | None, cache: Path | None, device: str) -> None:
    """Say whether this machine will do; status 1 where something fails."""
    has_failed = False
    for check in examine(Checkup(host, port, checkpoints, cache, device)):
        has_failed |= check.mark == FAIL
        click.echo(f"{click.style(f'{check.mark:<4}', fg=_COLOURS[check.mark])}  {check.subject:<11}  {check.found}")
    sys.exit(1 if has_failed else 0)
