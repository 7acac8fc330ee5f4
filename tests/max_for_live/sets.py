"""Plans of small Live Sets, as `live.js` builds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Note = dict[str, Any]
FIELDS = (
    "pitch", "start_time", "duration", "velocity", "mute", "probability", "velocity_deviation", "release_velocity",
)  # fmt: skip


def note(pitch: int, start: float, duration: float = 0.25, velocity: float = 100.0, **more: float) -> Note:
    """One note, in Live's own names."""
    return {"pitch": pitch, "start_time": start, "duration": duration, "velocity": velocity, **more}


def row(note: Mapping[str, Any]) -> tuple[float, ...]:
    """A note as eight numbers, what is left out as Live has it."""
    whole = {"mute": 0, "probability": 1, "velocity_deviation": 0, "release_velocity": 64, **note}
    return tuple(float(whole[field]) for field in FIELDS)


def rows(notes: Sequence[Mapping[str, Any]]) -> list[tuple[float, ...]]:
    """Notes as rows, by onset, then pitch."""
    return sorted((row(one) for one in notes), key=lambda one: (one[1], one[0]))


def melody(num_notes: int = 8, pitch: int = 60, step: float = 0.5) -> list[Note]:
    """A line of notes whose times are exact in 32 bits."""
    scale = (0, 2, 4, 5, 7, 9, 11, 12)
    return [note(pitch + scale[place % 8], place * step, step, 64 + place % 60) for place in range(num_notes)]


def rich(num_notes: int) -> list[Note]:
    """Notes that differ in all eight fields, and never overlap in pitch."""
    return [
        note(
            36 + place % 48, place * 0.125, 0.125, 1 + place % 127, mute=int(place % 5 == 0),
            probability=0.25 * (place % 5), velocity_deviation=float(place % 60 - 30), release_velocity=place % 128,
        )
        for place in range(num_notes)
    ]  # fmt: skip


def drums(num_bars: int = 2) -> list[Note]:
    """Kick and snare in quarters, hats in eighths."""
    notes = [note(36 if quarter % 2 == 0 else 38, float(quarter)) for quarter in range(4 * num_bars)]
    return notes + [note(42, eighth * 0.5, 0.25, 80) for eighth in range(8 * num_bars)]


def clip(name: str = "Tune", notes: Sequence[Note] | None = None, length: float = 4.0, **more: Any) -> dict[str, Any]:
    """A clip that loops over its length."""
    return {"name": name, "notes": list(melody() if notes is None else notes), "length": length, **more}


def track(clips: Mapping[int, Mapping[str, Any]] | None = None, kind: str = "midi", **more: Any) -> dict[str, Any]:
    """A track, its clips by their row."""
    return {"kind": kind, "clips": {str(at): dict(one) for at, one in (clips or {}).items()}, **more}


def live_set(*tracks: Mapping[str, Any], num_scenes: int = 8, **more: Any) -> dict[str, Any]:
    """A Set; the device is on its first track unless `device_track` says otherwise."""
    return {"num_scenes": num_scenes, "tracks": list(tracks or (track(),)), **more}


def tune_set(**more: Any) -> dict[str, Any]:
    """One MIDI track: a melody on its first row, another on its second, drums on its third."""
    clips = {0: clip("Tune"), 1: clip("Other", melody(8, 67)), 2: clip("Beat", drums(), 8.0)}
    return live_set(track(clips), **more)
