"""Passages as pictures: pairs above each other, ways as one long strip, samples side by side."""

from __future__ import annotations

from collections.abc import Sequence

from engine.report.examples import Examples, Pair
from engine.report.passages import BASS, DRUMS, Passage, bars_of, differing, strung
from engine.representations.clip import make_clip
from engine.representations.piano_roll import Roll, page_bytes

PATH_BARS = 2
"""Of each stop of a way only so many bars are shown and heard."""
_SHORT_BARS = 4
_PAIRS_ABREAST = 2


def pairs_pictures(pairs: Sequence[Pair]) -> tuple[bytes, ...]:
    """SVG: each original over its answer, on one scale; notes that the other has not are marked. Long ones for each."""
    numbered = list(enumerate(pairs, start=1))
    if all(bars_of(pair.original) <= _SHORT_BARS for pair in pairs):
        return (_pairs_picture(numbered, min(_PAIRS_ABREAST, len(pairs))),)
    return tuple(_pairs_picture([one], 1) for one in numbered)


def ways_picture(examples: Examples) -> bytes:
    """SVG: the way between two clips through the latent, and under it the same by mixing steps."""
    ways = (("through the latent", examples.latent), ("by mixing steps", examples.mixed))
    rolls = [roll for name, way in ways for roll in _rolls(strung(way, PATH_BARS), name)]
    return page_bytes(rolls, form="svg", columns=1)


def samples_picture(samples: Sequence[Passage]) -> bytes:
    """SVG: passages side by side, as many as their length lets one read."""
    columns = 1 if any(len(passage) > 1 for passage in samples) else None
    rolls = [roll for number, one in enumerate(samples, start=1) for roll in _rolls(one, str(number))]
    return page_bytes(rolls, form="svg", columns=columns)


def _pairs_picture(numbered: Sequence[tuple[int, Pair]], abreast: int) -> bytes:
    rolls: list[Roll] = []
    for first in range(0, len(numbered), abreast):
        row = numbered[first : first + abreast]
        originals = [_rolls(pair.original, f"{number}: the clip", pair.answer) for number, pair in row]
        answers = [_rolls(pair.answer, f"{number}: the model's answer", pair.original) for number, pair in row]
        rolls += [roll for line in (originals, answers) for of_clip in line for roll in of_clip]
    return page_bytes(rolls, form="svg", columns=abreast)


def _rolls(passage: Passage, title: str, other: Passage | None = None) -> list[Roll]:
    """Lines on one roll, the bass in a colour of its own, and drums on lanes under them."""
    marked = {
        name: differing(clip, other[name], name == DRUMS) if other else frozenset() for name, clip in passage.items()
    }
    rolls = []
    lines = {name: clip for name, clip in passage.items() if name != DRUMS}
    if lines:
        first = next(iter(lines.values()))
        notes = [note for clip in lines.values() for note in clip.notes]
        both = make_clip(notes, first.length_quarters, first.numerator, first.denominator, first.bpm)
        second = frozenset(lines[BASS].notes) if BASS in lines else frozenset()
        standing_out = frozenset(note for name in lines for note in marked[name])
        rolls.append(Roll(both, title, marked=standing_out, second=second))
    if DRUMS in passage:
        name = f"{title}, drums" if lines else title
        rolls.append(Roll(passage[DRUMS], name, is_drums=True, marked=marked[DRUMS]))
    return rolls
