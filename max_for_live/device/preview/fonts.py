"""The font that stands for Arial, and how wide its words are.

Liberation Sans and Arimo were drawn to Arial's widths, so what fits here fits in Max.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab.pdfbase.pdfmetrics import stringWidth

from max_for_live.device.preview.errors import FontError

FAMILIES = {
    "Liberation Sans": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    "Arimo": ("Arimo-Regular.ttf", "Arimo-Bold.ttf"),
}
FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "~/Library/Fonts",
    "/Library/Fonts",
    "/opt/homebrew/share/fonts",
    "C:/Windows/Fonts",
)
MISSING = (
    "No font of Arial's widths was found. Install Liberation Sans: `apt-get install fonts-liberation` on Debian and "
    "Ubuntu, `brew install --cask font-liberation` on macOS; or put LiberationSans-Regular.ttf and "
    "LiberationSans-Bold.ttf into ~/.fonts."
)


@dataclass(frozen=True)
class Family:
    """A font family on this machine."""

    name: str
    regular: Path
    bold: Path


def width(words: str, size_px: float, bold: bool) -> float:
    """How wide one line is, in pixels. Helvetica's widths are Arial's."""
    return float(stringWidth(words, "Helvetica-Bold" if bold else "Helvetica", size_px))


@cache
def family() -> Family:
    """The first family found.

    Raises:
        FontError: none is installed; the message says how to install one.
    """
    files = {
        name: Path(folder) / name
        for root in FOLDERS
        for folder, _, names in os.walk(Path(root).expanduser())
        for name in names
    }
    for name, (regular, bold) in FAMILIES.items():
        if regular in files and bold in files:
            return Family(name, files[regular], files[bold])
    raise FontError(MISSING)


def is_bold(font_name: str, face: int) -> bool:
    """Whether Max's font name and face (1 bold, 3 bold italic) mean a bold one; a medium is drawn as bold."""
    return face in (1, 3) or font_name.endswith((" Bold", " Medium"))
