"""Models of notes: shapes, what may be looked at, spans, and the same notes for the same seed."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.errors import OutOfRangeError
from engine.models.config import NoteConfig
from engine.models.note_filling import fill_spans
from engine.models.note_heads import Reading
from engine.models.note_palette import palette_of
from engine.models.note_vae import NoteVae
from engine.models.note_voices import silent, voices_at_each
from engine.models.spans import HALF_BAR_TICKS, draw_spans, is_inside, is_note, packed, whole
from engine.representations import note_sequence as notes
from engine.representations.note_sequence import Track, to_tensor

SLOTS = 24


def tiny(decoder: str = "looks_back", is_conditional: bool = False, guesses: str = "many") -> NoteVae:
    torch.manual_seed(0)
    config = NoteConfig(
        decoder, is_conditional, 64, SLOTS, latent_dim=8, embedding=8, width=16, heads=2, summaries=2, guesses=guesses,
        dense=16, share=4,
    )  # fmt: skip
    return NoteVae(config).eval()


def windows(count: int = 4) -> Tensor:
    """A lead, a bass and drums over four bars, a little different in each window."""
    generator = np.random.default_rng(3)
    found = []
    for _ in range(count):
        lead = [(beat * 2 + 0.5, 0.5, 60 + int(generator.integers(12)), 90) for beat in range(8)]
        bass = [(beat * 4.0, 2, 36 + int(generator.integers(7)), 80) for beat in range(4)]
        drums = [(beat * 2.0, 0.1, 36, 100) for beat in range(8)]
        tracks = [Track(np.array(each, float), program) for each, program in ((lead, 80), (bass, 33))]
        found.append(to_tensor([*tracks, Track(np.array(drums, float), is_drum=True)], 16, SLOTS))
    return torch.from_numpy(np.stack(found)).long()


def span(start_half_bars: int = 4, halves: int = 2, count: int = 4) -> Tensor:
    bounds = torch.tensor([[start_half_bars, start_half_bars + halves]]) * HALF_BAR_TICKS
    return bounds.expand(count, -1)


def test_spans_lie_on_half_bars_are_at_most_half_of_the_window_and_often_reach_its_end() -> None:
    drawn = draw_spans(500, 64, torch.Generator().manual_seed(0))
    lengths = drawn[:, 1] - drawn[:, 0]
    assert not (drawn % HALF_BAR_TICKS).any()
    assert (int(lengths.min()), int(lengths.max())) == (HALF_BAR_TICKS, 4 * HALF_BAR_TICKS)
    assert (int(drawn.min()), int(drawn.max())) == (0, 8 * HALF_BAR_TICKS)
    assert 0.4 < float((drawn[:, 1] == 8 * HALF_BAR_TICKS).float().mean()) < 0.65


def test_an_early_onset_belongs_behind_the_bound_that_it_is_early_for() -> None:
    rows = windows(1)
    rows[0, 0, notes.ONSET] = 4 * HALF_BAR_TICKS - 60
    rows[0, 1, notes.ONSET] = 4 * HALF_BAR_TICKS - 61
    assert is_inside(rows, span(count=1))[0, :2].tolist() == [True, False]


def test_packing_keeps_the_order_and_fills_up_with_empty_rows() -> None:
    rows = windows(2)
    wanted = is_inside(rows, torch.tensor([[0, 960], [0, 7680]]))
    found = packed(rows, wanted)
    assert is_note(found).sum(1).tolist() == wanted.sum(1).tolist()
    assert torch.equal(found[0, : int(wanted[0].sum())], rows[0][wanted[0]])
    assert found[0, -1].tolist() == list(notes.EMPTY)


def test_a_voice_is_the_last_note_of_its_instrument() -> None:
    rows = windows(1)
    voices = voices_at_each(rows, silent(1, rows))[0]
    for place in range(SLOTS):
        for instrument in range(notes.NUM_INSTRUMENTS):
            earlier = [row for row in rows[0, :place].tolist() if row[notes.INSTRUMENT] == instrument]
            assert voices[place, instrument].tolist() == (earlier[-1] if earlier else list(notes.EMPTY))


def test_a_decoder_that_looks_back_hears_no_later_note() -> None:
    model, rows = tiny(), windows(1)
    z, everything = torch.zeros(1, 8), whole(rows, 64)
    onsets = torch.cat([everything[:, :1], rows[:, :-1, notes.ONSET]], 1)
    changed = rows.clone()
    changed[0, 10:, notes.PITCH] = 1
    states = [model.decoder(z, model.enter(each[:, :-1], everything), onsets, everything) for each in (rows, changed)]
    assert torch.equal(states[0][:, :11], states[1][:, :11])
    assert not torch.equal(states[0][:, 11:], states[1][:, 11:])


@pytest.mark.parametrize("decoder", ["looks_back", "parallel"])
@pytest.mark.parametrize("way", ["softmax", "nearest"])
@pytest.mark.parametrize("guesses", ["one", "many"])
def test_decoded_windows_are_rows_in_their_span_with_empty_ones_behind(decoder: str, way: str, guesses: str) -> None:
    model, rows = tiny(decoder, guesses=guesses), windows(2)
    everything = whole(rows, 64)
    generator = torch.Generator().manual_seed(1)
    z = torch.randn(2, 8, generator=generator)
    found = model.decode(z, everything, model.outside(rows, everything), Reading(way, 1.0, generator))
    assert found.shape == (2, SLOTS, 6)
    held = is_note(found)
    assert torch.equal(held, is_inside(found, everything))
    assert torch.equal(held.long().sort(1, descending=True).values, held.long())
    assert (found[held][:, notes.PITCH] < notes.NO_PITCH).all()
    assert ((found[held][:, notes.INSTRUMENT] == 0) == (found[held][:, notes.PROGRAM] == notes.DRUM_PROGRAM)).all()


def test_what_a_window_costs_does_not_depend_on_the_windows_beside_it() -> None:
    model, rows = tiny(), windows(4)
    rows[1, 5:] = torch.tensor(notes.EMPTY)
    z, everything = torch.zeros(4, 8), whole(rows, 64)
    together = model.costs(rows, everything, z, model.outside(rows, everything))
    alone = model.costs(rows[1:2], everything[:1], z[:1], model.outside(rows[1:2], everything[:1]))
    for name, cost in alone.items():
        torch.testing.assert_close(together[name][1:2], cost)


@pytest.mark.parametrize("is_conditional", [False, True])
def test_a_step_down_the_gradient_lowers_the_loss(is_conditional: bool) -> None:
    model, rows = tiny(is_conditional=is_conditional).train(), windows(8)
    spans = span(count=8)
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    costs = []
    for _ in range(25):
        torch.manual_seed(0)
        loss = model.loss(rows, beta=0.1, free_bits=0.0, shown=spans).total.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        costs.append(float(loss.detach()))
    assert costs[-1] < 0.7 * costs[0]
    assert all(weight.grad is not None for weight in model.parameters())


def test_the_prior_does_not_hear_what_is_inside_the_span() -> None:
    model, rows = tiny(is_conditional=True), windows()
    others = torch.where(is_inside(rows, span())[..., None], rows.new_tensor(notes.EMPTY), rows)
    assert not torch.equal(rows, others)
    heard, hidden = model.outside(rows, span()), model.outside(others, span())
    assert torch.equal(heard.mu, hidden.mu)
    assert heard.palette is not None
    assert hidden.palette is not None
    assert torch.equal(heard.palette.pitches, hidden.palette.pitches)
    assert torch.equal(model.encode(rows, span(), heard)[0], model.encode(rows, span())[0])
    assert not torch.equal(model.encode(rows, span())[0], model.encode(others, span())[0])


def test_fillings_lie_in_the_span_with_the_instruments_and_programs_heard_outside() -> None:
    model, rows = tiny(is_conditional=True), windows()
    found = fill_spans(model, rows, span(), 3, 1.0, torch.Generator().manual_seed(0))
    assert found.shape == (4, 3, SLOTS, 6)
    flat = found.flatten(0, 1)
    held = is_note(flat)
    assert held.any()
    assert torch.equal(held, is_inside(flat, span().repeat_interleave(3, 0)))
    pairs = {(row[notes.INSTRUMENT], row[notes.PROGRAM]) for row in flat[held].tolist()}
    assert pairs <= {(0, notes.DRUM_PROGRAM), (1, 80), (2, 33)}


def test_the_same_seed_fills_alike_another_differs_and_temperature_0_knows_no_seed() -> None:
    model, rows = tiny(is_conditional=True), windows()

    def fillings(seed: int, temperature: float) -> Tensor:
        return fill_spans(model, rows, span(), 2, temperature, torch.Generator().manual_seed(seed))

    assert torch.equal(fillings(0, 1.0), fillings(0, 1.0))
    assert not torch.equal(fillings(0, 1.0), fillings(1, 1.0))
    assert torch.equal(fillings(0, 0.0), fillings(1, 0.0))


def test_the_palette_counts_pitches_of_each_instrument_classes_of_all_and_places_in_the_bar() -> None:
    palette = palette_of(windows(1))
    bass = torch.tensor([[2]])
    own, classes = palette.at_pitches(bass)[0, 0].unbind(-1)
    rows = windows(1)[0]
    pitches = rows[rows[:, notes.INSTRUMENT] == 2][:, notes.PITCH]
    torch.testing.assert_close(own[:128], torch.bincount(pitches, minlength=128).float().log1p())
    pitched = rows[(rows[:, notes.INSTRUMENT] == 1) | (rows[:, notes.INSTRUMENT] == 2)][:, notes.PITCH]
    assert float(classes[60]) == pytest.approx(math.log1p(int((pitched % 12 == 0).sum())))
    assert not palette.at_pitches(torch.tensor([[notes.DRUMS]]))[..., 1].any()
    heard = palette.at_places(torch.tensor([[[0, 240, 245, 1920, 100]]]))[0, 0].expm1().round().tolist()
    assert heard == [8, 4, 4, 8, 0]


def test_no_proposal_is_silent() -> None:
    model, rows = tiny(is_conditional=True), windows()
    model.heads.says["instrument"].bias.data[-1] += 50  # the end is sure
    found = fill_spans(model, rows, span(), 2, 0.0, torch.Generator())
    assert is_note(found).sum(2).tolist() == [[1, 1]] * 4


def test_silence_gives_nothing_to_go_on_with() -> None:
    model, rows = tiny(is_conditional=True), windows()
    silent_outside = torch.where(is_inside(rows, span())[..., None], rows, rows.new_tensor(notes.EMPTY))
    for given in (silent_outside, silent_outside * 0 + rows.new_tensor(notes.EMPTY)):
        with pytest.raises(OutOfRangeError, match="outside the span"):
            fill_spans(model, given, span(), 1, 1.0, torch.Generator())


@pytest.mark.parametrize(("count", "temperature"), [(0, 1.0), (1, -0.1), (1, 2.1), (1, float("nan"))])
def test_odd_requests_are_refused(count: int, temperature: float) -> None:
    with pytest.raises(OutOfRangeError):
        fill_spans(tiny(is_conditional=True), windows(), span(), count, temperature, torch.Generator())
    with pytest.raises(OutOfRangeError, match="not conditional"):
        fill_spans(tiny(), windows(), span(), 1, 1.0, torch.Generator())
