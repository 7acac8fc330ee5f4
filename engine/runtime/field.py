"""A field: clips at points of the unit square, with everything that does not depend on where the cursor is."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import OutOfRangeError
from engine.latent.nearness import Floats, measured_out, nearness
from engine.latent.slerp import Mixture
from engine.representations.clip import Clip
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.checks import check_size, one_length
from engine.runtime.encoding import ClipEncoder
from engine.runtime.leaning import Leaning
from engine.runtime.position import Anchor, Position
from engine.runtime.roster import vae_of
from engine.runtime.translators import Translator
from engine.runtime.travel import WAY_STOPS
from engine.runtime.writers import Writer

MAX_ANCHORS = 64
_NEIGHBOURS = 4


@dataclass(frozen=True, eq=False)
class Field:
    """What a morph moves in; nothing changes it.

    Inside, anchors stand in an order of their own, so that the order in which they are given changes no note.

    Attributes:
        loaded: the model that made it and that decodes its patterns, whichever is chosen meanwhile.
        anchors: as they were given.
        frame: its length and meter are those of the patterns.
        left_out: for each anchor, the notes that the model cannot hear.
        key: what decides its patterns besides the position.
        points: of the anchors in their own order, `anchors, 2`.
        ways: between them, `anchors, anchors, stops`, as `nearness.measured_out` needs them.
        mixture: their latents.
        home: latents of the first anchor as given, `windows, latent`: its key can be kept.
        leaning: on their clips; None where the model does not.
        writer: writes patterns as their clips would.
    """

    loaded: Checkpoint
    anchors: tuple[Anchor, ...]
    frame: Clip
    left_out: tuple[int, ...]
    key: Hashable
    points: Floats
    ways: Floats
    mixture: Mixture
    home: Tensor
    leaning: Leaning | None
    writer: Writer

    @property
    def kind(self) -> str:
        """Of all clips, and so of the patterns."""
        return self.loaded.kind

    def shares(self, positions: Sequence[Position]) -> Floats:
        """How much of each anchor is heard at these positions, `positions, anchors`, in the anchors' own order."""
        cursors = np.array([(position.x, position.y) for position in positions])
        return measured_out(nearness(cursors, self.points), self.ways)


def check_anchors(anchors: Sequence[Anchor]) -> None:
    """1..64 anchors."""
    if not 1 <= len(anchors) <= MAX_ANCHORS:
        raise OutOfRangeError(f"{len(anchors)} anchors are given; give 1 to {MAX_ANCHORS}")


def make_field(
    anchors: Sequence[Anchor], translator: Translator[Clip], loaded: Checkpoint, encoder: ClipEncoder
) -> Field:
    """The field of these anchors, whose clips are of one kind; shorter clips are played in loop.

    Raises:
        UnsupportedMeterError: the clips are not in one meter, or not on the models' grid.
        TooLargeError: they are too long, or too different in length.
    """
    looped = one_length([anchor.clip for anchor in anchors])
    check_size(len(anchors), looped[0], vae_of(loaded))
    encoded = encoder.latents(looped, loaded)
    prints = [clip.fingerprint() for clip in looped]
    order = sorted(range(len(anchors)), key=lambda k: (prints[k], anchors[k].x, anchors[k].y))
    points = np.array([(anchors[k].x, anchors[k].y) for k in order])
    clips, latents, windows = (
        [looped[k] for k in order],
        [encoded.latents[k] for k in order],
        [encoded.windows[k] for k in order],
    )
    key = (loaded.hash, tuple((prints[k], anchors[k].x, anchors[k].y) for k in order))
    ways = _ways(points, [prints[k] for k in order], latents, windows, loaded, encoder)
    leaning = Leaning.on(vae_of(loaded), windows)
    return Field(
        loaded, tuple(anchors), clips[0], encoded.left_out, key,
        points, ways, Mixture.of(torch.stack(latents)), encoded.latents[0], leaning, translator.writer(clips),
    )  # fmt: skip


def _ways(
    points: Floats,
    prints: Sequence[str],
    latents: Sequence[Tensor],
    windows: Sequence[Tensor],
    loaded: Checkpoint,
    encoder: ClipEncoder,
) -> Floats:
    """How the ways between anchors are measured out: those between neighbours.

    How soon the music changes on the way out of an anchor is the anchor's own more than the other end's: where no way
    was measured, the mean of the anchor's others serves.
    """
    count = len(points)
    ways = np.broadcast_to(np.linspace(0, 1, WAY_STOPS), (count, count, WAY_STOPS)).copy()
    measured = _neighbours(points)
    for i, j in np.argwhere(np.triu(measured)):
        ends, heard = (latents[i], latents[j]), (windows[i], windows[j])
        way = encoder.way(prints[i], prints[j], loaded, ends, heard).double().numpy()
        way[0], way[-1] = 0, 1
        ways[i, j], ways[j, i] = way, 1 - way[::-1]
    for own, known in zip(ways, measured, strict=True):
        if known.any():
            own[~known] = own[known].mean(0)
    return ways


def _neighbours(points: Floats) -> NDArray[np.bool_]:
    """Which anchors are among the nearest few of each other, either way, `anchors, anchors`."""
    squared = np.square(points[:, None] - points).sum(-1)
    np.fill_diagonal(squared, -1)
    nearest = squared.argsort(1, kind="stable")[:, 1 : 1 + _NEIGHBOURS]
    found = np.zeros(squared.shape, np.bool_)
    np.put_along_axis(found, nearest, True, 1)
    either: NDArray[np.bool_] = found | found.T
    return either
