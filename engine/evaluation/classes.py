"""All figures of autoencoders whose music is classes a step: melodies, drums as one of 512, and trios."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.data.dataset import MusicSet
from engine.evaluation.class_paths import class_paths
from engine.evaluation.collapse import collapse
from engine.evaluation.hits import hits_rebuilt
from engine.evaluation.judge import Judge
from engine.evaluation.judging import judge_figures
from engine.evaluation.ngram import NGram, fit
from engine.evaluation.parts import PARTS, Figures, of_each_part
from engine.evaluation.reconstruction import encode, reconstruction
from engine.evaluation.samples import samples
from engine.models.vae import Vae
from engine.representations.melody import FIRST_PITCH_CLASS, NUM_CLASSES
from engine.runtime.prior import LearntPrior

NGRAM_STEPS = 1_000_000
_LOWEST, _HIGHEST = -5, 6  # semitones: every key once


@torch.inference_mode()
def evaluate_classes(
    model: Vae,
    train: MusicSet,
    valid: MusicSet,
    seed: int = 0,
    grooves: MusicSet | None = None,
    prior: LearntPrior | None = None,
    judge: Judge | None = None,
) -> Figures:
    """What a model rebuilds of the validation windows, what it invents, and what lies between two of them.

    Args:
        model: of melodies, drum classes or trios.
        train: the windows that it learnt from; the n-gram is fitted to them.
        valid: the windows that it is measured on.
        seed: of all that is drawn.
        grooves: windows that groove models are measured on, for the parity of hits; None leaves that out.
        prior: learnt for the model; None: it has N(0, 1) alone.
        judge: of music of one part, for what is invented and what lies between; None leaves its figures out.
    """
    music = model.config.music
    generator = torch.Generator().manual_seed(seed)
    given = encode(model, valid.music, generator)
    rebuilt = reconstruction(model, given, seed)
    language = language_of(music, train, seed)
    invented = samples(model, given.music.numpy(), language, generator, prior, judge)
    figures = {
        **rebuilt,
        "collapse": collapse(music, given, rebuilt),
        **({"hits": hits_rebuilt(model, valid, grooves)} if music == "drums" else {}),
        **invented,
        **class_paths(model, given.mu, given.music, language, generator, judge),
    }
    return figures if judge is None else {**figures, "judge": judge_figures(judge, figures)}


@torch.inference_mode()
def evaluate_reconstruction(model: Vae, valid: MusicSet, seed: int = 0) -> Figures:
    """The first part of that alone: what is rebuilt, and the verdict on the latent."""
    given = encode(model, valid.music, torch.Generator().manual_seed(seed))
    rebuilt = reconstruction(model, given, seed)
    return {**rebuilt, "collapse": collapse(model.config.music, given, rebuilt)}


def language_of(music: str, train: MusicSet, seed: int = 0) -> Sequence[NGram]:
    """An n-gram of each part, fitted to `NGRAM_STEPS` steps of the windows at most, evenly spread.

    Lines are transposed at random, each window by one interval: no key is to be likelier than another.
    """
    stride = -(-train.music.shape[0] * train.music.shape[1] // NGRAM_STEPS)
    generator = torch.Generator().manual_seed(seed)
    clips = of_each_part(music, train.music[::stride].long())
    return [
        fit((_transposed(part, generator) if one.is_line else part).numpy(), one.classes)
        for part, one in zip(clips, PARTS[music], strict=True)
    ]


def _transposed(lines: Tensor, generator: torch.Generator) -> Tensor:
    """Each line, `lines, steps`, moved by an interval of its own; as it was where a note would leave the keyboard."""
    intervals = torch.randint(_LOWEST, _HIGHEST + 1, (len(lines), 1), generator=generator)
    onsets = lines >= FIRST_PITCH_CLASS
    moved = torch.where(onsets, lines + intervals, lines)
    inside = ((moved >= FIRST_PITCH_CLASS) & (moved < NUM_CLASSES) | ~onsets).all(1, keepdim=True)
    return torch.where(inside, moved, lines)
