"""The key of a melody as a thing apart: a model hears letters, and two dimensions of its latent say the accidentals.

As on paper: a key signature says which of the seven letters are raised or lowered, and the notes stand on the letters.
Each melody is respelt for the model as if it had no signature: with three sharps F sharp, C sharp and G sharp become F,
C and G, and what was F, C or G becomes the note between. So what lies between two melodies is between two melodies of
white keys, and in one key again when it is spelt back; and on the way from one signature to another the letters change
one by one, by a semitone each, as on the circle of fifths.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.models.folding import Linear, Product, product
from engine.representations.key import key_weights, signature_of
from engine.representations.melody import FIRST_PITCH_CLASS, MIN_PITCH, NUM_CLASSES

DIMENSIONS = 2
FEWEST, MOST = -5, 6
"""Signatures: flats count below 0, sharps above."""
RADIUS = 1.25
"""About the mean length of two numbers of N(0, 1)."""
LOG_VAR = -6.0
"""The signature is known; what is drawn from the posterior stays within it."""

_BLACK = (1, 3, 6, 8, 10)
_STEP = math.pi / (MOST - FEWEST + 1)
_SHARPS = (5, 0, 7, 2, 9, 4, 11)  # F C G D A E B


def _spellings() -> Tensor:
    """The class that each class is at home, `signatures, 90`; each row is its own permutation."""
    tables = {0: torch.arange(NUM_CLASSES)}
    for sharps in range(1, MOST + 1):
        tables[sharps] = _swapped(tables[sharps - 1], _SHARPS[sharps - 1])
    for flats in range(1, -FEWEST + 1):
        tables[-flats] = _swapped(tables[1 - flats], _SHARPS[-flats] - 1)
    return torch.stack([tables[signature] for signature in range(FEWEST, MOST + 1)])


def _swapped(table: Tensor, pitch_class: int) -> Tensor:
    """A table in which each pitch of this class and the one above it have changed places."""
    table = table.clone()
    for lower in range(FIRST_PITCH_CLASS, NUM_CLASSES - 1):
        if (lower - FIRST_PITCH_CLASS + MIN_PITCH) % 12 == pitch_class:
            table[[lower, lower + 1]] = table[[lower + 1, lower]]
    return table


_PITCH_CLASSES = [(token - FIRST_PITCH_CLASS + MIN_PITCH) % 12 for token in range(NUM_CLASSES)]
IS_RAISED = torch.tensor([t >= FIRST_PITCH_CLASS and p in _BLACK for t, p in enumerate(_PITCH_CLASSES)])
_LETTERS = torch.arange(NUM_CLASSES) - IS_RAISED.long()
_SPELLINGS = _spellings()
_BACK = _SPELLINGS.argsort(1)
_WEIGHTS = torch.from_numpy(key_weights().T.copy()).float()
_SIGNATURES = torch.tensor([signature_of(key) for key in range(24)])


class LetterLinear(Linear):
    """A linear layer whose outputs are classes of letters: a raised letter is that letter, and something more.

    Notes outside the scale are few. As classes of their own they are found long after all others; as letters that are
    raised they have from the start what is known of the letter.
    """

    def forward(self, x: Tensor) -> Tensor:
        """`…, in` to logits `…, 90`."""
        folded = self.folded
        return F.linear(x, *self._whole()) if folded is None else folded(x)

    def _make_folded(self) -> Product:
        weight, bias = self._whole()
        return product(weight.detach(), bias.detach())

    def _whole(self) -> tuple[Tensor, Tensor]:
        of_letters = self.weight[_LETTERS] * IS_RAISED[:, None].to(self.weight)
        return self.weight + of_letters, self.bias + self.bias[_LETTERS] * IS_RAISED.to(self.bias)


def signatures(tokens: Tensor) -> Tensor:
    """Flats or sharps, -5..6, of melodies `batch, steps`; shape `batch`."""
    is_onset = tokens >= FIRST_PITCH_CLASS
    classes = ((tokens - FIRST_PITCH_CLASS + MIN_PITCH) % 12).where(is_onset, 0)
    counts = torch.zeros(len(tokens), 12, device=tokens.device).scatter_add(1, classes, is_onset.float())
    return _SIGNATURES.to(tokens.device)[(counts @ _WEIGHTS.to(tokens.device)).argmax(1)]


def respelt(tokens: Tensor, signature: Tensor) -> Tensor:
    """Melodies `batch, steps` as the model hears them."""
    return _SPELLINGS.to(tokens.device)[signature - FEWEST].gather(1, tokens)


def spelt_back(outputs: Tensor, signature: Tensor) -> Tensor:
    """Logits `batch, steps, 90` of what the model hears, as those of the melodies themselves."""
    table = _SPELLINGS.to(outputs.device)[signature - FEWEST]
    return outputs.gather(-1, table[:, None].expand_as(outputs))


def as_heard(outputs: Tensor, signature: Tensor) -> Tensor:
    """What is said of melodies, `batch, steps, 90`, as it is said of what the model hears: `spelt_back`, undone."""
    table = _BACK.to(outputs.device)[signature - FEWEST]
    return outputs.gather(-1, table[:, None].expand_as(outputs))


def place_of(signature: Tensor) -> Tensor:
    """Where a signature lies, `batch, 2`: on a half circle, so that the way between two passes those between them."""
    angle = (signature.float() - (FEWEST + MOST) / 2) * _STEP
    return RADIUS * torch.stack([angle.cos(), angle.sin()], -1)


def at_place(place: Tensor) -> Tensor:
    """The signature that lies nearest, `batch`; the other half of the plane counts as this one's mirror."""
    angle = torch.atan2(place[:, 1], place[:, 0].abs())
    return (angle / _STEP + (FEWEST + MOST) / 2).round().long().clamp(FEWEST, MOST)
