"""The console command `bridge`: flags, then configuration, then a call; a new command is one line in the table."""

from __future__ import annotations

import importlib
import sys

import click

from bridge.errors import BridgeError
from bridge.version import VERSION
from engine.errors import EngineError

COMMANDS = {
    "serve": "bridge.commands.serve:serve",
    "send": "bridge.commands.send:send",
    "sample": "bridge.commands.studio:sample",
    "vary": "bridge.commands.studio:vary",
    "reconstruct": "bridge.commands.studio:reconstruct",
    "interpolate": "bridge.commands.studio:interpolate",
    "blend": "bridge.commands.studio:blend",
    "humanize": "bridge.commands.studio:humanize",
    "drumify": "bridge.commands.studio:drumify",
    "groove": "bridge.commands.studio:groove",
    "continue": "bridge.commands.studio:continue_",
    "infill": "bridge.commands.studio:infill",
    "models": "bridge.commands.models:models",
    "midi": "bridge.commands.midi:midi",
    "protocol": "bridge.commands.protocol:protocol",
    "data": "bridge.commands.data:data",
    "train": "bridge.commands.train:train",
    "chords": "bridge.commands.chords:chords",
    "notes": "bridge.commands.notes:notes",
    "learn": "bridge.commands.learn:learn",
    "evaluate": "bridge.commands.evaluate:evaluate",
    "sweep": "bridge.commands.sweep:sweep",
    "compare": "bridge.commands.compare:compare",
    "report": "bridge.commands.report:report",
    "directions": "bridge.commands.directions:directions",
    "prior": "bridge.commands.prior:prior",
    "judge": "bridge.commands.judge:judge",
    "card": "bridge.commands.card:card",
    "doctor": "bridge.commands.doctor:doctor",
}
"""Name of each command and where it stands. Its module must be light: torch and the like are imported in functions."""


class LazyGroup(click.Group):
    """A group that imports a command when it is named, and tells known errors in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands in the table's order."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, None where there is none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command; what the engine or the bridge refuses ends it with one line and status 1."""
        try:
            return super().invoke(ctx)
        except (BridgeError, EngineError) as error:
            click.echo(f"bridge: {error}", err=True)
            sys.exit(1)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(VERSION, prog_name="bridge")
def main() -> None:
    """Latent Bridge: a warm engine that varies, grooves and interpolates clips over OSC."""
