"""Laws that every model keeps: what may depend on what, what is never negative, and that it can learn."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from made_up import beat, line, tiny_feel, tiny_vae
from torch import Tensor

from engine.models.config import FeelConfig
from engine.models.draw import draw_hits
from engine.models.feel import FeelModel
from engine.models.heads import CERTAIN, HEADS, interpret
from engine.models.tasks import TASKS, tap_of
from engine.models.vae import Vae, kl_divergence
from engine.representations import groove, melody
from engine.representations.clip import Note, make_clip
from engine.representations.drums import CLOSED_HAT, GENERAL_MIDI, NUM_VOICES

PARTS = [
    (music, encoder, decoder)
    for music in ("melody", "groove")
    for encoder, decoder in (("mlp", "parallel"), ("bilstm", "lstm"))
]


def windows(music: str, count: int = 8) -> Tensor:
    """Two bars each of made-up music."""
    if music == "melody":
        return torch.stack([torch.from_numpy(melody.to_tensor(line(k, bars=2)).tokens) for k in range(count)])
    stacked = [groove.stack(groove.to_tensor(beat(k, bars=2), GENERAL_MIDI)) for k in range(count)]
    return torch.stack([torch.from_numpy(one) for one in stacked])


def vae(music: str, encoder: str = "mlp", decoder: str = "parallel", seed: int = 0) -> Vae:
    torch.manual_seed(seed)
    return Vae(tiny_vae(music, encoder, decoder))


def feel_model(condition: str, **settings: int) -> FeelModel:
    torch.manual_seed(0)
    config = tiny_feel(condition)
    return FeelModel(FeelConfig(**{**vars(config), **settings}))


@given(st.lists(st.floats(-5, 5), min_size=4, max_size=4), st.lists(st.floats(-10, 4), min_size=4, max_size=4))
def test_the_kl_is_never_negative(mu: list[float], log_var: list[float]) -> None:
    assert kl_divergence(torch.tensor([mu]), torch.tensor([log_var])) >= -1e-5


def test_the_kl_of_the_prior_from_itself_is_nought() -> None:
    assert kl_divergence(torch.zeros(1, 4), torch.zeros(1, 4)) == 0


@pytest.mark.parametrize("parts", PARTS, ids="-".join)
def test_losses_have_one_number_a_clip_and_a_kl_above_nought(parts: tuple[str, str, str]) -> None:
    loss = vae(*parts).loss(windows(parts[0]), beta=0.2, free_bits=0.0)
    assert loss.total.shape == loss.reconstruction.shape == loss.kl.shape == (8,)
    assert (loss.kl >= 0).all()
    torch.testing.assert_close(loss.total, loss.reconstruction + 0.2 * loss.kl)


@pytest.mark.parametrize("condition", ["hits", "tap"])
def test_a_feel_models_kl_is_never_negative(condition: str) -> None:
    assert (feel_model(condition).loss(windows("groove"), beta=1.0, free_bits=0.0).kl >= -1e-5).all()


def test_free_bits_cost_nothing() -> None:
    loss = vae("melody").loss(windows("melody"), beta=1.0, free_bits=1e6)
    assert torch.equal(loss.total, loss.reconstruction)


def influence(decoder: str, step: int) -> Tensor:
    """How the outputs of one step depend on each step of the music, shape `steps`."""
    model = vae("groove", decoder=decoder)
    features = torch.rand(1, 32, 27).requires_grad_()
    sampling = torch.zeros(1, 32, dtype=torch.bool)
    outputs = model.decoder(torch.randn(1, 8), features, sampling)
    (gradient,) = torch.autograd.grad(outputs[0, step].sum(), features, allow_unused=True)
    return torch.zeros(32) if gradient is None else gradient[0].abs().sum(-1)


@pytest.mark.parametrize("step", [0, 1, 15, 31])
def test_an_lstm_decoder_looks_at_the_steps_before_and_at_no_other(step: int) -> None:
    found = influence("lstm", step)
    assert (found[step:] == 0).all()
    assert (found[:step] > 0).all()


def test_the_parallel_decoder_looks_at_the_latent_alone() -> None:
    model = vae("melody")
    z = torch.randn(1, 8).requires_grad_()
    outputs = model.decoder(z, torch.zeros(1, 32, 90).requires_grad_(), torch.zeros(1, 32, dtype=torch.bool))
    assert torch.equal(outputs, model.decode(z))
    for step in range(32):
        (gradient,) = torch.autograd.grad(outputs[0, step].sum(), z, retain_graph=True)
        assert (gradient != 0).all()


def test_under_scheduled_sampling_an_lstm_decoder_does_not_look_at_the_music() -> None:
    model = vae("melody", decoder="lstm")
    z, everywhere = torch.randn(2, 8), torch.ones(2, 32, dtype=torch.bool)
    heard = []
    for seed in (0, 1):
        tokens = windows("melody", 2) if seed else torch.zeros(2, 32, dtype=torch.long)
        torch.manual_seed(5)
        heard.append(model.decoder(z, model.head.features(tokens), everywhere))
    assert torch.equal(heard[0], heard[1])


@pytest.mark.parametrize("parts", PARTS, ids="-".join)
def test_decoding_is_decided_by_the_generator(parts: tuple[str, str, str]) -> None:
    model, z = vae(*parts).eval(), torch.randn(3, 8)
    with torch.inference_mode():
        once, again = (model.decode(z, 1.0, torch.Generator().manual_seed(4)) for _ in range(2))
    assert torch.equal(once, again)
    assert once.shape == (3, 32, model.head.depth)


@pytest.mark.parametrize("music", ["melody", "groove"])
def test_one_clip_is_decoded_alike_alone_and_in_company(music: str) -> None:
    model, z = vae(music).eval(), torch.randn(5, 8)
    torch.testing.assert_close(model.decode(z)[2:3], model.decode(z[2:3]))


@pytest.mark.parametrize("music", ["melody", "groove"])
def test_an_lstm_decoder_leaves_no_doubt_of_what_it_drew(music: str) -> None:
    model = vae(music, decoder="lstm").eval()
    outputs = model.decode(torch.randn(4, 8), 1.0, torch.Generator().manual_seed(1))
    if music == "melody":
        top = outputs.topk(2).values
        assert (top[..., 0] - top[..., 1] >= CERTAIN - 1e-3).all()
    else:
        assert (interpret(outputs)[0].abs() >= CERTAIN - 1e-3).all()


def overfitted(model: Vae | FeelModel, music: Tensor, steps: int, lr: float = 0.01) -> Vae | FeelModel:
    """The model after so many steps on the same clips."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    torch.manual_seed(0)
    for _ in range(steps):
        optimizer.zero_grad()
        model.loss(music, beta=0.0, free_bits=0.0).total.mean().backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
    return model.eval()


