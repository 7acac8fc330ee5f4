"""What knobs plan for a melody is what is likeliest then; it stays in its key, and its register climbs there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from made_up import beat, line, write_checkpoints
from morphing import anchors_of, field_of, pattern
from torch import Tensor

from engine.representations.key import at_home
from engine.representations.melodic_line import line_through
from engine.representations.melody import FIRST_PITCH_CLASS, HOLD, MIN_PITCH, NUM_CLASSES, OFF, pitch_token
from engine.runtime import checkpoint
from engine.runtime.cache import LatentCache
from engine.runtime.engine import Engine
from engine.runtime.melody_plan import planned
from engine.runtime.position import Position
from engine.runtime.tilts import STEEPEST, TURNED, strength_of, tilted_odds

C_MAJOR = torch.tensor([pitch_token(pitch) for pitch in (60, 62, 64, 65, 67, 69, 71, 72)])[None]
HELD = 3
CONTOUR = 6


def said(melody: Tensor, spread: float = 3.0) -> Tensor:
    """Logits `1, steps, 90` of a model that says a melody, each note for three steps, and finds other things likely."""
    tokens = torch.full((1, HELD * melody.shape[1]), HOLD)
    tokens[:, ::HELD] = melody
    noise = torch.randn(*tokens.shape, NUM_CLASSES, generator=torch.Generator().manual_seed(0))
    return spread * noise.clamp(-2, 2) + 4 * spread * torch.nn.functional.one_hot(tokens, NUM_CLASSES)


def sung(melody: Tensor = C_MAJOR, **knobs: float) -> Tensor:
    """The tokens that are likeliest under tilted odds, `steps`."""
    rest = said(melody)
    return (rest + tilted_odds(rest[:, None], rest.argmax(-1), [knobs])[:, 0]).argmax(-1)[0]


def pitches(tokens: Tensor) -> list[int]:
    return (tokens[tokens >= FIRST_PITCH_CLASS] - FIRST_PITCH_CLASS + MIN_PITCH).tolist()


def test_at_rest_nothing_is_asked_and_soon_everything() -> None:
    assert strength_of(0.0) == 0
    assert 0 < strength_of(0.01) < 0.1
    assert strength_of(-0.3) == strength_of(1.0) == 1
    assert not tilted_odds(said(C_MAJOR)[:, None], C_MAJOR, [dict.fromkeys(TURNED, 0.0)]).any()


@pytest.mark.parametrize("name", TURNED)
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_knob_a_little_off_the_middle_changes_no_note(name: str, sign: int) -> None:
    assert torch.equal(sung(**{name: 0.005 * sign}), said(C_MAJOR).argmax(-1)[0])


def test_pitches_of_other_keys_become_unlikely_in_each_melodys_own_key() -> None:
    melodies = torch.cat([said(C_MAJOR), said(C_MAJOR + 1)])
    tilts = tilted_odds(melodies[:, None], melodies.argmax(-1), [{"length": 0.5}] * 2)[:, 0]
    for melody, home in enumerate(({0, 2, 4, 5, 7, 9, 11}, {1, 3, 5, 6, 8, 10, 0})):
        ahead = tilts[melody, :, FIRST_PITCH_CLASS:] - tilts[melody, :, FIRST_PITCH_CLASS:].amax(-1, keepdim=True)
        free = (ahead > -10).any(0).nonzero().flatten() + MIN_PITCH
        assert set((free % 12).tolist()) == home


def test_what_is_planned_is_what_is_likeliest() -> None:
    rest = said(C_MAJOR)
    odds = rest.log_softmax(-1)[0].double().numpy()
    of_notes = np.logaddexp.reduce(odds[:, FIRST_PITCH_CLASS:], 1) - np.logaddexp(odds[:, HOLD], odds[:, OFF])
    for knobs in ({"density": 1.0}, {"density": -1.0}, {"syncopation": 1.0}, {"length": -1.0}, {"length": 1.0}):
        plan = planned(rest.argmax(-1)[0].numpy(), of_notes, knobs)
        found = sung(**knobs).numpy()
        assert np.array_equal(found >= FIRST_PITCH_CLASS, plan.onsets)
        assert np.array_equal(found == OFF, plan.tokens == OFF)
        known = plan.onsets & ~plan.is_new
        assert np.array_equal(found[known], plan.tokens[known])


def test_the_line_is_bent_and_no_onset_moves() -> None:
    rest = said(C_MAJOR).argmax(-1)
    for value in (-1.0, -0.5, 0.5, 1.0):
        found = sung(contour=value)
        assert torch.equal(found >= FIRST_PITCH_CLASS, rest[0] >= FIRST_PITCH_CLASS)
        risen = line_through(found[None].numpy()).rise[0] - line_through(rest.numpy()).rise[0]
        assert risen == pytest.approx(STEEPEST * value, abs=2)


def test_the_range_goes_from_the_line_itself_to_far_off_it() -> None:
    zigzag = torch.tensor([[pitch_token(pitch) for pitch in (60, 72, 60, 71, 62, 72, 60, 72)]])
    deviations = [line_through(sung(zigzag, range=value)[None].numpy()).off.std() for value in (-1.0, -0.5, 0.5, 1.0)]
    assert deviations == sorted(deviations)
    assert deviations[0] < 0.3 * deviations[-1]


def test_what_is_asked_of_one_changes_nothing_for_others_nor_what_one_window_plays_for_the_next() -> None:
    up, down = said(C_MAJOR), said(C_MAJOR.flip(1))
    both = torch.cat([up, down])
    tilts = tilted_odds(both[:, None], both.argmax(-1), [{}, {"contour": 0.7}])
    assert not tilts[0].any()
    alone = tilted_odds(down[:, None], down.argmax(-1), [{"contour": 0.7}])
    assert torch.equal(tilts[1:], alone)
    windows = tilted_odds(both[None], both.argmax(-1).view(1, -1), [{"contour": 0.7}])
    assert torch.equal(windows[0, 1], alone[0, 0])


def test_chance_keeps_its_say_where_nothing_is_changed_and_no_other_pitch_is_asked_for() -> None:
    rest = said(C_MAJOR)
    firm, loose = (tilted_odds(rest[:, None], rest.argmax(-1), [{"density": 0.5}], [steady]) for steady in (1.0, 0.0))
    changed = (sung(density=0.5) != rest.argmax(-1)[0]).nonzero().flatten()
    kinds = slice(0, FIRST_PITCH_CLASS)
    assert len(changed)
    assert torch.equal(firm[0, 0, changed, kinds], loose[0, 0, changed, kinds])
    kept = [step for step in range(rest.shape[1]) if step not in changed.tolist()]
    assert firm[0, 0, kept, kinds].any()
    assert not loose[0, 0, kept, kinds].any()


def test_long_windows_are_turned_phrase_by_phrase() -> None:
    phrase = said(C_MAJOR.repeat(1, 2))[:, :32]
    twice = phrase.repeat(1, 2, 1)
    tilts = tilted_odds(twice[:, None], twice.argmax(-1), [{"contour": 1.0, "density": 0.5}])
    assert torch.equal(tilts[:, :, :32], tilts[:, :, 32:])


def test_a_melody_without_notes_is_asked_for_no_numbers_that_are_none() -> None:
    silence = torch.zeros(1, 32, NUM_CLASSES)
    silence[..., HOLD] = 9
    tilts = tilted_odds(silence[:, None], silence.argmax(-1), [dict.fromkeys(TURNED, 1.0)])
    assert tilts.isfinite().all()
    assert not (silence + tilts[:, 0]).argmax(-1).any()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Tiny models."""
    folder: Path = write_checkpoints(tmp_path_factory.mktemp("checkpoints"))
    found = [checkpoint.load(path) for path in checkpoint.find(folder)]
    loaded = Engine(found, torch.device("cpu"), LatentCache(None))
    yield loaded
    loaded.close()


