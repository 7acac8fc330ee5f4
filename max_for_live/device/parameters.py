"""The table of parameters: what can be turned, pressed, automated and mapped, and where each one's value goes.

Live knows a parameter by its long name, in Sets and in mappings: long names stay what they are for ever.
"""

from __future__ import annotations

from dataclasses import dataclass

FLOAT, INT, ENUM, BLOB = 0, 1, 2, 3
AUTOMATED, STORED_ONLY, HIDDEN = 0, 1, 2
PLAIN, DECIMALS = 0, 1
SCRIPT = "script"

SLOTS = tuple("ABCDEFGH")
GRIDS = ("At once", "1/16", "1/8", "1/4", "1/2", "1 bar", "2 bars", "4 bars")
VOICES = ("kick", "snare", "closed hat", "open hat", "low tom", "mid tom", "high tom", "crash", "ride")
KNOBS = 8
SNAPSHOTS = 8
ENGINE_PORT = 9000


@dataclass(frozen=True)
class Parameter:
    """One parameter and the control that shows it.

    Attributes:
        name: of its box, and what the script calls it.
        long_name: what Live calls it in Sets, mappings and automation lanes.
        label: what the control itself shows: the name beneath a dial, the text on a button.
        widget: the class of user interface.
        info: the text in Live's info view.
        kind: `FLOAT`, `INT` or `ENUM`; an int goes up to 255 in Max, so larger whole numbers are floats.
        low: smallest value.
        high: largest value.
        initial: value of a device that was just dropped on a track.
        values: words for the values of an `ENUM`.
        unit: how Max writes the number, its own number of a style.
        goes_to: `SCRIPT`, or the start of the message that takes it to the engine without a detour.
        visibility: `AUTOMATED` (and stored), `STORED_ONLY`, or `HIDDEN`: neither, as is right for a button that writes
            into the Set, since Undo puts back whatever Live has stored, and would press it again.
        is_held: a button that counts when pressed and when let go.
    """

    name: str
    long_name: str
    label: str
    widget: str
    info: str
    kind: int = FLOAT
    low: float = 0.0
    high: float = 1.0
    initial: float = 0.0
    values: tuple[str, ...] = ()
    unit: int = DECIMALS
    goes_to: str = SCRIPT
    visibility: int = AUTOMATED
    is_held: bool = False

    @property
    def is_rounded(self) -> bool:
        """Whether it counts in whole numbers, though Max gives it fractions: the engine takes none."""
        return self.kind == FLOAT and self.unit == PLAIN and self.goes_to != SCRIPT

    @property
    def is_button(self) -> bool:
        """Whether it has no value to keep, but is pressed."""
        return self.widget == "live.text" and not self.values


def _button(
    name: str, long_name: str, label: str, info: str, visibility: int = AUTOMATED, is_held: bool = False
) -> Parameter:  # fmt: skip
    return Parameter(name, long_name, label, "live.text", info, ENUM, high=1, visibility=visibility, is_held=is_held)


def _writer(name: str, label: str, info: str) -> Parameter:
    """A button that changes the Set."""
    return _button(name, label, label, info, HIDDEN)


def _toggle(name: str, long_name: str, label: str, info: str, goes_to: str = SCRIPT) -> Parameter:
    return Parameter(name, long_name, label, "live.text", info, ENUM, high=1, values=("off", "on"), goes_to=goes_to)


def _dial(
    name: str, long_name: str, label: str, info: str, high: float = 1.0, initial: float = 0.0, low: float = 0.0,
    goes_to: str = SCRIPT,
) -> Parameter:  # fmt: skip
    return Parameter(name, long_name, label, "live.dial", info, FLOAT, low, high, initial, goes_to=goes_to)


def _number(
    name: str, long_name: str, label: str, info: str, goes_to: str, high: float = 1.0, initial: float = 0.0,
    low: float = 0.0,
) -> Parameter:  # fmt: skip
    return Parameter(name, long_name, label, "live.numbox", info, FLOAT, low, high, initial, goes_to=goes_to)


def _whole(
    name: str, long_name: str, label: str, info: str, low: int, high: int, initial: int, goes_to: str = SCRIPT,
    visibility: int = AUTOMATED,
) -> Parameter:  # fmt: skip
    kind = INT if low >= 0 and high <= 255 else FLOAT
    return Parameter(
        name, long_name, label, "live.numbox", info, kind, low, high, initial, (), PLAIN, goes_to, visibility
    )


def _choice(name: str, long_name: str, widget: str, info: str, values: tuple[str, ...], initial: int = 0) -> Parameter:
    return Parameter(name, long_name, "", widget, info, ENUM, high=len(values) - 1, initial=initial, values=values)


CLIP = (
    _button("capture", "Capture", "Capture", "Takes the clip in detail view, or else the highlighted slot's, into the "
            "chosen place A to H."),
    _toggle("follow", "Follow", "Follow", "Captures into the chosen place whatever clip you select."),
    _writer("clear", "Clear", "Empties the chosen place; the clip in Live stays as it is."),
    _choice("slot", "Clip Place", "live.tab", "Chooses one of eight places for captured clips. The actions work on "
            "this clip.", SLOTS),
)  # fmt: skip