def share_rebuilt(model: Vae, music: Tensor) -> float:
    """Steps (or cells of hits) that come back from the posterior mean as they were."""
    with torch.inference_mode():
        outputs = model.decode(model.encode(music)[0], 0.0, torch.Generator())
    if model.config.music == "melody":
        return float((outputs.argmax(-1) == music).float().mean())
    return float(((outputs[..., :NUM_VOICES] > 0) == (music[..., :NUM_VOICES] > 0)).float().mean())


@pytest.mark.parametrize("music", ["melody", "groove"])
@pytest.mark.parametrize(("encoder", "steps", "lr"), [("mlp", 120, 0.01), ("bilstm", 300, 0.02)])
def test_it_overfits_eight_clips(music: str, encoder: str, steps: int, lr: float) -> None:
    model = overfitted(vae(music, encoder), windows(music), steps, lr)
    assert share_rebuilt(model, windows(music)) > 0.99


@pytest.mark.slow
@pytest.mark.parametrize("music", ["melody", "groove"])
def test_lstms_at_both_ends_overfit_eight_clips(music: str) -> None:
    config = replace(tiny_vae(music, "bilstm", "lstm"), decoder_width=96, encoder_width=64, latent_dim=16)
    torch.manual_seed(0)
    model = overfitted(Vae(config), windows(music), 800, 0.005)
    assert share_rebuilt(model, windows(music)) > 0.99


