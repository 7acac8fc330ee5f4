"""Requests about MIDI files: what is asked of which files, and how the answers are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bridge.protocol.request_messages import Request

CHORDS, DRUMS, MELODY, TRIO = "chords", "drums", "melody", "trio"


@dataclass(frozen=True)
class Ask:
    """One request about some files.

    Attributes:
        files: read as clips 1, 2, …
        request: makes the message from the request's id.
        name: begins the name of each file written.
        track: which track of the files, counted from 1; None where each has one.
        hears: the kind of clip that it works on, `melody`, `drums` or `chords`; None for whatever the clip is.
        makes: the kind of what comes back; None for the kind of the last file.
        model: name of the model where there are no files, to know what it makes.
        models: names of models chosen, by the part that they play; others play by default.
    """

    files: Sequence[Path]
    request: Callable[[int], Request]
    name: str
    track: int | None = None
    hears: str | None = None
    makes: str | None = None
    model: str | None = None
    models: Mapping[str, str] = field(default_factory=dict)
