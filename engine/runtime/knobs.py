"""The eight knobs of a morph: what each does to each kind of music, by a musician's name; one line a knob."""

from __future__ import annotations

from typing import NamedTuple

from engine.representations.kind import DRUMS, MELODY


class Knob(NamedTuple):
    """One knob.

    Attributes:
        name: what it changes.
        low: what -1 is.
        high: what 1 is.
        in_latent: True where it is a direction of the model's latent space, False where it works on what the model
            says: so do all of a melody (`tilts.py` says why).
    """

    name: str
    low: str
    high: str
    in_latent: bool


KNOBS: dict[str, tuple[Knob, ...]] = {
    MELODY: (
        Knob("density", "sparser", "denser", False),
        Knob("syncopation", "on the beat", "off the beat", False),
        Knob("register", "lower", "higher", False),
        Knob("length", "shorter notes", "longer notes", False),
        Knob("range", "narrower", "wider", False),
        Knob("contour", "falling", "rising", False),
        Knob("velocity", "softer", "louder", False),
        Knob("feel", "ahead of the beat", "behind the beat", False),
    ),
    DRUMS: (
        Knob("density", "sparser", "denser", True),
        Knob("syncopation", "on the beat", "off the beat", True),
        Knob("kick", "fewer kicks", "more kicks", True),
        Knob("snare", "fewer snares", "more snares", True),
        Knob("cymbals", "fewer hats and cymbals", "more hats and cymbals", True),
        Knob("toms", "fewer toms", "more toms", True),
        Knob("velocity", "softer", "louder", True),
        Knob("feel", "ahead of the beat", "behind the beat", True),
    ),
}
"""In the order in which they are numbered, from 1."""