@pytest.mark.parametrize("condition", ["hits", "tap"])
def test_a_feel_model_overfits_eight_clips(condition: str) -> None:
    music = windows("groove")
    hits, velocities, offsets = music.split(NUM_VOICES, -1)
    played = hits > 0
    model = overfitted(feel_model(condition, width=32), music, 120)
    with torch.inference_mode():
        feel = model.decode(hits if condition == "hits" else tap_of(music), model.encode(music)[0])
    assert mean_error(feel.velocity, velocities, played) < 0.75 * mean_error(
        velocities[played].median(), velocities, played
    )
    assert mean_error(feel.offset, offsets, played) < 0.75 * mean_error(offsets[played].median(), offsets, played)
    if condition == "tap":
        assert ((feel.hit_logits > 0) == played).float().mean() > 0.96


def mean_error(guess: Tensor, truth: Tensor, where: Tensor) -> float:
    return float((guess - truth).abs()[where].mean())


def test_members_are_averaged() -> None:
    model = feel_model("hits", members=3).eval()
    hits = windows("groove")[..., :NUM_VOICES]
    together = model.decode(hits).offset
    members, found = list(model.members), []
    for member in members:
        model.members = torch.nn.ModuleList([member])
        found.append(torch.atanh(2 * model.decode(hits).offset))
    torch.testing.assert_close(torch.atanh(2 * together), torch.stack(found).mean(0), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("music", ["melody", "groove"])
def test_heads_draw_the_most_likely_at_temperature_0(music: str) -> None:
    head = HEADS[music]()
    outputs = torch.randn(5, head.depth, generator=torch.Generator().manual_seed(0))
    drawn = head.draw(outputs, 0.0, None)
    if music == "melody":
        assert torch.equal(head.features(drawn).argmax(-1), outputs.argmax(-1))
    else:
        assert torch.equal(drawn[:, :NUM_VOICES], draw_hits(outputs[:, :NUM_VOICES], 0.0, None))


def test_hidden_hits_are_to_be_rebuilt_all_the_same() -> None:
    model, music = vae("groove"), windows("groove")
    torch.manual_seed(0)
    hidden = model.loss(music, beta=0.0, free_bits=0.0, shown=torch.zeros_like(music)).reconstruction
    torch.manual_seed(0)
    silence = model.loss(torch.zeros_like(music), beta=0.0, free_bits=0.0).reconstruction
    assert not torch.equal(hidden, silence)


def test_a_groove_without_closed_hats_keeps_all_else() -> None:
    music = windows("groove")
    shown = TASKS["add_closed_hats"](music)
    hidden = torch.arange(3 * NUM_VOICES) % NUM_VOICES == CLOSED_HAT
    assert not shown[..., hidden].any()
    assert torch.equal(shown[..., ~hidden], music[..., ~hidden])
    assert music[..., hidden].any()


def test_a_tap_is_the_loudest_drum_of_each_step() -> None:
    music = windows("groove")
    for row, tap in zip(music, tap_of(music), strict=True):
        for step, tapped in zip(row, tap, strict=True):
            hits, velocities, offsets = step.split(NUM_VOICES)
            loudest = int(velocities.argmax())
            assert tapped.tolist() == [hits[loudest], velocities[loudest], offsets[loudest]]


def test_a_tap_keeps_the_rhythm_of_the_loudest() -> None:
    hits = [Note(0.0, 36, 0.25, 90.0), Note(0.01, 42, 0.25, 30.0), Note(2.0, 42, 0.25, 40.0)]
    stacked = groove.stack(groove.to_tensor(make_clip(hits, 8.0), GENERAL_MIDI))
    (rhythm,) = tap_of(torch.from_numpy(stacked)[None])
    assert rhythm[:, 0].sum() == 2
    assert rhythm[0, 1] == pytest.approx(90 / 127)
    assert rhythm[0, 2] == 0