def turned(number: int, value: float) -> tuple[float, ...]:
    return tuple(value if k == number else 0.0 for k in range(1, 9))


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("bars", [2, 5])
def test_a_knob_leaves_the_key_of_no_melody(engine: Engine, temperature: float, bars: int) -> None:
    field = field_of(engine, line, 2, bars=bars)
    rest = {note.pitch % 12 for note in pattern(engine, field).notes}
    tokens = np.array([[pitch_token(60 + pitch) for pitch in rest]])
    home = set(np.flatnonzero(at_home(tokens)[0]))
    for value in (-1.0, 0.5, 1.0):
        moved = pattern(engine, field, knobs=turned(CONTOUR, value), temperature=temperature)
        assert {note.pitch % 12 for note in moved.notes} <= home
        assert moved != pattern(engine, field, temperature=temperature)


def test_what_else_is_asked_changes_nothing(engine: Engine) -> None:
    for make in (line, beat):
        field = engine.field(anchors_of(make, 3))
        positions = [Position(knobs=turned(1, 0.5)), Position(), Position(0.1, 0.9, knobs=turned(1, -1.0))]
        together = engine.morph(field, positions).clips
        assert together == tuple(engine.morph(field, [one]).clips[0] for one in positions)


def test_the_register_climbs_along_the_scale(engine: Engine) -> None:
    field = field_of(engine, line, 2, bars=2)
    rest, up, half = (
        [note.pitch for note in pattern(engine, field, knobs=turned(3, value)).notes] for value in (0.0, 1.0, 0.5)
    )
    assert up == [pitch + 12 for pitch in rest]
    assert all(0 < h - r < 12 for h, r in zip(half, rest, strict=True))
    assert [n.start_quarters for n in pattern(engine, field, knobs=turned(3, 0.5)).notes] == [
        n.start_quarters for n in pattern(engine, field).notes
    ]