MAKE = (
    _writer("vary", "Vary", "Makes variations of the clip, Count of them; Amount says how far they go."),
    _writer("interpolate", "Interpolate", "Makes the way from this clip to the clip at With in Count "
            "steps, both ends included."),
    _writer("blend", "Blend", "Makes one clip of all captured clips, in equal parts."),
    _writer("humanize", "Humanize", "Plays the clip's own drum hits as a drummer might; Timing and "
            "Velocity say how much."),
    _writer("drumify", "Drumify", "Makes a drum part for the rhythm of this clip."),
    _writer("groove", "Groove", "Gives the feel of this clip to the clip at With; Timing and Velocity say "
            "how much."),
    _writer("continue", "Continue", "Goes on where the clip ends, for as many bars as Bars says."),
    _writer("infill", "Infill", "Makes new music where the selected notes of the clip are."),
    _whole("count", "Count", "Count", "How many clips an action makes.", 1, 16, 4),
    _whole("bars", "Bars", "Bars", "How many bars Continue adds.", 1, 16, 2),
    _choice("second", "With", "live.menu", "The other clip of Interpolate and Groove.", SLOTS, 1),
    _whole("seed", "Seed", "Seed", "The same seed makes the same notes. 0 takes a new one each time.", 0, 999_999, 0),
    _choice("results", "Results", "live.menu", "Where new clips go: the next free slots of the clip's track or of this "
            "device's track, or into the clip itself.", ("Clip's track", "This track", "Replace")),
    _dial("amount", "Amount", "Amount", "How far variations go: 0 is the clip as the model hears it, 1 anything.",
          initial=0.3),
    _dial("temperature", "Temperature", "Temp", "How freely the model chooses: 0 is the most likely.", 2.0, 0.5),
    _dial("timing", "Timing", "Timing", "How much of the timing Humanize and Groove take on.", initial=1.0),
    _dial("velocity", "Velocity", "Velocity", "How much of the velocities Humanize and Groove take on.", initial=1.0),
)  # fmt: skip

MORPH = (
    _number("x", "Morph X", "X", "Left and right between the captured clips.", "/bridge/morph/x", initial=0.5),
    _number("y", "Morph Y", "Y", "Down and up between the captured clips.", "/bridge/morph/y", initial=0.5),
    *(
        _dial(f"knob_{number}", f"Knob {number}", "", "Turns the music in the direction named above it; in the middle "
              "it does nothing.", low=-1.0, goes_to=f"/bridge/morph/knob {number}")
        for number in range(1, KNOBS + 1)
    ),
    _number("morph_temperature", "Morph Temperature", "Temp", "How freely the morph chooses: 0 is the most likely.",
            "/bridge/morph/set temperature", high=2.0),
    _number("morph_timing", "Morph Timing", "Timing", "How much of the timing off the grid the morph plays.",
            "/bridge/morph/set timing", initial=1.0),
    _number("morph_velocity", "Morph Velocity", "Vel", "How much of the loud and soft the morph plays.",
            "/bridge/morph/set velocity", initial=1.0),
    _number("morph_density", "Morph Density", "Dense", "Fewer or more notes; at 0 as the model has it.",
            "/bridge/morph/set density", low=-1.0),
    _toggle("morph_key", "Morph Keep Key", "Keep key", "Keeps melodies in the key of the first captured clip, wherever "
            "the morph goes.", "/bridge/morph/set keep_key"),
    _whole("morph_seed", "Morph Seed", "Seed", "Another seed makes other choices, the same ones each time.", 0, 999_999,
           0, "/bridge/morph/set seed"),
)  # fmt: skip

STAGE = (
    _toggle("play", "Play", "Play", "Plays the morph in loop, in time with Live, through the instrument after this "
            "device."),
    _button("preview", "Preview", "Hold to hear", "Hold it to hear the morph at once, whether Live plays or not; let "
            "go and all is as before.", is_held=True),
    _choice("quantize", "Quantize", "live.menu", "Where a change may land.", GRIDS, 5),
    _writer("keep", "Keep", "Writes what the morph plays into the next free slot."),
    _toggle("store", "Store Snapshot", "Store", "While on, a snapshot button stores where you are instead of going "
            "there."),
    *(
        _button(f"snapshot_{number}", f"Snapshot {number}", str(number), "Goes back to this snapshot; stores it where "
                "Store is on.")
        for number in range(1, SNAPSHOTS + 1)
    ),
    *(
        _toggle(f"lock_{number}", f"Lock {voice.title()}", letter, f"Holds the {voice} as it is while the morph moves "
                "(drums).")
        for number, (voice, letter) in enumerate(zip(VOICES, "KSHOLMTCR", strict=True))
    ),
    _toggle(f"lock_{len(VOICES)}", "Lock Onsets", "Rhythm", "Holds every onset of a drum part, while loudness and "
            "timing go on."),
    _button("panic", "Panic", "Panic", "All notes off, now."),
    _button("self_test", "Self-Test", "Test", "Looks whether everything is in its place, and plays a bar.", HIDDEN),
    _whole("channel", "Channel", "Channel", "MIDI channel of the notes that are played.", 1, 16, 1,
           "/bridge/morph/set channel"),
    _whole("engine_port", "Engine Port", "Port", "The port that the engine was started with.", 1024, 65_535,
           ENGINE_PORT, visibility=STORED_ONLY),
)  # fmt: skip

PARAMETERS = CLIP + MAKE + MORPH + STAGE
BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}
BANKS = (
    ("Directions", tuple(f"Knob {number}" for number in range(1, KNOBS + 1))),
    (
        "Morph",
        (
            "Morph X", "Morph Y", "Morph Temperature", "Morph Density", "Morph Timing", "Morph Velocity", "Quantize",
            "Play",
        ),
    ),
    ("Snapshots", tuple(f"Snapshot {number}" for number in range(1, SNAPSHOTS + 1))),
    ("Make", ("Clip Place", "With", "Count", "Amount", "Temperature", "Timing", "Velocity", "Bars")),
)  # fmt: skip
"""Push shows eight parameters at a time: a name, and the long names of the eight."""

KEPT = (*(f"clip_{number}" for number in range(1, len(SLOTS) + 1)), "stage")
"""What the Live Set keeps for the script, beside the parameters: the captured clips, and snapshots and locks."""
