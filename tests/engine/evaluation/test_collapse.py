"""Whether a latent is used, judged on models of which one knows."""

from __future__ import annotations

import math

import pytest
import torch
from known_models import Deaf, Parrot, some_music

from engine.evaluation import collapse as judging
from engine.evaluation.collapse import collapse, mutual_information, verdict
from engine.evaluation.reconstruction import Encoded, encode, reconstruction
from engine.models.vae import Vae, kl_divergence

CLIPS = 40


def drawn(mu: torch.Tensor, log_var: torch.Tensor, seed: int = 0) -> Encoded:
    noise = torch.randn(mu.shape, generator=torch.Generator().manual_seed(seed))
    return Encoded(torch.zeros(len(mu), 1), mu, log_var, mu + (0.5 * log_var).exp() * noise)


def judged(model: Vae, music: torch.Tensor) -> dict[str, object]:
    with torch.inference_mode():
        given = encode(model, music, torch.Generator().manual_seed(0))
        return collapse(model.config.music, given, reconstruction(model, given))


def test_an_encoder_that_says_always_the_same_tells_nothing() -> None:
    information, bound = mutual_information(drawn(torch.ones(CLIPS, 3), torch.zeros(CLIPS, 3)))
    assert information == pytest.approx(0, abs=1e-9)
    assert bound == pytest.approx(math.log(CLIPS))


def test_an_encoder_that_tells_all_clips_apart_tells_as_much_as_there_is() -> None:
    information, bound = mutual_information(drawn(10 * torch.arange(CLIPS)[:, None].float(), torch.zeros(CLIPS, 1)))
    assert information == pytest.approx(bound, abs=1e-3)


def test_of_pairs_that_look_alike_one_bit_is_lost() -> None:
    alike = (torch.arange(CLIPS) // 2).float()[:, None] * 100
    information, bound = mutual_information(drawn(alike, torch.zeros(CLIPS, 1)))
    assert information == pytest.approx(bound - math.log(2), abs=1e-6)


def test_the_estimate_is_that_of_known_gaussians() -> None:
    """The information of N(0, 3) heard through noise N(0, 1) is half the logarithm of 4."""
    torch.manual_seed(0)
    mu = torch.randn(3000, 1) * math.sqrt(3)
    information, _ = mutual_information(drawn(mu, torch.zeros_like(mu), seed=1))
    assert information == pytest.approx(0.5 * math.log(4), abs=0.05)


def test_information_is_never_above_the_mean_kl() -> None:
    torch.manual_seed(1)
    mu, log_var = torch.randn(300, 4), torch.randn(300, 4) * 0.5 - 1
    assert mutual_information(drawn(mu, log_var))[0] < float(kl_divergence(mu, log_var).mean())


def test_blocks_and_a_bound_on_windows_change_little(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(2)
    given = drawn(torch.randn(100, 2) * 2, torch.zeros(100, 2))
    whole, _ = mutual_information(given)
    monkeypatch.setattr(judging, "_BLOCK", 7)
    assert mutual_information(given)[0] == pytest.approx(whole)
    monkeypatch.setattr(judging, "MOST_WINDOWS", 60)
    assert mutual_information(given)[1] == pytest.approx(math.log(50))


def test_who_knows_the_music_by_heart_is_healthy_and_who_is_deaf_has_collapsed() -> None:
    music = some_music("melody", CLIPS, 32)
    healthy, deaf = judged(Parrot("melody", music), music), judged(Deaf("melody", music), music)
    assert (healthy["verdict"], deaf["verdict"]) == ("healthy", "collapsed")
    assert healthy["gain"] == pytest.approx(1)
    assert healthy["saved"] == pytest.approx(1)
    assert deaf["gain"] == deaf["saved"] == 0
    assert deaf["active_units"] == 0
    assert healthy["marginal_kl_nats"] + healthy["mutual_information_nats"] > 0  # type: ignore[operator]


@pytest.mark.parametrize(
    ("information", "active_share", "gains", "saved", "word"),
    [
        (4.0, 0.5, {"melody": 0.9}, {"melody": 0.9}, "healthy"),
        (0.4, 0.5, {"melody": 0.9}, {"melody": 0.9}, "collapsed"),
        (4.0, 0.5, {"melody": 0.04}, {"melody": 0.04}, "collapsed"),
        (4.0, 0.5, {"melody": 0.0}, {"melody": 0.3}, "partly"),
        (4.0, 0.5, {"melody": 0.9, "bass": 0.01}, {"melody": 0.9, "bass": 0.0}, "partly"),
        (4.0, 0.05, {"melody": 0.9}, {"melody": 0.9}, "partly"),
    ],
)
def test_the_verdict_goes_by_its_rule(
    information: float, active_share: float, gains: dict[str, float], saved: dict[str, float], word: str
) -> None:
    said, reason = verdict(1000, information, 5.0, active_share, gains, saved)
    assert said == word
    assert reason


def test_of_a_few_windows_nothing_is_said() -> None:
    assert verdict(19, 2.9, 2.9, 1.0, {"drums": 1.0}, {"drums": 1.0})[0] == "unknown"
    assert verdict(20, 2.9, 2.9, 1.0, {"drums": 1.0}, {"drums": 1.0})[0] == "healthy"
