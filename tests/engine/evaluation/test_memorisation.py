"""How near a model's music comes to what it learnt from."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.evaluation.memorisation import Memorisation, Nearness, memorisation, nearest, nearness
from engine.representations.melody import FIRST_PITCH_CLASS, NUM_CLASSES


def tunes(count: int, seed: int = 0, notes: int = 8) -> Tensor:
    """Melodies of two bars, their notes on random steps, in the middle of the range."""
    generator = torch.Generator().manual_seed(seed)
    music = torch.zeros(count, 32, dtype=torch.long)
    for window in music:
        steps = torch.randperm(32, generator=generator)[:notes]
        window[steps] = torch.randint(30, 60, (notes,), generator=generator)
    return music


def grooves(count: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    hits = (torch.rand(count, 32, 9, generator=generator) < 0.2).float()
    return torch.cat([hits, hits * 0.5, hits * 0.1], -1)


def moved(music: Tensor, semitones: int) -> Tensor:
    return torch.where(music >= FIRST_PITCH_CLASS, music + semitones, music)


@pytest.mark.parametrize("semitones", [-20, -5, 0, 7, 25])
def test_a_copy_is_a_copy_in_any_key(semitones: int) -> None:
    known = tunes(5)
    assert nearest("melody", moved(known, semitones), known).tolist() == [1.0] * 5


def test_the_ends_of_the_keyboard_have_their_place() -> None:
    leap = torch.zeros(1, 32, dtype=torch.long)
    leap[0, :4] = torch.tensor([FIRST_PITCH_CLASS, NUM_CLASSES - 1, FIRST_PITCH_CLASS, NUM_CLASSES - 1])
    assert nearest("melody", torch.cat([leap, leap.roll(1, 1)]), leap)[0] == 1.0


def test_a_changed_note_is_counted_on_both_sides() -> None:
    known = tunes(1, notes=8)
    last = known[0].nonzero()[-1, 0]
    changed = known.clone()
    changed[0, last] += 1
    assert nearest("melody", changed, known).item() == pytest.approx(7 / 8)
    changed[0, last] = 0
    assert nearest("melody", changed, known).item() == pytest.approx(14 / 15)


def test_drums_are_alike_by_their_hits_however_hard() -> None:
    known = grooves(4)
    louder = torch.cat([known[..., :9], known[..., 9:18] * 1.5, known[..., 18:] * 0], -1)
    assert nearest("groove", louder, known).tolist() == [1.0] * 4


def test_the_nearest_of_many_counts() -> None:
    known, sought = tunes(600, seed=1), tunes(3, seed=2)
    assert nearest("melody", sought, torch.cat([known, sought[:1]])).tolist()[0] == 1.0
    assert (nearest("melody", sought, known) >= nearest("melody", sought, known[:10])).all()


@pytest.mark.parametrize("music", ["drums", "trio"])
def test_classes_are_compared_part_by_part(music: str) -> None:
    generator = torch.Generator().manual_seed(0)
    drums = torch.randint(0, 512, (3, 32), generator=generator)
    windows = drums if music == "drums" else torch.stack([tunes(3, 1), tunes(3, 2), drums], -1)
    assert nearest(music, windows, windows).tolist() == [1.0] * 3
    assert (nearest(music, windows, windows.roll(1, 1)) < 0.9).all()


def test_windows_of_a_few_notes_say_nothing() -> None:
    assert nearness("melody", tunes(3, notes=3), tunes(3, notes=3)) == Nearness(0, 0.0, 0.0)
    assert nearness("melody", torch.cat([tunes(2, notes=3), tunes(2)]), tunes(2)).windows == 2


def test_a_model_that_gives_its_clips_back_has_them_by_heart() -> None:
    train, held_out = tunes(20, 1), tunes(5, 2)
    copied = memorisation("melody", train, held_out, moved(train, 3), tunes(20, 3))
    assert copied.samples.copies == 1.0
    assert copied.is_learnt_by_heart
    own = memorisation("melody", train, held_out, tunes(20, 4), tunes(20, 3))
    assert own.excess <= 0
    assert not own.is_learnt_by_heart


def test_variations_alone_give_it_away() -> None:
    train = tunes(20, 1)
    assert memorisation("melody", train, tunes(5, 2), tunes(20, 4), train).is_learnt_by_heart


def test_music_that_repeats_itself_may_be_repeated() -> None:
    often = Nearness(10, 1.0, 0.6)
    assert not Memorisation(often, Nearness(200, 1.0, 0.65), Nearness(200, 0.5, 0.0)).is_learnt_by_heart
    assert Memorisation(often, Nearness(200, 1.0, 0.75), Nearness(200, 0.5, 0.0)).is_learnt_by_heart
