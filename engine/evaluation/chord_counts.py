"""How rich the chords of some music are: the commonest, how many there are, and how much of other music they cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.data.chord_songs import ChordSong, read_songs
from engine.data.sources import TRAIN, VALID
from engine.representations.chord_names import NOTE_NAMES, name_of, root_of
from engine.representations.chord_vocabulary import Chord, counted
from engine.representations.chords import fold


@dataclass(frozen=True)
class ChordCounts:
    """What was counted.

    Attributes:
        folded: whether their octaves are folded.
        counts: of each chord of the training split.
        events: how many events that split has.
        once: chords that come once.
        words: chords that come often enough.
        covered: share of the validation split's events whose chord is such a word, 0..1.
        keys_found: files with a key signature whose key was found so, and how many have one.
    """

    folded: bool
    counts: Counter[Chord]
    events: int
    once: int
    words: int
    covered: float
    keys_found: tuple[int, int]

    def lines(self, most: int) -> Iterator[str]:
        """For a reader: so many of the commonest, then the sums."""
        for chord, count in self.counts.most_common(most):
            ordered = _on_root(chord) if self.folded else chord
            spelled = " ".join(NOTE_NAMES[pitch % 12] for pitch in ordered)
            yield f"{count / self.events:7.2%}  {name_of(ordered):8} {spelled}".rstrip()
        yield f"{len(self.counts):,} chords in {self.events:,} events; {self.once:,} come once"
        yield f"{self.words:,} words cover {self.covered:.2%} of the validation split"
        found, signed = self.keys_found
        yield f"the key is the signature's in {found} of {signed} files that have one"


def count_chords(folders: Sequence[Path], folded: bool, keys: str, least: int) -> ChordCounts:
    """Count the chords below some folders.

    Args:
        folders: MIDI files lie below.
        folded: whether octaves are folded.
        keys: `home` or `kept`.
        least: what is rarer is no word.

    Raises:
        DataError: there is not enough music.
    """
    songs = read_songs(folders)
    train = [chord for song in songs.of(TRAIN) for chord in _chords(song, folded, keys)]
    valid = [chord for song in songs.of(VALID) for chord in _chords(song, folded, keys)]
    words = set(counted(train, least).chords)
    counts = Counter(train)
    signed = [song for song in songs.songs if song.signature_shift is not None]
    found = sum((song.shift - (song.signature_shift or 0)) % 12 == 0 for song in signed)
    return ChordCounts(
        folded, counts, len(train), sum(count == 1 for count in counts.values()), len(words),
        sum(chord in words for chord in valid) / len(valid), (found, len(signed)),
    )  # fmt: skip


def _on_root(chord: Chord) -> Chord:
    """The same pitch classes, the root first: a folded chord has no other bass."""
    if not chord:
        return chord
    root = root_of(chord)
    return tuple(sorted(chord, key=lambda pitch_class: (pitch_class - root) % 12))


def _chords(song: ChordSong, folded: bool, keys: str) -> Iterator[Chord]:
    shift = song.shift if keys == "home" else 0
    for event in song.events:
        moved = tuple(pitch + shift for pitch in event.pitches)
        yield fold(moved) if folded else moved
