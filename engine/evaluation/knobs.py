"""What the knobs of a morph do: each is turned from end to end on clips the model has not seen."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.evaluation.attributes import ATTRIBUTES, Attributes
from engine.models.vae import Vae
from engine.representations.drums import NUM_VOICES
from engine.representations.grid import WINDOW_STEPS
from engine.representations.melody import FIRST_PITCH_CLASS
from engine.runtime.directions import Directions
from engine.runtime.tilts import TURNED, tilted_odds

CLIPS = 500
VALUES = tuple(float(value) for value in np.linspace(-1, 1, 9))
TOLD = (-1.0, -0.5, 0.0, 0.5, 1.0)
TOLERANCE_SD = 0.05
_BATCH = 500

Figures = dict[str, Any]


def measure_knobs(model: Vae, directions: Directions | None, music: Tensor, seed: int = 0) -> dict[str, Figures]:
    """Figures of each knob, by its name, turned as a morph turns it.

    Args:
        model: whose latent it is.
        directions: of that latent; melodies need none.
        music: windows that the model was not trained on; all of them say how widely an attribute is spread.
        seed: of which of them are moved.

    Returns:
        Of each knob:
        `at`: mean of its attribute at -1, -.5, 0, .5 and 1;
        `change_sd`: how far that mean goes down and up from 0, in standard deviations over all the music;
        `monotone`: share of clips that at no step of nine go against the knob by more than `TOLERANCE_SD` deviations;
        `middle_third`: share of the whole change that the knob's middle third makes;
        `kept`: share of the notes that are still there at -1, -.5, .5 and 1;
        `others`: by attribute, the most that its mean goes away from where it was, in its own deviations, as a share
        of what the knob's own goes; none where one is a part of the other;
        and a list for each attribute that no knob moves, at -1, 0 and 1.
    """
    attributes = ATTRIBUTES[model.config.music]
    spread = deviations(attributes.measure(music))
    chosen = torch.randperm(len(music), generator=torch.Generator().manual_seed(seed))[:CLIPS]
    with torch.no_grad():
        z = torch.cat([model.encode(_entering(part))[0] for part in music[chosen].split(_BATCH)])
    turn = _turn(model, directions, z)
    figures = {}
    for name in knobs_of(model, directions):
        turned = [turn({name: value}) for value in VALUES]
        still = turned[VALUES.index(0.0)]
        measured = torch.stack([attributes.measure(clips) for clips in turned])
        kept = [_kept(still, clips) for clips in turned]
        figures[name] = _figures(name, attributes, measured, kept, spread)
    return figures


def knobs_of(model: Vae, directions: Directions | None) -> tuple[str, ...]:
    """Names of the knobs that can be measured on a model's windows; those of long melodies turn each two bars alone."""
    if model.config.music == "melody":
        return TURNED if model.config.steps == WINDOW_STEPS else ()
    return () if directions is None else directions.names


@torch.no_grad()
def decoded(model: Vae, z: Tensor) -> Tensor:
    """The likeliest music of latents `clips, latent`: tokens or grooves."""
    return model.head.draw(_said(model, z), 0.0, None)


def _turn(model: Vae, directions: Directions | None, z: Tensor) -> Callable[[dict[str, float]], Tensor]:
    """What gives the likeliest music of latents with knobs turned."""
    if model.config.music != "melody":
        return lambda knobs: decoded(model, z if directions is None else directions.moved(z, knobs))
    said = _said(model, z)
    rest = said.argmax(-1)

    def turned(knobs: dict[str, float]) -> Tensor:
        return _said(model, z, tilted_odds(said[:, None], rest, [knobs] * len(z))[:, 0]).argmax(-1)

    return turned


@torch.no_grad()
def _said(model: Vae, z: Tensor, tilt: Tensor | None = None) -> Tensor:
    """Outputs of latents `clips, latent`, free of any clip; `tilt` is added to their odds."""
    zs = z.split(_BATCH)
    tilts = [None] * len(zs) if tilt is None else tilt.split(_BATCH)
    return torch.cat([model.decode(part, lean=0.0, tilt=own) for part, own in zip(zs, tilts, strict=True)])


def deviations(attributes: Tensor) -> Tensor:
    """Standard deviation of each attribute of `clips, names` over the clips that have it; NaN instead of 0."""
    spread = (attributes - attributes.nanmean(0)).square().nanmean(0).sqrt()
    return torch.where(spread > 0, spread, torch.nan)


def _entering(music: Tensor) -> Tensor:
    return music.long() if music.dtype == torch.uint8 else music


def _figures(name: str, attributes: Attributes, measured: Tensor, kept: list[float], spread: Tensor) -> Figures:
    """The figures of one knob; `measured` is `values, clips, attributes`."""
    index = {attribute: place for place, attribute in enumerate(attributes.names)}
    own = index[name]
    means = measured.nanmean(1)
    change = (means - means[VALUES.index(0.0)]) / spread
    down, up = float(-change[0, own]), float(change[-1, own])
    swing = (down + up) / 2 or math.nan
    against = measured[..., own].diff(dim=0) < -TOLERANCE_SD * spread[own]
    others = [other for other in attributes.turned if other != name and not attributes.follows(name, other)]
    inner = np.interp([-1 / 3, 1 / 3], VALUES, change[:, own].numpy())
    return {
        "at": [float(means[VALUES.index(value), own]) for value in TOLD],
        "change_sd": [-down, up],
        "monotone": float((~against & measured[..., own].diff(dim=0).isfinite()).all(0).float().mean()),
        "middle_third": float(inner[1] - inner[0]) / (2 * swing),
        "kept": [kept[VALUES.index(value)] for value in TOLD if value],
        "others": {other: float(change[:, index[other]].abs().max()) / swing for other in others},
        **{held: [float(means[VALUES.index(value), index[held]]) for value in (-1, 0, 1)] for held in attributes.held},
    }


def _kept(before: Tensor, after: Tensor) -> float:
    """Share of each clip's notes that are still at their place, averaged over the clips that have any."""
    if before.dtype == torch.long:
        there, same = before >= FIRST_PITCH_CLASS, before == after
    else:
        there, same = before[..., :NUM_VOICES] > 0, after[..., :NUM_VOICES] > 0
    count = there.flatten(1).sum(1)
    shares = (there & same).flatten(1).sum(1)[count > 0] / count[count > 0]
    return float(shares.mean())
