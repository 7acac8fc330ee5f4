"""Live's colours, by the names that Max knows them by.

Source: the dark ones are of Live 12's theme Default Dark; the light ones are near its theme Light, matched by eye.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from max_for_live.device.preview.errors import PreviewError


@dataclass(frozen=True)
class Theme:
    """One theme, in colours as `#rrggbb`: by the names that Max knows them by, Live's own frame, the script's texts."""

    colours: Mapping[str, str]
    desk: str
    title_bar: str
    title: str
    tones: Mapping[str, str]

    def colour(self, name: str) -> str:
        """A colour by its name.

        Raises:
            PreviewError: the name is none of those that are known here.
        """
        if name not in self.colours:
            raise PreviewError(f"theme.py knows no colour `{name}`: write one of {', '.join(sorted(self.colours))}")
        return self.colours[name]


DARK = Theme(
    colours={
        "live_surface_bg": "#363636",
        "live_surface_frame": "#242424",
        "live_control_bg": "#1e1e1e",
        "live_control_fg": "#b5b5b5",
        "live_control_fg_off": "#b5b5b5",
        "live_control_fg_on": "#070707",
        "live_control_fg_zombie": "#757575",
        "live_control_zombie": "#4a4a4a",
        "live_control_selection": "#ffad56",
        "live_control_text_bg": "#1e1e1e",
        "live_contrast_frame": "#111111",
        "live_lcd_bg": "#181818",
        "live_lcd_frame": "#111111",
        "live_lcd_title": "#b5b5b5",
        "live_lcd_control_fg": "#ffad56",
        "live_lcd_control_fg_alt": "#6dd7ff",
        "live_lcd_control_fg_zombie": "#757575",
        "live_value_arc": "#6dd7ff",
        "live_value_arc_zombie": "#757575",
        "live_value_bar": "#6dd7ff",
        "live_dial_fg": "#1b1b1b",
        "live_dial_needle": "#d8d8d8",
    },
    desk="#2a2a2a",
    title_bar="#464646",
    title="#d0d0d0",
    tones={"plain": "#b5b5b5", "good": "#47a85c", "bad": "#ff9e4d"},
)

LIGHT = Theme(
    colours={
        "live_surface_bg": "#cfcfcf",
        "live_surface_frame": "#a9a9a9",
        "live_control_bg": "#ebebeb",
        "live_control_fg": "#1a1a1a",
        "live_control_fg_off": "#1a1a1a",
        "live_control_fg_on": "#0d0d0d",
        "live_control_fg_zombie": "#7d7d7d",
        "live_control_zombie": "#bcbcbc",
        "live_control_selection": "#ffad2e",
        "live_control_text_bg": "#ebebeb",
        "live_contrast_frame": "#a0a0a0",
        "live_lcd_bg": "#1e1e1e",
        "live_lcd_frame": "#8f8f8f",
        "live_lcd_title": "#c8c8c8",
        "live_lcd_control_fg": "#ffb532",
        "live_lcd_control_fg_alt": "#6dd7ff",
        "live_lcd_control_fg_zombie": "#8a8a8a",
        "live_value_arc": "#0f9ab5",
        "live_value_arc_zombie": "#8f8f8f",
        "live_value_bar": "#0f9ab5",
        "live_dial_fg": "#a8a8a8",
        "live_dial_needle": "#1a1a1a",
    },
    desk="#8e8e8e",
    title_bar="#dcdcdc",
    title="#141414",
    tones={"plain": "#1a1a1a", "good": "#0d6621", "bad": "#b33805"},
)

THEMES = {"dark": DARK, "light": LIGHT}


def to_hex(colour: Sequence[float]) -> tuple[str, float]:
    """Max's red, green, blue and alpha (0..1) as `#rrggbb` and an opacity."""
    red, green, blue = (round(255 * min(1.0, max(0.0, part))) for part in colour[:3])
    return f"#{red:02x}{green:02x}{blue:02x}", float(colour[3]) if len(colour) > 3 else 1.0


def to_max(colour: str) -> list[float]:
    """`#rrggbb` as Max's red, green, blue and alpha (0..1)."""
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] + [1.0]
