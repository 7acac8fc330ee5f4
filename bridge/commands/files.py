"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

CHECKPOINT = click.Path(exists=True, file_okay=False, path_type=Path)
DATA_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
JUDGE_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SEED = click.IntRange(0, 2**31 - 1)
