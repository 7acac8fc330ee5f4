"""Batches: each window once an epoch, decided by the step alone, transposed without harm."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.data.dataset import MusicSet
from engine.representations.drums import NUM_VOICES
from engine.representations.melody import FIRST_PITCH_CLASS, HOLD, NUM_CLASSES, OFF
from engine.representations.trio import BASS, DRUMS, MELODY
from engine.training.batches import Batches, drop_hits, mix_parts, step_seed, transpose
from engine.training.presets import Schedule

SCHEDULE = Schedule(steps=100, batch_size=8)


def music_set(music: Tensor) -> MusicSet:
    count = len(music)
    source = (torch.arange(count) % 2).to(torch.uint8)
    return MusicSet(music, source, torch.arange(count), torch.full((count,), 120.0), ("a", "b"))


def melodies(count: int = 21, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randint(FIRST_PITCH_CLASS, NUM_CLASSES, (count, 32), generator=generator)
    kinds = torch.rand(count, 32, generator=generator)
    tokens[kinds < 0.6], tokens[kinds < 0.1] = HOLD, OFF
    tokens[:, 0] = 40
    return tokens.to(torch.uint8)


def grooves(count: int = 21) -> Tensor:
    return torch.rand(count, 32, 3 * NUM_VOICES, generator=torch.Generator().manual_seed(0))


def batches(music: Tensor, schedule: Schedule = SCHEDULE, seed: int = 1, step: int = 0) -> Batches:
    return Batches(music_set(music), schedule, seed, lambda: step)


@pytest.mark.parametrize("epoch", [0, 1, 5])
def test_every_window_comes_once_an_epoch(epoch: int) -> None:
    made = batches(grooves())
    rows = torch.cat([made.at(epoch * made.batches_an_epoch + place).music for place in range(made.batches_an_epoch)])
    assert torch.equal(rows.flatten(1).sort(0).values, grooves().flatten(1).sort(0).values)


def test_the_order_changes_with_epoch_and_seed() -> None:
    made = batches(grooves())
    assert not torch.equal(made.at(0).music, made.at(made.batches_an_epoch).music)
    assert not torch.equal(made.at(0).music, batches(grooves(), seed=2).at(0).music)


def test_a_batch_depends_on_its_step_alone() -> None:
    schedule = replace(SCHEDULE, transpose=(-5, 6))
    from_the_start = list(islice(batches(melodies(), schedule), 10))
    from_step_7 = list(islice(batches(melodies(), schedule, step=7), 3))
    for expected, found in zip(from_the_start[7:], from_step_7, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(expected[:3], found[:3], strict=True))


def test_weights_follow_the_sources() -> None:
    made = batches(grooves(), replace(SCHEDULE, source_weights={"b": 0.25}))
    assert made.weights.mean().item() == pytest.approx(1)
    assert (made.weights[0] / made.weights[1]).item() == pytest.approx(4)


def test_seeds_of_neighbouring_steps_and_runs_differ() -> None:
    assert len({step_seed(seed, step) for seed in range(20) for step in range(-100, 1000)}) == 20 * 1100


@given(st.integers(0, 1000), st.integers(-12, 0), st.integers(0, 12))
def test_transposition_keeps_range_rhythm_and_intervals(seed: int, low: int, high: int) -> None:
    before = melodies(seed=seed).long()
    after = transpose(before, (low, high), torch.Generator().manual_seed(seed))
    onsets = before >= FIRST_PITCH_CLASS
    assert torch.equal(after >= FIRST_PITCH_CLASS, onsets)
    assert torch.equal(after[~onsets], before[~onsets])
    assert after.max() < NUM_CLASSES
    shift = after - before
    for row, is_onset in zip(shift, onsets, strict=True):
        assert len(row[is_onset].unique()) == 1
        assert low <= row[is_onset][0] <= high


def test_a_melody_over_the_whole_range_is_not_transposed() -> None:
    tokens = torch.zeros(1, 32, dtype=torch.long)
    tokens[0, 0], tokens[0, 5] = FIRST_PITCH_CLASS, NUM_CLASSES - 1
    for seed in range(20):
        assert torch.equal(transpose(tokens, (-5, 6), torch.Generator().manual_seed(seed)), tokens)


def test_every_transposition_is_drawn() -> None:
    tokens = torch.full((2000, 1), 40)
    found = transpose(tokens, (-5, 6), torch.Generator().manual_seed(0)) - tokens
    assert set(found.flatten().tolist()) == set(range(-5, 7))


def test_dropped_hits_lose_velocity_and_offset_and_the_rest_stays() -> None:
    music = grooves(200) + 0.1
    dropped = drop_hits(music, 0.5, torch.Generator().manual_seed(0))
    hits, velocities, offsets = dropped.split(NUM_VOICES, -1)
    gone = hits == 0
    assert 0.2 < gone.float().mean() < 0.5
    assert torch.equal(gone, velocities == 0)
    assert torch.equal(gone, offsets == 0)
    assert torch.equal(hits[~gone], music[..., :NUM_VOICES][~gone])
    assert drop_hits(music, 0.0, torch.Generator()) is music


def test_what_is_to_be_rebuilt_keeps_the_hits_that_are_hidden() -> None:
    batch = batches(grooves(), replace(SCHEDULE, drop=0.9)).at(0)
    assert (batch.shown == 0).any()
    assert (batch.music > 0).all()


def trios(count: int = 21, seed: int = 0) -> Tensor:
    drums = torch.randint(0, 512, (count, 32), generator=torch.Generator().manual_seed(seed))
    return torch.stack([melodies(count, seed).long(), melodies(count, seed + 1).long(), drums], -1)


@given(st.integers(0, 1000))
def test_melody_and_bass_of_a_trio_are_transposed_alike_and_its_drums_never(seed: int) -> None:
    before = trios(seed=seed)
    after = transpose(before, (-5, 6), torch.Generator().manual_seed(seed))
    assert torch.equal(after[..., DRUMS], before[..., DRUMS])
    lines = slice(MELODY, BASS + 1)
    shift, onsets = (after - before)[..., lines], before[..., lines] >= FIRST_PITCH_CLASS
    assert torch.equal(after[..., lines] >= FIRST_PITCH_CLASS, onsets)
    for row, is_onset in zip(shift, onsets, strict=True):
        assert len(row[is_onset].unique()) == 1


def test_mixed_trios_keep_their_melody_and_play_parts_of_their_batch() -> None:
    before = trios(200)
    after = mix_parts(before, 0.3, torch.Generator().manual_seed(0))
    assert torch.equal(after[..., MELODY], before[..., MELODY])
    for part in (BASS, DRUMS):
        kept = (after[..., part] == before[..., part]).all(1)
        assert 0.6 < kept.float().mean() < 0.8
        rows = {tuple(row) for row in before[..., part].tolist()}
        assert all(tuple(row) in rows for row in after[..., part].tolist())
    assert mix_parts(before, 0.0, torch.Generator()) is before


def test_classes_are_made_to_batches_of_whole_numbers() -> None:
    classes = torch.randint(0, 512, (21, 32), generator=torch.Generator().manual_seed(0))
    batch = batches(classes.to(torch.int16)).at(0)
    assert batch.music.dtype == torch.int64
    assert {tuple(row) for row in batch.music.tolist()} <= {tuple(row) for row in classes.tolist()}
    schedule = replace(SCHEDULE, mix=0.5, transpose=(-5, 6))
    batch = batches(trios().to(torch.int16), schedule).at(0)
    assert batch.music.shape == (8, 32, 3)
    assert batch.shown is batch.music


def test_odd_melodies_weigh_less() -> None:
    music = melodies(9)
    music[2], music[5], music[2, 3] = HOLD, 40, 50  # one note; a note on every step
    made = batches(music, replace(SCHEDULE, odd_weight=0.25, batch_size=9))
    order = [int((music == row).all(1).nonzero()[0]) for row in made.at(0).music.to(torch.uint8)]
    weights = dict(zip(order, made.at(0).weights.tolist(), strict=True))
    assert weights[2] == weights[5] == 0.25
    assert all(weight == 1 for place, weight in weights.items() if place not in (2, 5))
