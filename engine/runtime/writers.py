"""From drawn music to clips, with what source clips lend; what is asked of them for each clip is made ready once.

What each writer takes: tokens `count, steps` of melodies; grooves `count, steps, 27` of drums; of a trio its classes
`count, steps, 3`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from engine.representations import drum_classes
from engine.representations import groove as groove_codec
from engine.representations import melody as melody_codec
from engine.representations.clip import IN_ORDER, Clip, Note, make_clip
from engine.representations.drum_classes import HIT_VELOCITY
from engine.representations.drums import NUM_VOICES, DrumMap
from engine.runtime.drum_kit import DrumKit, is_unheard
from engine.runtime.likeness import Source, dress, put_on
from engine.runtime.touch import AS_IT_IS, Touch

Weights = Sequence[float]


class Writer(Protocol):
    """Writes one kind of music as its source clips would; it has no state that a call changes."""

    def write(self, music: Tensor, frame: Clip, weights: Sequence[Weights], touches: Sequence[Touch]) -> list[Clip]:
        """A clip a result.

        Args:
            music: as the kind's translator drew it.
            frame: its length, meter and tempo are the clips'.
            weights: a row a result, a column a source.
            touches: one a result.
        """
        ...


class LineWriter:
    """Melodies; their sources lend what tokens do not say.

    Args:
        sources: may be none.
    """

    def __init__(self, sources: Sequence[Clip]) -> None:
        self._sources = [Source.of(clip) for clip in sources]
        self._unheard = [_unheard(clip, lambda note: note.mute) for clip in sources]

    def write(self, music: Tensor, frame: Clip, weights: Sequence[Weights], touches: Sequence[Touch]) -> list[Clip]:
        """As in `Writer`."""
        lines = [melody_codec.from_tensor(tokens) for tokens in music.numpy()]
        fields = dress(lines, frame, self._sources, weights)
        return [
            _clip(put_on(line, frame, own, touch), frame, _of_weightiest(self._unheard, row))
            for line, own, touch, row in zip(lines, fields, touches, weights, strict=True)
        ]


class KitWriter:
    """Drum parts, each on the kit of its weightiest source, or on a plain one.

    Args:
        sources: may be none.
        drum_map: pitch to voice.
    """

    def __init__(self, sources: Sequence[Clip], drum_map: DrumMap) -> None:
        self._kits = [DrumKit(clip, drum_map) for clip in sources or (None,)]
        self._unheard = [_unheard(clip, lambda note: is_unheard(note, drum_map)) for clip in sources]

    def write(self, music: Tensor, frame: Clip, weights: Sequence[Weights], touches: Sequence[Touch]) -> list[Clip]:
        """As in `Writer`."""
        clips = []
        for array, row, touch in zip(music.numpy(), weights, touches, strict=True):
            kit = self._kits[_weightiest(row)]
            notes = kit.play(_touched(groove_codec.unstack(array), touch), frame)
            clips.append(_clip(notes, frame, _of_weightiest(self._unheard, row)))
        return clips


class HitWriter:
    """Drum parts of which nothing is drawn but hits.

    Where a source hits too, it lends velocity and offset, of several sources their weighted mean. Other hits are on the
    grid, and as loud as `drum_classes` has them.

    Args:
        sources: may be none.
        drum_map: pitch to voice.
    """

    def __init__(self, sources: Sequence[Clip], drum_map: DrumMap) -> None:
        self._kits = KitWriter(sources, drum_map)
        self._grooves = [groove_codec.to_tensor(clip, drum_map) for clip in sources]

    def write(self, music: Tensor, frame: Clip, weights: Sequence[Weights], touches: Sequence[Touch]) -> list[Clip]:
        """As in `Writer`; velocities and offsets of the grooves are not looked at."""
        hits = music[..., :NUM_VOICES].numpy()
        played = [self._as_played(one, row) for one, row in zip(hits, weights, strict=True)]
        return self._kits.write(torch.from_numpy(np.stack(played)), frame, weights, touches)

    def _as_played(self, hits: groove_codec.Floats, weights: Weights) -> groove_codec.Floats:
        """A groove `steps, 27` of these hits `steps, 9`."""
        lent = np.zeros((3, *hits.shape), np.float32)
        for weight, groove in zip(weights, self._grooves, strict=True):
            rows = np.arange(len(hits)) % groove.steps
            lent += weight * np.stack([groove.hits, groove.velocities, groove.offsets])[:, rows]
        heard, velocities, offsets = lent
        anyone = heard > 0
        velocities, offsets = (np.divide(sums, heard, where=anyone, out=np.zeros_like(sums)) for sums in lent[1:])
        velocities = np.where(anyone, velocities, np.float32(HIT_VELOCITY))
        return groove_codec.stack(groove_codec.Groove(hits, velocities * hits, offsets * hits))


class TrioWriter:
    """Trios: of each result three clips, in the order of `trio.PARTS`, each part written for itself.

    Args:
        melodies: of the sources; may be none.
        basses: of the same sources.
        drums: of the same sources.
        drum_map: pitch to voice.
    """

    def __init__(
        self, melodies: Sequence[Clip], basses: Sequence[Clip], drums: Sequence[Clip], drum_map: DrumMap
    ) -> None:
        self._parts: tuple[Writer, ...] = (LineWriter(melodies), LineWriter(basses), HitWriter(drums, drum_map))

    def write(self, music: Tensor, frame: Clip, weights: Sequence[Weights], touches: Sequence[Touch]) -> list[Clip]:
        """As in `Writer`; three times as many clips as results."""
        melody, bass, drums = music.unbind(-1)
        hits = torch.from_numpy(drum_classes.hits_of(drums.numpy()))
        pairs = zip(self._parts, (melody, bass, hits), strict=True)
        parts = [writer.write(part, frame, weights, touches) for writer, part in pairs]
        return [clip for result in zip(*parts, strict=True) for clip in result]


def _touched(groove: groove_codec.Groove, touch: Touch) -> groove_codec.Groove:
    """The groove with its hits played so; the one given is not changed."""
    if touch == AS_IT_IS:
        return groove
    hit = groove.hits > 0
    velocities, offsets = groove.velocities.copy(), groove.offsets.copy()
    velocities[hit] = touch.velocities(velocities[hit].astype(np.float64) * 127) / 127
    offsets[hit] = touch.offsets(offsets[hit].astype(np.float64))
    return groove_codec.Groove(groove.hits, velocities, offsets)


def _clip(notes: list[Note], frame: Clip, unheard: list[Note]) -> Clip:
    """The notes as a clip of the frame, with what its weightiest source has that no model hears."""
    return make_clip(unpiled(notes + unheard), frame.length_quarters, frame.numerator, frame.denominator, frame.bpm)


def _unheard(clip: Clip, is_unheard: Callable[[Note], bool]) -> list[Note]:
    return [note for note in clip.notes if is_unheard(note)]


def _of_weightiest(unheard: Sequence[list[Note]], weights: Weights) -> list[Note]:
    return unheard[_weightiest(weights)] if unheard else []


def _weightiest(weights: Weights) -> int:
    """Which source has the greatest weight, the first of equals; 0 where there is none."""
    return max(range(len(weights)), key=weights.__getitem__, default=0)


def unpiled(notes: list[Note]) -> list[Note]:
    """The same notes, none sounding into the next one of its pitch (Live would cut it all the same)."""
    clear: list[Note] = []
    following: dict[int, float] = {}
    for note in sorted(notes, key=IN_ORDER, reverse=True):
        limit = following.get(note.pitch)
        room = None if limit is None else limit - note.start_quarters
        if room is not None and 0 < room < note.duration_quarters:
            note = replace(note, duration_quarters=room)
        following[note.pitch] = note.start_quarters
        clear.append(note)
    return clear
