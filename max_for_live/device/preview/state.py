"""What the picture shows on the controls: as the Live Set opens, or in the midst of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import mido

Atom = float | int | str
Messages = tuple[tuple[Atom, ...], ...]

EXAMPLES = Path(__file__).parents[3] / "examples"
NOTES_A_MESSAGE = 40
PLAIN, GOOD, BAD = "plain", "good", "bad"
"""The tones in which the script writes, as in its screen.js; their colours are the theme's."""

# What the shipped models call their directions, their own ones after the named.
DRUM_DIRECTIONS = ("Density", "Syncopation", "Kick", "Snare", "Cymbals", "Toms", "Velocity", "Feel")
MELODY_DIRECTIONS = ("Density", "Syncopation", "Register", "Length", "Range", "Contour", "Velocity", "Feel")
# No model goes on or fills in yet, and two snapshots were stored.
NOT_YET = frozenset({"continue", "infill", *(f"snapshot_{number}" for number in range(3, 9))})
PLACES: Messages = tuple(
    ("anchor", slot, 0, x, y)
    for slot, (x, y) in enumerate(((0, 1), (1, 1), (0, 0), (1, 0), (0.5, 1), (1, 0.5), (0.5, 0), (0, 0.5)), start=1)
)


@dataclass(frozen=True)
class State:
    """What was done to the device before the picture was taken, all by the boxes' names.

    Attributes:
        values: of controls; those not named stand at their initial value.
        texts: of comments and buttons; those not named say what the patch says.
        messages: to the pictures' scripts, in their order.
        inactive: controls that are greyed out.
        tones: of texts, `PLAIN`, `GOOD` or `BAD`.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    messages: Mapping[str, Messages] = field(default_factory=dict)
    inactive: frozenset[str] = frozenset()
    tones: Mapping[str, str] = field(default_factory=dict)


def roll_of(path: Path, bar_quarters: float = 4.0, kind: str = "") -> Messages:
    """The messages that show a MIDI file's notes in the piano roll, its length rounded up to whole bars."""
    midi = mido.MidiFile(path)
    held: dict[int, tuple[float, int]] = {}
    notes: list[tuple[int, float, float, int]] = []
    ticks = 0
    for message in mido.merge_tracks(midi.tracks):
        ticks += message.time
        quarters = ticks / midi.ticks_per_beat
        if message.type in ("note_on", "note_off") and message.note in held:
            start, velocity = held.pop(message.note)
            notes.append((message.note, start, quarters - start, velocity))
        if message.type == "note_on" and message.velocity:
            held[message.note] = (quarters, message.velocity)
    length = max(1, round(max((start for _, start, _, _ in notes), default=0.0) // bar_quarters) + 1) * bar_quarters
    begin = ("begin", length, bar_quarters, kind) if kind else ("begin", length, bar_quarters)
    told = [
        ("notes", *(number for note in notes[at : at + NOTES_A_MESSAGE] for number in note))
        for at in range(0, len(notes), NOTES_A_MESSAGE)
    ]
    return (begin, *told, ("end",))


def _dropped() -> State:
    """Just dropped on a track, with no engine running."""
    return State(
        texts={
            "status": "No engine answers: start it with  bridge serve --port 9000",
            "engine": "Engine not found · port 9000",
            "clip_name": "A is empty",
            "clip_info": "select a clip, Capture",
        },
        tones={"status": BAD, "engine": BAD},
    )


def _demo() -> State:
    """Three drum clips captured, variations made, the morph on its way between them and playing."""
    return State(
        values={
            "second": 1, "amount": 0.4, "temperature": 0.6, "timing": 0.85, "play": 1, "lock_0": 1,
            "x": 0.36, "y": 0.66, "morph_temperature": 0.4, "morph_density": 0.15,
            "knob_1": 0.55, "knob_2": -0.3, "knob_5": 0.25, "knob_7": -0.65, "knob_8": 0.8,
        },
        texts={
            "status": "Vary of A: 4 clips written · seed 4711 · 3 ms",
            "engine": "Engine 0.1.0 · p95 8 ms",
            "clip_name": "funk drummer",
            "clip_info": "drums · 2 bars · known",
            **_names(DRUM_DIRECTIONS),
        },
        messages={
            "pad": (
                *PLACES,
                ("anchor", 1, 1, 0, 1),
                ("anchor", 2, 1, 1, 1),
                ("anchor", 3, 1, 0.55, 0.06),
                ("selected", 1),
                ("cursor", 0.36, 0.66),
                ("awake", 1),
            ),
            "roll": (*roll_of(EXAMPLES / "funk_drummer.mid", kind="drums"), ("head", 2.6)),
        },
        inactive=NOT_YET,
        tones={"status": PLAIN, "engine": GOOD},
    )  # fmt: skip


def _melody() -> State:
    """Two melodies, while a controller moves the engine's cursor away from the pad's."""
    demo = _demo()
    pad = (
        *PLACES, ("anchor", 1, 1, 0, 1), ("anchor", 2, 1, 1, 1), ("selected", 2), ("cursor", 0.62, 0.35),
        ("heard", 0.4, 0.6), ("awake", 1),
    )  # fmt: skip
    return State(
        values={**demo.values, "slot": 1, "second": 0, "x": 0.62, "y": 0.35, "play": 0, "lock_0": 0},
        texts={
            **demo.texts,
            "status": "Captured ode to joy into B · 8 notes",
            "clip_name": "ode to joy",
            "clip_info": "melody · 2 bars · new",
            **_names(MELODY_DIRECTIONS),
        },
        messages={"pad": pad, "roll": roll_of(EXAMPLES / "ode_to_joy.mid", kind="melody")},
        inactive=NOT_YET,
        tones=demo.tones,
    )


def _names(directions: Sequence[str]) -> dict[str, str]:
    return {f"knob_{number}_name": name for number, name in enumerate(directions, start=1)}


STATES = {"initial": State, "dropped": _dropped, "demo": _demo, "melody": _melody}
"""The states that the command knows, each made when it is asked for."""
