"""Draws a device's view: `python -m max_for_live.device.preview [PATCHER.maxpat OUT.png]`; alone, this device's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from max_for_live.device.build import device_patcher
from max_for_live.device.errors import DeviceError
from max_for_live.device.patch import PICTURE_FILES
from max_for_live.device.preview.picture import draw
from max_for_live.device.preview.state import STATES
from max_for_live.device.preview.theme import THEMES
from max_for_live.device.script import source

FOLDER = Path(__file__).parents[2] / "pictures"
PICTURES = {
    "device.png": ("dark", "demo"),
    "device_light.png": ("light", "demo"),
    "device_melody.png": ("dark", "melody"),
    "device_dropped.png": ("dark", "dropped"),
}
"""What is drawn where no patch is named: file, theme and state."""


@click.command()
@click.argument("patcher", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--scale", type=click.IntRange(1, 4), default=2, show_default=True, help="Pixels to a pixel of the view.")
@click.option("--theme", type=click.Choice(sorted(THEMES)), default="dark", show_default=True, help="Live's theme.")
@click.option("--state", type=click.Choice(sorted(STATES)), default="demo", show_default=True, help="What it shows.")
def main(patcher: Path | None, out: Path | None, scale: int, theme: str, state: str) -> None:
    """Draws the view of PATCHER, a .maxpat, to OUT, a .png, and names the words that do not fit.

    Without them: this device in all its states, to max_for_live/pictures.
    """
    try:
        if patcher is None:
            _draw_all(device_patcher(), scale)
        elif out is None:
            raise click.UsageError("Say where the picture goes: PATCHER.maxpat OUT.png")
        else:
            _draw(json.loads(patcher.read_text(encoding="utf-8")), out, scale, theme, state)
    except DeviceError as error:
        raise click.ClickException(str(error)) from error


def picture_scripts() -> dict[str, str]:
    """The pictures' scripts by the names that the patch knows them by."""
    return {file: source(name) for name, file in PICTURE_FILES.items()}


def _draw_all(patcher: dict[str, Any], scale: int) -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, (theme, state) in PICTURES.items():
        _draw(patcher, FOLDER / name, scale, theme, state)


def _draw(patcher: dict[str, Any], out: Path, scale: int, theme: str, state: str) -> None:
    for found in draw(patcher, picture_scripts(), out, scale, theme, state):
        click.echo(f"{out.name}: {found.box}: `{found.words}` is {found.width} px wide, and has {found.room}", err=True)


if __name__ == "__main__":
    main()
