"""`bridge serve`: the engine behind a UDP port, until a signal ends it."""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path

import click

from bridge.engine_interface import Engine, LoadEngine
from bridge.server import Server, ServerConfig

LOG_LEVELS = ("debug", "info", "warning", "error")


@click.command()
@click.option("--host", default="127.0.0.1", help="Address to listen at; others than this one can be heard by others.")
@click.option("--port", default=9000, type=click.IntRange(0, 65_535), help="UDP port; 0 takes a free one.")
@click.option("--device", default="auto", type=click.Choice(["auto", "cuda", "mps", "cpu"]), help="Where models run.")
@click.option("--checkpoints", type=click.Path(path_type=Path), help="Folder of models.  [default: those shipped]")
@click.option(
    "--cache", type=click.Path(path_type=Path), help="File of latents, `-` for none.  [default: the user's own]"
)
@click.option("--drum-map", type=click.Path(path_type=Path), help="TOML file of pitches.  [default: General MIDI]")
@click.option("--log-level", default="info", type=click.Choice(LOG_LEVELS), help="What is told on stderr.")
def serve(
    host: str,
    port: int,
    device: str,
    checkpoints: Path | None,
    cache: Path | None,
    drum_map: Path | None,
    log_level: str,
) -> None:
    """Start the engine and answer OSC until interrupted."""

    def load() -> Engine:
        from engine.representations.drums import GENERAL_MIDI, read_drum_map
        from engine.runtime.cache import default_cache_path
        from engine.runtime.engine import Engine as RealEngine  # imports torch, in the worker's thread

        latents = None if cache == Path("-") else cache or default_cache_path()
        return RealEngine.load(checkpoints, device, latents, read_drum_map(drum_map) if drum_map else GENERAL_MIDI)

    logging.basicConfig(level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    run_until_signal(ServerConfig(host, port), load)


def run_until_signal(config: ServerConfig, load: LoadEngine) -> None:
    """Serves until SIGINT or SIGTERM; ends the process with status 1 where the models cannot be loaded.

    Raises:
        PortInUseError: the port cannot be opened.
    """
    server = Server(config, load)
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda number, _frame: server.stop(signal.Signals(number).name))
    ended = server.run()
    if server.load_error is not None:
        click.echo(f"bridge: {server.load_error}", err=True)
    status = 0 if server.load_error is None else 1
    if ended:
        sys.exit(status)
    logging.shutdown()
    sys.stderr.flush()
    os._exit(status)  # a model still computes in a thread that cannot be ended; a usual exit would wait for it or crash
