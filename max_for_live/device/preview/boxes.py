"""The boxes of a patch that the device's view shows, as they are read from its JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from max_for_live.device.preview.errors import PreviewError
from max_for_live.device.preview.state import State
from max_for_live.device.preview.theme import Theme, to_hex

NATIVE_SUFFIX = {2: " ms", 3: " Hz", 4: " dB", 5: " %", 7: " st"}


@dataclass(frozen=True)
class ShownBox:
    """One box of the view, and what is shown on it.

    Attributes:
        name: what the script calls it; its id where it has none.
        maxclass: its class.
        rect: x, y, width and height in the view, in pixels.
        attributes: all that Max keeps with it.
        state: what was done to the device.
        theme: Live's colours.
    """

    name: str
    maxclass: str
    rect: tuple[float, float, float, float]
    attributes: Mapping[str, Any]
    state: State
    theme: Theme

    def number(self, attribute: str, default: float) -> float:
        """A number that Max keeps with the box."""
        return float(self.attributes.get(attribute, default))

    def words(self, attribute: str, default: str = "") -> str:
        """A text that Max keeps with the box."""
        return str(self.attributes.get(attribute, default))

    @property
    def parameter(self) -> Mapping[str, Any]:
        """What Live knows about it as a parameter; empty where it is none."""
        valueof = self.attributes.get("saved_attribute_attributes", {}).get("valueof", {})
        return valueof if isinstance(valueof, dict) else {}

    @property
    def is_active(self) -> bool:
        """False where it is greyed out."""
        return self.name not in self.state.inactive and bool(self.number("active", 1))

    @property
    def low(self) -> float:
        """The least value."""
        return float(self.parameter.get("parameter_mmin", 0.0))

    @property
    def high(self) -> float:
        """The greatest value."""
        return float(self.parameter.get("parameter_mmax", max(1, len(self.choices) - 1) if self.choices else 127.0))

    @property
    def choices(self) -> Sequence[str]:
        """The names of its values, where it has such."""
        return list(self.parameter.get("parameter_enum", ()))

    @property
    def value(self) -> float:
        """What it stands at."""
        initial = self.parameter.get("parameter_initial", [self.low])
        return float(self.state.values.get(self.name, initial[0]))

    @property
    def part(self) -> float:
        """Where its value lies between the least (0) and the greatest (1)."""
        return min(1.0, max(0.0, (self.value - self.low) / ((self.high - self.low) or 1.0)))

    @property
    def short_name(self) -> str:
        """What stands over a dial."""
        return str(self.parameter.get("parameter_shortname", self.name))

    def value_text(self) -> str:
        """Its value as Live writes it."""
        style = int(self.parameter.get("parameter_unitstyle", 1 if self.parameter.get("parameter_type", 0) == 0 else 0))
        if self.choices:
            return self.choices[min(len(self.choices) - 1, max(0, round(self.value)))]
        if style == 9:
            return _printf(str(self.parameter.get("parameter_units", "%.2f")), self.value)
        if style == 0 or self.parameter.get("parameter_type", 0) == 1:
            return f"{self.value:.0f}{NATIVE_SUFFIX.get(style, '')}"
        return f"{_float_text(self.value)}{NATIVE_SUFFIX.get(style, '')}"

    def colour(self, attribute: str, default: str) -> tuple[str, float]:
        """A colour that Max keeps with the box, as `#rrggbb` and an opacity.

        Args:
            attribute: what Max calls it (`textcolor`).
            default: the colour of Live's theme that it has where nothing else is said.
        """
        said = self.attributes.get("saved_attribute_attributes", {}).get(attribute, {}).get("expression", "")
        if attribute == "textcolor" and self.name in self.state.tones:
            return self.theme.tones[self.state.tones[self.name]], 1.0
        if said.startswith("themecolor."):
            return self.theme.colour(said.removeprefix("themecolor.")), 1.0
        if attribute in self.attributes:
            return to_hex(self.attributes[attribute])
        return self.theme.colour(default), 1.0


def shown_boxes(patcher: Mapping[str, Any], state: State, theme: Theme) -> Iterator[ShownBox]:
    """Every box of the view that is not hidden; what Max draws first comes first: the background, then from the last
    box to the first, as Max keeps the front box first."""
    boxes = [entry["box"] for entry in patcher.get("boxes", ()) if entry["box"].get("presentation")]
    boxes.reverse()
    boxes.sort(key=lambda box: not box.get("background", 0))
    for box in boxes:
        if not box.get("hidden"):
            x, y, width, height = (float(number) for number in box["presentation_rect"])
            name = str(box.get("varname", box["id"]))
            yield ShownBox(name, str(box["maxclass"]), (x, y, width, height), box, state, theme)


def _float_text(value: float) -> str:
    size = abs(value)
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def _printf(form: str, value: float) -> str:
    """C's way of writing a number, as `parameter_units` says it (`%d bars`, `%.2f`)."""
    try:
        return form % (round(value) if "%d" in form or "%i" in form else value)
    except (TypeError, ValueError) as error:
        raise PreviewError(f"parameter_units `{form}` cannot be followed: write one number, as in `%.2f s`") from error
