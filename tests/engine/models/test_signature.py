"""The key as a thing apart: respelling loses nothing, keys lie beside their neighbours, and the way stays in a key."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from made_up import tiny_vae
from torch import Tensor
from torch.nn import functional as F

from engine.latent.slerp import slerp
from engine.models import signature
from engine.models.folding import for_inference
from engine.models.vae import Vae
from engine.representations.key import MAJOR, in_key
from engine.representations.melody import FIRST_PITCH_CLASS, HOLD, MIN_PITCH, NUM_CLASSES

ALL = range(signature.FEWEST, signature.MOST + 1)
SHARPS = {0: "C", 1: "G", 2: "D", 3: "A", 4: "E", 5: "B", 6: "F#", -1: "F", -2: "Bb", -3: "Eb", -4: "Ab", -5: "Db"}
TONICS = {"C": 0, "Db": 1, "D": 2, "Eb": 3, "E": 4, "F": 5, "F#": 6, "G": 7, "Ab": 8, "A": 9, "Bb": 10, "B": 11}
WHITE = {0, 2, 4, 5, 7, 9, 11}

tokens = st.lists(st.integers(0, NUM_CLASSES - 1), min_size=32, max_size=32).map(lambda steps: torch.tensor([steps]))
marks = st.integers(signature.FEWEST, signature.MOST)


def scale(sharps: int) -> Tensor:
    """The major scale of a signature, two octaves up from middle C, `1, 16`."""
    tonic = TONICS[SHARPS[sharps]]
    pitches = [60 + tonic + 12 * octave + degree for octave in (0, 1) for degree in MAJOR] + [60 + tonic, 67 + tonic]
    return torch.tensor([[pitch - MIN_PITCH + FIRST_PITCH_CLASS for pitch in pitches]])


def pitch_classes(melody: Tensor) -> set[int]:
    return {(int(token) - FIRST_PITCH_CLASS + MIN_PITCH) % 12 for token in melody.flatten()}


@given(tokens, marks)
def test_spelling_back_undoes_respelling(melody: Tensor, mark: int) -> None:
    own = torch.tensor([mark])
    heard = F.one_hot(signature.respelt(melody, own), NUM_CLASSES).float()
    assert torch.equal(signature.spelt_back(heard, own).argmax(-1), melody)


@given(tokens, marks)
def test_no_note_moves_by_more_than_two_semitones_and_what_is_no_note_stays(melody: Tensor, mark: int) -> None:
    heard = signature.respelt(melody, torch.tensor([mark]))
    assert (heard - melody).abs().max() <= 2
    assert torch.equal(heard < FIRST_PITCH_CLASS, melody < FIRST_PITCH_CLASS)


@pytest.mark.parametrize("sharps", ALL)
def test_a_scale_has_its_signature_and_is_heard_on_white_keys(sharps: int) -> None:
    own = signature.signatures(scale(sharps))
    assert own.tolist() == [sharps]
    assert pitch_classes(signature.respelt(scale(sharps), own)) == WHITE


@pytest.mark.parametrize("sharps", list(ALL)[:-1])
def test_the_next_signature_changes_one_letter_of_seven(sharps: int) -> None:
    heard = signature.respelt(scale(sharps), torch.tensor([sharps]))
    spelt = [signature.spelt_back(F.one_hot(heard, NUM_CLASSES), torch.tensor([mark])).argmax(-1) for mark in ALL]
    here, there = spelt[sharps - signature.FEWEST], spelt[sharps - signature.FEWEST + 1]
    assert pitch_classes(there) == pitch_classes(scale(sharps + 1))
    assert len(pitch_classes(here) - pitch_classes(there)) == 1
    assert ((there - here) * (there != here)).sum() == (there != here).sum()  # a sharp more is a semitone up


@pytest.mark.parametrize("sharps", ALL)
def test_a_signature_is_found_where_it_lies_and_in_the_mirror(sharps: int) -> None:
    place = signature.place_of(torch.tensor([sharps]))
    assert signature.at_place(place).tolist() == [sharps]
    assert signature.at_place(place * torch.tensor([-1.0, 1.0])).tolist() == [sharps]


def test_all_signatures_are_alike_under_the_prior() -> None:
    drawn = signature.at_place(torch.randn(24_000, 2, generator=torch.Generator().manual_seed(0)))
    counts = torch.bincount(drawn - signature.FEWEST, minlength=len(ALL))
    assert counts.min() > 1_800
    assert counts.max() < 2_200


@given(marks, marks)
def test_the_way_between_two_signatures_passes_those_between_them_in_order(first: int, second: int) -> None:
    a, b = (signature.place_of(torch.tensor([mark])).expand(65, -1) for mark in (first, second))
    passed = signature.at_place(slerp(a, b, torch.linspace(0, 1, 65)))
    rising = 1 if second > first else -1
    assert torch.unique_consecutive(passed).tolist() == list(range(first, second + rising, rising))


def model(decoder: str = "parallel") -> Vae:
    torch.manual_seed(0)
    return for_inference(Vae(tiny_vae("melody", decoder=decoder, keys="apart")))


def test_a_model_says_its_key_in_the_last_two_dimensions() -> None:
    mu, log_var = model().encode(torch.cat([scale(2).repeat(1, 2), scale(-3).repeat(1, 2)]))
    assert torch.equal(mu[:, -2:], signature.place_of(torch.tensor([2, -3])))
    assert (log_var[:, -2:] == signature.LOG_VAR).all()


def test_a_model_hears_two_scales_of_the_same_letters_alike() -> None:
    letters = signature.respelt(scale(0), torch.tensor([0]))
    raised = signature.spelt_back(F.one_hot(letters, NUM_CLASSES), torch.tensor([1])).argmax(-1)
    mu, _ = model().encode(torch.cat([scale(0), raised]).repeat(1, 2))
    torch.testing.assert_close(mu[0, :-2], mu[1, :-2])


def test_turning_the_key_alone_respells_what_is_said() -> None:
    z = torch.randn(1, tiny_vae("melody").latent_dim).repeat(2, 1)
    z[:, -2:] = signature.place_of(torch.tensor([0, 1]))
    said = model().decode(z)
    assert torch.equal(said[1], signature.spelt_back(said[:1], torch.tensor([1]))[0])


@given(st.sampled_from(ALL))
def test_what_is_said_of_melodies_is_heard_and_spelt_back_the_same(mark: int) -> None:
    said, own = torch.randn(1, 4, NUM_CLASSES), torch.tensor([mark])
    assert torch.equal(signature.spelt_back(signature.as_heard(said, own), own), said)


@pytest.mark.parametrize("decoder", ["parallel", "guided"])
def test_tilted_odds_are_those_of_the_melody_itself(decoder: str) -> None:
    vae = model(decoder)
    wanted = scale(3).repeat(1, 2)
    mu, _ = vae.encode(wanted)
    tilt = 1000.0 * F.one_hot(wanted, NUM_CLASSES)
    assert torch.equal(vae.decode(mu, tilt=tilt).argmax(-1), wanted)
    if decoder == "parallel":
        assert torch.equal(vae.decode(mu, tilt=tilt), vae.decode(mu) + tilt)


def test_a_model_of_keys_apart_learns() -> None:
    torch.manual_seed(0)
    vae = Vae(tiny_vae("melody", keys="apart"))
    music = torch.cat([scale(mark).repeat(1, 2) for mark in ALL])
    optimiser = torch.optim.Adam(vae.parameters(), 3e-3)
    costs = []
    for _ in range(60):
        loss = vae.loss(music, beta=0.01, free_bits=0.0, shown=music)
        optimiser.zero_grad()
        loss.total.mean().backward()
        optimiser.step()
        costs.append(float(loss.reconstruction.detach().mean()))
    assert costs[-1] < 0.5 * costs[0]


def test_silence_has_a_signature_too() -> None:
    silence = torch.full((1, 32), HOLD)
    mu, _ = model().encode(silence)
    assert mu.isfinite().all()
    assert float(in_key(scale(4).numpy())[0]) == 1
