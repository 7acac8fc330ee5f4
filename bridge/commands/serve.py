"""`bridge serve`: the engine behind a UDP port, until a signal ends it."""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path

import click

from bridge.engine_interface import Engine, LoadEngine
from bridge.house import CORNERS
from bridge.midi_side import MidiConfig
from bridge.pick_up import PickingUp
from bridge.server import Server, ServerConfig
from engine.representations.midi_file import read_clip

# Python's threads take turns this often: at the usual 5 ms a note waits that long for a thread that computes.
_SWITCH_S = 0.0005
LOG_LEVELS = ("debug", "info", "warning", "error")


@click.command()
@click.option("--host", default="127.0.0.1", help="Address to listen at; others than this one can be heard by others.")
@click.option("--port", default=9000, type=click.IntRange(0, 65_535), help="UDP port; 0 takes a free one.")
@click.option("--device", default="auto", type=click.Choice(["auto", "cuda", "mps", "cpu"]), help="Where models run.")
@click.option(
    "--checkpoints", "folders", multiple=True, type=click.Path(path_type=Path),
    help="Folder of models; may be given again, the preferred first.  [default: those shipped, and your own]",
)  # fmt: skip
@click.option(
    "--memory", "memory_mib", type=click.FloatRange(0, min_open=True), metavar="MIB",
    help="Most memory for weights: models beyond it are loaded when they are asked for.  [default: all are kept]",
)  # fmt: skip
@click.option(
    "--cache", type=click.Path(path_type=Path), help="File of latents, `-` for none.  [default: the user's own]"
)
@click.option("--drum-map", type=click.Path(path_type=Path), help="TOML file of pitches.  [default: General MIDI]")
@click.option("--bpm", default=120.0, type=click.FloatRange(20, 400), help="Tempo where no transport is told.")
@click.option("--midi-out", help="MIDI port to play to, by part of its name; made where there is none.")
@click.option("--midi-in", help="MIDI port to hear: controllers, and phrases to record.")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help="TOML file of what controllers move.")
@click.option("--clock-in", is_flag=True, help="Follow the MIDI clock that --midi-in hears.")
@click.option("--clock-out", is_flag=True, help="Send MIDI clock to --midi-out.")
@click.option(
    "--clip", "clip_files", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="MIDI file to morph without any client, up to four: x goes from the first to the second, y from the third "
    "to the fourth.",
)  # fmt: skip
@click.option("--play", "plays", is_flag=True, help="Play those clips from the start.")
@click.option("--log-level", default="info", type=click.Choice(LOG_LEVELS), help="What is told on stderr.")
def serve(
    host: str,
    port: int,
    device: str,
    folders: tuple[Path, ...],
    memory_mib: float | None,
    cache: Path | None,
    drum_map: Path | None,
    bpm: float,
    midi_out: str | None,
    midi_in: str | None,
    map_file: Path | None,
    clock_in: bool,
    clock_out: bool,
    clip_files: tuple[Path, ...],
    plays: bool,
    log_level: str,
) -> None:
    """Start the engine and answer OSC until interrupted."""

    def load() -> Engine:
        from engine.representations.drums import GENERAL_MIDI, read_drum_map
        from engine.runtime.cache import default_cache_path
        from engine.runtime.engine import Engine as RealEngine  # imports torch, in the worker's thread

        latents = None if cache == Path("-") else cache or default_cache_path()
        pitches = read_drum_map(drum_map) if drum_map else GENERAL_MIDI
        return RealEngine.load(folders or None, device, latents, pitches, memory_mib)

    logging.basicConfig(level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if len(clip_files) > len(CORNERS):
        raise click.UsageError(f"{len(clip_files)} clips are given; give at most {len(CORNERS)}")
    if midi_in is None and (map_file is not None or clock_in):
        raise click.UsageError("--map and --clock-in need a port to hear; add --midi-in NAME")
    if midi_out is None and (clock_out or plays):
        raise click.UsageError("--clock-out and --play need a port to play to; add --midi-out NAME")
    midi = MidiConfig(midi_out, midi_in, map_file, clock_in, clock_out)
    clips = tuple(read_clip(path) for path in clip_files)
    run_until_signal(ServerConfig(host, port, bpm, midi, clips, plays), load)


def run_until_signal(config: ServerConfig, load: LoadEngine) -> None:
    """Serves until SIGINT or SIGTERM; ends the process with status 1 where the models cannot be loaded.

    Raises:
        PortInUseError: the port cannot be opened.
    """
    sys.setswitchinterval(_SWITCH_S)
    server = Server(config, load, picking_up=PickingUp())
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
