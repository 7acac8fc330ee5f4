"""Laws of the models of chords: what they see, what they cost, what they can learn."""

from __future__ import annotations

import pytest
import torch
from made_up_chords import SHAPES, tiny_config

from engine.errors import CheckpointError
from engine.models.chord_head import DEPTH, DURATION, ChordHead, split, word_logits
from engine.models.chord_inputs import inputs_of, places
from engine.models.chord_lstm import ChordLstm
from engine.models.chords import ChordsModel, plain_loss
from engine.models.config import ChordsConfig, from_dict, music_of, to_dict
from engine.representations.chord_tensors import recalled
from engine.representations.chord_vocabulary import DURATION_STEPS, closed

EVENTS = 12
NUM_WORDS = len(closed(SHAPES))


def random_music(batch: int, events: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    notes = (torch.rand((batch, events, 12), generator=generator) < 0.3).long()
    return torch.cat([notes, torch.randint(0, len(DURATION_STEPS), (batch, events, 1), generator=generator)], -1)


def said(model: ChordLstm, words: torch.Tensor, durations: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    steps = torch.arange(EVENTS)[None] * 4
    again = torch.from_numpy(recalled(words[0].tolist(), NUM_WORDS)[:-1])[None]
    with torch.no_grad():
        chords, hidden, _ = model(inputs_of(words, durations, steps, torch.tensor([16]), again, NUM_WORDS))
        return chords, model.durations(hidden, words)


def test_the_lstm_knows_nothing_of_an_event_before_it_comes() -> None:
    torch.manual_seed(0)
    model = ChordLstm(tiny_config()).eval()
    words, durations = torch.randint(0, NUM_WORDS, (1, EVENTS)), torch.randint(0, 6, (1, EVENTS))
    others, lengths = words.clone(), durations.clone()
    others[0, 6:] = (others[0, 6:] + 1) % NUM_WORDS
    lengths[0, 6:] = (lengths[0, 6:] + 1) % 6
    before, after = said(model, words, durations), said(model, others, lengths)
    assert torch.equal(before[0][:, :7], after[0][:, :7])
    assert torch.equal(before[1][:, :6], after[1][:, :6])
    assert not torch.equal(before[0][:, 7:], after[0][:, 7:])
    assert not torch.equal(before[1][:, 6], after[1][:, 6])  # a duration is chosen in the light of its chord


def test_one_event_at_a_time_says_what_all_at_once_say() -> None:
    torch.manual_seed(0)
    model = ChordLstm(tiny_config()).eval()
    words, durations = torch.randint(0, NUM_WORDS, (1, EVENTS)), torch.randint(0, 6, (1, EVENTS))
    whole, _ = said(model, words, durations)
    steps = torch.arange(EVENTS)[None] * 4
    again = torch.from_numpy(recalled(words[0].tolist(), NUM_WORDS)[:-1])[None]
    inputs = inputs_of(words, durations, steps, torch.tensor([16]), again, NUM_WORDS)
    state, single = None, []
    with torch.no_grad():
        for place in range(EVENTS):
            one = type(inputs)(*(getattr(inputs, name)[:, place : place + 1] for name in inputs.__dataclass_fields__))
            chords, _, state = model(one, state)
            single.append(chords)
    assert torch.allclose(torch.cat(single, 1), whole, atol=1e-5)


def test_places_in_the_bar_count_from_both_ends() -> None:
    since, left = places(torch.tensor([0, 4, 12, 17]), torch.tensor(12))
    assert since.tolist() == [0, 4, 0, 5]
    assert left.tolist() == [12, 8, 12, 7]
    since, left = places(torch.tensor([0, 70, 99]), torch.tensor(100))
    assert since.max() < 64
    assert left.min() >= 1
    assert left.max() <= 64


def test_the_head_costs_nothing_where_it_is_certain_and_right() -> None:
    head, music = ChordHead(), random_music(3, 5)
    certain = head.certain(torch.zeros(3, 5, DEPTH), music)
    assert head.loss(certain, music).max() < 1e-6
    assert torch.equal(head.draw(certain, 0.0, None), music)
    assert torch.equal(head.draw(certain, 1.0, torch.Generator().manual_seed(1)), music)
    assert split(certain)[1].argmax(-1).equal(music[..., DURATION])


def test_a_rest_is_said_only_where_nothing_else_is_likely() -> None:
    many_hot = torch.from_numpy(closed(SHAPES).many_hot.copy())
    unsure, silent, sure = torch.full((3, 12), -1.0).unbind()
    unsure[[0, 4]] = -0.2
    silent = silent - 9
    sure[[0, 4, 7]] = 5.0
    words = word_logits(torch.stack([unsure, silent, sure]), many_hot).argmax(-1).tolist()
    assert words[0] != 0
    assert words[1] == 0
    assert closed(SHAPES).chords[words[2]] == (0, 4, 7)


def test_projected_features_are_the_features_projected() -> None:
    head, music, weight = ChordHead(), random_music(2, 4), torch.randn(DEPTH, 7)
    assert torch.allclose(head.project(music, weight), head.features(music) @ weight)


@pytest.mark.parametrize("part", ["varied", "map", "plain_map"])
def test_each_autoencoder_learns_four_windows(part: str) -> None:
    torch.manual_seed(0)
    config = ChordsConfig(SHAPES, latent_dim=16, window_events=4, map_events=4, encoder_width=64, decoder_width=32)
    model = getattr(ChordsModel(config), part)
    music = random_music(4, 4)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    first = plain_loss(model, music).mean().item()
    for _ in range(150):
        optimizer.zero_grad()
        loss = plain_loss(model, music).mean()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.25 * first


def test_a_config_comes_back_from_json_with_its_shapes() -> None:
    config = tiny_config()
    table = to_dict(config)
    table["shapes"] = list(table["shapes"])
    assert from_dict(ChordsConfig, table) == config
    assert music_of(config) == "chords"
    with pytest.raises(CheckpointError, match="unknown model setting"):
        from_dict(ChordsConfig, {**table, "octaves": 3})
