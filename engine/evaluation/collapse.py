"""Posterior collapse: whether a model says with its latent what the music is, or has learnt to do without.

Source: Hoffman and Johnson, ELBO surgery, 2016: the mean KL of the posteriors is the mutual information of music and
latent, and the KL of all posteriors together from the prior; Dieng et al., Avoiding Latent Variable Collapse, 2019.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch

from engine.evaluation.parts import Figures
from engine.evaluation.reconstruction import Encoded, active_units, part_figures

MOST_WINDOWS = 4096
FEWEST_WINDOWS = 20
NO_INFORMATION, NO_GAIN = 0.1, 0.05
LITTLE_GAIN, FEW_UNITS = 0.3, 0.1
_BLOCK = 512


def collapse(music: str, given: Encoded, rebuilt: Figures) -> Figures:
    """Figures of a latent's use, and the verdict on it, for music of classes.

    The rule. What is gained by a window's own latent over another's is told by two shares: `gain`, of the onsets that
    the other gets wrong, those that its own gets right, free-running from the mean; and `saved`, of the cost of a step
    under the other, what its own saves, teacher-forced. `collapsed`: the mutual information is under a tenth of the
    most that so many windows can tell, or no part gains or saves a twentieth. `partly`: a part gains under three
    tenths, or under a tenth of the units are active. Else `healthy`; `unknown` under twenty windows.

    Args:
        music: as `VaeConfig.music` has it.
        given: the windows and posteriors.
        rebuilt: what `reconstruction` gave for them.
    """
    gains = _shares(music, rebuilt, ("posterior_mean", "shuffled_latent"), _gain)
    saved = _shares(music, rebuilt, ("teacher_forced", "teacher_forced_shuffled_latent"), _saved)
    return use_of_latent(given, rebuilt["kl_nats"], gains, saved)


def use_of_latent(given: Encoded, kl_nats: float, gains: Mapping[str, float], saved: Mapping[str, float]) -> Figures:
    """The same by what is gained and saved in each part; nothing is saved where no step looks back."""
    information, bound = mutual_information(given)
    units = given.mu.shape[1]
    word, reason = verdict(len(given.mu), information, bound, active_units(given.mu) / units, gains, saved)
    return {
        "verdict": word,
        "reason": reason,
        "mutual_information_nats": information,
        "mutual_information_bound_nats": bound,
        "marginal_kl_nats": kl_nats - information,
        "active_units": active_units(given.mu),
        "latent_units": units,
        **_named("gain", gains),
        **_named("saved", saved),
    }


def mutual_information(given: Encoded) -> tuple[float, float]:
    """An estimate of the mutual information of music and latent, and the most that it can be, both in nats.

    The mean of log q(z|x) - log q(z), where z is the draw of each window and q(z) the mean of all their posteriors: so
    it is never more than the logarithm of how many windows there are, which are `MOST_WINDOWS` at most, evenly spread.
    """
    picked = slice(None, None, -(-len(given.mu) // MOST_WINDOWS))
    mu, log_var, z = (each[picked].double() for each in (given.mu, given.log_var, given.drawn))
    precision = (-log_var).exp()
    factors = torch.cat([precision, -2 * mu * precision], 1)
    offsets = (mu**2 * precision + log_var).sum(1)
    told = []
    for start in range(0, len(z), _BLOCK):
        block = z[start : start + _BLOCK]
        scores = -0.5 * (torch.cat([block**2, block], 1) @ factors.t() + offsets)
        own = scores.diagonal(start)
        told.append(own - scores.logsumexp(1))
    bound = math.log(len(z))
    return float(torch.cat(told).mean()) + bound, bound


def verdict(
    windows: int,
    information: float,
    bound: float,
    active_share: float,
    gains: Mapping[str, float],
    saved: Mapping[str, float],
) -> tuple[str, str]:
    """One word and its reason, by the rule of `collapse`; gains and savings by part."""
    most, (worst, least) = max([*gains.values(), *saved.values()]), min(gains.items(), key=lambda item: item[1])
    if windows < FEWEST_WINDOWS:
        return "unknown", f"{windows} windows are too few to tell; {FEWEST_WINDOWS} are the least"
    if information < NO_INFORMATION * bound:
        return "collapsed", f"the latent tells {information:.2f} of {bound:.2f} nats"
    if most < NO_GAIN:
        return "collapsed", f"a clip's own latent gains and saves {max(most, 0):.0%} at most over another's"
    if least < LITTLE_GAIN:
        return "partly", f"of the onsets that another latent gets wrong ({worst}), its own gets {least:.0%} right"
    if active_share < FEW_UNITS:
        return "partly", f"{active_share:.0%} of the units are active"
    return "healthy", (
        f"the latent tells {information:.2f} of {bound:.2f} nats; of the onsets that another gets wrong, its own gets "
        f"{least:.0%} right or more"
    )


def _shares(
    music: str, rebuilt: Figures, groups: tuple[str, str], share: Callable[[Figures, Figures], float]
) -> dict[str, float]:
    """A share of each part, by the figures from its own latent and from another's."""
    own, other = (part_figures(music, rebuilt[name]) for name in groups)
    return {part: share(mine, its) for (part, mine), (_, its) in zip(own, other, strict=True)}


def _gain(own: Figures, other: Figures) -> float:
    wrong = 1 - other["onsets_right"]
    return float((own["onsets_right"] - other["onsets_right"]) / wrong) if wrong else 0.0


def _saved(own: Figures, other: Figures) -> float:
    return float(1 - own["nats_a_step"] / other["nats_a_step"]) if other["nats_a_step"] else 0.0


def _named(name: str, by_part: Mapping[str, float]) -> Figures:
    return {name if len(by_part) == 1 else f"{name}_{part}": share for part, share in by_part.items()}
