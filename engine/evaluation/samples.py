"""What a model of classes invents, drawn from the prior, beside what the validation clips are like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from engine.evaluation.form import repeated_bars
from engine.evaluation.hits import distinct_share, drum_statistics
from engine.evaluation.judge import Judge
from engine.evaluation.judging import judged_cost
from engine.evaluation.melody_statistics import TWO_BARS_STEPS, MelodyStatistics, jensen_shannon, measure
from engine.evaluation.ngram import NGram
from engine.evaluation.parts import PARTS, Figures, Part
from engine.evaluation.reconstruction import decode
from engine.models.vae import Vae
from engine.representations.key import key_masks, pitch_classes
from engine.representations.trio import BASS, MELODY
from engine.runtime.prior import LearntPrior

SAMPLES = 2000
TEMPERATURE = 0.5

Tokens = NDArray[np.int64]


def samples(
    model: Vae,
    music: Tokens,
    language: Sequence[NGram],
    generator: torch.Generator,
    prior: LearntPrior | None = None,
    judge: Judge | None = None,
) -> Figures:
    """Statistics of as many samples as `SAMPLES`, at temperature .5, and of the data.

    Args:
        model: of music of classes.
        music: the validation clips, `clips, steps[, parts]`.
        language: what says how likely each part is.
        generator: of latents and draws.
        prior: learnt for the model; None: it has N(0, 1) alone.
        judge: of music of one part; None leaves its figures out.

    Returns:
        The groups `data` and `samples`, and `samples_of_plain_prior` where there is a learnt one; of trios
        `data_melody`, `samples_melody` and so on, and how the parts agree.
    """
    plain = model.config.prior_spread * torch.randn(SAMPLES, model.config.latent_dim, generator=generator)
    latents = {"samples": plain}
    if prior is not None:
        latents = {"samples": prior.draw(SAMPLES, generator), "samples_of_plain_prior": plain}
    drawn = {name: decode(model, z, TEMPERATURE, generator).numpy() for name, z in latents.items()}
    figures = described(model.config.music, drawn, music, language)
    if judge is not None:
        for name, clips in {"data": music, **drawn}.items():
            figures[name]["judge_nats_a_step"] = judged_cost(judge, torch.from_numpy(clips))
    return figures


def described(kind: str, drawn: Mapping[str, Tokens], music: Tokens, language: Sequence[NGram]) -> Figures:
    """Statistics of clips, each group under its name, and of the data, under `data`.

    Args:
        kind: what a step of them is, as `VaeConfig.music` has it.
        drawn: groups of clips, each `clips, steps[, parts]`.
        music: the data, `clips, steps[, parts]`.
        language: what says how likely each part is.
    """
    parts = PARTS[kind]
    if len(parts) == 1:
        return _of_part(parts[0], drawn, music, language[0])
    figures: Figures = {name: _together(clips) for name, clips in {"data": music, **drawn}.items()}
    for place, (part, model_of_part) in enumerate(zip(parts, language, strict=True)):
        its = {name: clips[..., place] for name, clips in drawn.items()}
        groups = _of_part(part, its, music[..., place], model_of_part)
        figures |= {f"{name}_{part.name}": group for name, group in groups.items()}
    return figures


def bass_in_key(melody: Tokens, bass: Tokens) -> float:
    """Share of all bass notes that lie in the key judged from the melody of the same clip; NaN without bass notes."""
    keys = key_masks()[(pitch_classes(melody) @ key_masks().T).argmax(1)]
    notes = pitch_classes(bass)
    return float((notes * keys).sum() / notes.sum()) if notes.any() else float("nan")


def _of_part(part: Part, drawn: Mapping[str, Tokens], music: Tokens, language: NGram) -> Figures:
    clips = {"data": music, **drawn}
    if not part.is_line:
        return {name: {**drum_statistics(each), **_cost(language, each)} for name, each in clips.items()}
    found = {name: measure(each) for name, each in clips.items()}
    figures = {name: {**_plain(found[name]), **_more_of_line(language, each)} for name, each in clips.items()}
    for name in drawn:
        figures[name] |= _distances(found[name], found["data"])
    return figures


def _distances(found: MelodyStatistics, data: MelodyStatistics) -> Figures:
    return {f"jsd_{name}": jensen_shannon(found.histograms[name], data.histograms[name]) for name in data.histograms}


def _plain(statistics: MelodyStatistics) -> Figures:
    return {
        "in_key": statistics.in_key,
        "onsets": statistics.onsets,
        "pitches": statistics.pitches,
        "on_beat": statistics.on_beat,
        "degenerate": statistics.degenerate,
    }


def _more_of_line(language: NGram, tokens: Tokens) -> Figures:
    form = repeated_bars(tokens) if tokens.shape[1] > TWO_BARS_STEPS else {}
    return {**form, "distinct": distinct_share(tokens), **_cost(language, tokens)}


def _cost(language: NGram, tokens: Tokens) -> Figures:
    """Of so many clips as there are samples, evenly spread."""
    picked = tokens[:: -(-len(tokens) // SAMPLES)]
    return {"ngram_nats_a_step": float(language.nats(picked).mean())}


def _together(music: Tokens) -> Figures:
    """How melody and bass agree; beside it the same with the bass of another clip, which agrees by chance."""
    melody, bass = music[..., MELODY], music[..., BASS]
    return {
        "bass_in_melodys_key": bass_in_key(melody, bass),
        "bass_of_another_in_melodys_key": bass_in_key(melody, np.roll(bass, len(bass) // 2, 0)),
        "distinct": distinct_share(music),
    }
