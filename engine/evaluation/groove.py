"""Figures of the drum models: rebuilding grooves, humanizing quantised hits, drums on a tapped rhythm."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine.data.dataset import MusicSet
from engine.evaluation.collapse import use_of_latent
from engine.evaluation.groove_paths import groove_paths
from engine.evaluation.hits import f1
from engine.evaluation.judge import Judge
from engine.evaluation.judging import judge_figures, judged_cost
from engine.evaluation.players import decode_grooves, deviations, players
from engine.evaluation.reconstruction import Encoded
from engine.models.draw import draw_offsets, draw_tapped_hits, draw_velocities
from engine.models.feel import Feel, FeelModel, draw_feel
from engine.models.tasks import tap_of
from engine.models.vae import Vae, kl_divergence
from engine.representations.drums import KICK, NUM_VOICES, SNARE
from engine.representations.grid import STEPS_PER_QUARTER

SAMPLES = 2000
TEMPERATURE = 0.5
_BATCH = 500

Figures = dict[str, Any]


@torch.inference_mode()
def evaluate_groove(model: Vae, valid: MusicSet, seed: int = 0, judge: Judge | None = None) -> Figures:
    """A plain groove autoencoder on validation windows: what it rebuilds, what it invents, and what lies between two.

    Args:
        model: of grooves.
        valid: the windows that it is measured on.
        seed: of all that is drawn.
        judge: of the hits, for what is invented and what lies between; None leaves its figures out.
    """
    generator = torch.Generator().manual_seed(seed)
    parts = [model.encode(chunk) for chunk in valid.music.split(_BATCH)]
    mu, log_var = (torch.cat(column) for column in zip(*parts, strict=True))
    drawn = mu + (0.5 * log_var).exp() * torch.randn(mu.shape, generator=generator)
    prior = model.config.prior_spread * torch.randn(SAMPLES, mu.shape[1], generator=generator)
    given = Encoded(valid.music, mu, log_var, drawn)
    latents = {"posterior_mean": mu, "sampled_latent": drawn, "shuffled_latent": given.of_another}
    rebuilt = {name: _rebuilt(decode_grooves(model, z, 0.0, generator), valid) for name, z in latents.items()}
    own, other = (rebuilt[name]["hit_f1"] for name in ("posterior_mean", "shuffled_latent"))
    kl_nats = float(kl_divergence(mu, log_var).mean())
    invented = decode_grooves(model, prior, TEMPERATURE, generator)
    described = {"data": players(valid.music), "samples": players(invented)}
    figures: Figures = {
        "windows": len(valid),
        "kl_nats": kl_nats,
        **rebuilt,
        "collapse": use_of_latent(given, kl_nats, {"drums": (own - other) / (1 - other) if other < 1 else 0.0}, {}),
        **described,
        "samples_from_data": deviations(described["samples"], described["data"]),
        **groove_paths(model, mu, valid.music, generator, judge),
    }
    if judge is not None:
        figures["data"]["judge_nats_a_step"] = judged_cost(judge, valid.music)
        figures["samples"]["judge_nats_a_step"] = judged_cost(judge, invented)
        figures["judge"] = judge_figures(judge, figures)
    return figures


@torch.inference_mode()
def evaluate_task(model: Vae, shown: Tensor, valid: MusicSet) -> Figures:
    """A groove autoencoder that is shown a part (hits alone, or a tapped rhythm) and plays the whole."""
    mu = torch.cat([model.encode(chunk)[0] for chunk in shown.split(_BATCH)])
    guess = decode_grooves(model, mu, 0.0, torch.Generator())
    hits, velocities, offsets = guess.split(NUM_VOICES, -1)
    return {
        "windows": len(valid),
        "most_likely": {
            **_feel_errors(velocities, offsets, valid),
            **_parts(hits, valid.music[..., :NUM_VOICES]),
        },
    }


@torch.inference_mode()
def evaluate_humanize(model: FeelModel, valid: MusicSet, seed: int = 0) -> Figures:
    """Velocity and timing for quantised hits: the most likely answer, drawn answers, and the feel of another bar."""
    generator = torch.Generator().manual_seed(seed)
    hits = valid.music[..., :NUM_VOICES]
    grid = torch.full_like(valid.music[..., NUM_VOICES : 2 * NUM_VOICES], _mean_velocity(valid.music))
    likely = _feel(model, hits, None)
    drawn = _drawn(_feel(model, hits, _expected(model, hits, generator)), generator)
    own = _feel(model, hits, torch.cat([model.encode(chunk)[0] for chunk in valid.music.split(_BATCH)]))
    return {
        "windows": len(valid),
        "grid": _feel_errors(grid, torch.zeros_like(grid), valid),
        "most_likely": _feel_errors(likely.velocity, likely.offset, valid),
        "own_feel": _feel_errors(own.velocity, own.offset, valid),
        "drawn": {**_feel_errors(*drawn, valid), **_spread(*drawn, valid)},
        "feel_of_the_bar_before": _transferred(model, valid),
    }


@torch.inference_mode()
def evaluate_drumify(model: FeelModel, train: MusicSet, valid: MusicSet, seed: int = 0) -> Figures:
    """Drums for a tapped rhythm, beside the most frequent pattern of the training set."""
    generator = torch.Generator().manual_seed(seed)
    taps = tap_of(valid.music)
    truth = valid.music[..., :NUM_VOICES]
    likely = draw_tapped_hits(_feel(model, taps, None).hit_logits, taps[..., 0], 0.0, None)
    drawn = draw_tapped_hits(
        _feel(model, taps, _expected(model, taps, generator)).hit_logits, taps[..., 0], 1.0, generator
    )
    frequent = _most_frequent(train.music[..., :NUM_VOICES]) * taps[..., :1]
    return {
        "windows": len(valid),
        "most_likely": _parts(likely, truth),
        "drawn": {**_parts(drawn, truth), "hits_a_bar": float(drawn.sum() / len(drawn) / 2)},
        "most_frequent_pattern": _parts(frequent, truth),
        "data": {"hits_a_bar": float(truth.sum() / len(truth) / 2)},
    }


def _feel(model: FeelModel, condition: Tensor, z: Tensor | None) -> Feel:
    latents = [None] * max(1, -(-len(condition) // _BATCH)) if z is None else z.split(_BATCH)
    parts = [model.decode(chunk, latent) for chunk, latent in zip(condition.split(_BATCH), latents, strict=True)]
    return Feel(*(torch.cat([getattr(part, name) for part in parts]) for name in Feel.__dataclass_fields__))


def _expected(model: FeelModel, condition: Tensor, generator: torch.Generator) -> Tensor:
    return torch.cat([draw_feel(*model.expect(part), 1.0, generator) for part in condition.split(_BATCH)])


def _drawn(feel: Feel, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    velocities = draw_velocities(feel.velocity, feel.velocity_scale, 1.0, generator)
    return velocities, draw_offsets(feel.offset, feel.offset_scale, 1.0, generator)


def _step_ms(music: MusicSet) -> Tensor:
    return (60_000 / STEPS_PER_QUARTER / music.bpm)[:, None, None]


def _feel_errors(velocities: Tensor, offsets: Tensor, truth: MusicSet) -> Figures:
    hits, true_velocities, true_offsets = truth.music.split(NUM_VOICES, -1)
    total = hits.sum()
    late_ms = (offsets - true_offsets) * _step_ms(truth)
    return {
        "velocity_mae": float(((velocities - true_velocities).abs() * hits).sum() / total),
        "timing_mae_ms": float((late_ms.abs() * hits).sum() / total),
        "bias_ms": float((late_ms * hits).sum() / total),
    }


def _spread(velocities: Tensor, offsets: Tensor, truth: MusicSet) -> Figures:
    played = truth.music[..., :NUM_VOICES] > 0
    _, true_velocities, true_offsets = truth.music.split(NUM_VOICES, -1)
    return {
        "offset_spread_of_players": float(offsets[played].std() / true_offsets[played].std()),
        "velocity_spread_of_players": float(velocities[played].std() / true_velocities[played].std()),
    }


def _rebuilt(guess: Tensor, truth: MusicSet) -> Figures:
    hits, velocities, offsets = guess.split(NUM_VOICES, -1)
    true_hits = truth.music[..., :NUM_VOICES]
    exact = (hits == true_hits).flatten(1).all(1).float().mean()
    return {"hit_f1": f1(hits, true_hits), "exact": float(exact), **_feel_errors(velocities, offsets, truth)}


def _mean_velocity(music: Tensor) -> float:
    hits, velocities, _ = music.split(NUM_VOICES, -1)
    return float(velocities[hits > 0].mean())


def _transferred(model: FeelModel, valid: MusicSet) -> Figures:
    """Hits of a window under the feel of the window two bars before it in the same performance."""
    later = torch.arange(2, max(2, len(valid)))
    pairs = later[valid.file[later] == valid.file[later - 2]]
    feel = torch.cat([model.encode(chunk)[0] for chunk in valid.music[pairs - 2].split(_BATCH)])
    here = MusicSet(valid.music[pairs], valid.source[pairs], valid.file[pairs], valid.bpm[pairs], valid.sources)
    hits = here.music[..., :NUM_VOICES]
    with_feel, without = _feel(model, hits, feel), _feel(model, hits, None)
    return {
        "pairs": len(pairs),
        "with": _feel_errors(with_feel.velocity, with_feel.offset, here),
        "without": _feel_errors(without.velocity, without.offset, here),
    }


def _most_frequent(hits: Tensor) -> Tensor:
    """One pattern for all: cells hit more often than the threshold that serves F1 best on the training set."""
    share = hits.mean(0)
    thresholds = [k / 20 for k in range(1, 20)]
    return max(((share > level).float() for level in thresholds), key=lambda pattern: f1(pattern.expand_as(hits), hits))


def _parts(guess: Tensor, truth: Tensor) -> Figures:
    onsets, true_onsets = guess.any(-1).float(), truth.any(-1).float()
    return {
        "onset_f1": f1(onsets, true_onsets),
        "kick_f1": f1(guess[..., KICK], truth[..., KICK]),
        "snare_f1": f1(guess[..., SNARE], truth[..., SNARE]),
        "hit_f1": f1(guess, truth),
    }
