"""Knobs and settings of a morph: nothing at rest, and each only what its name says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from made_up import beat, line, write_checkpoints
from morphing import KINDS, MAKERS, POINTS, Make, anchors_of, field_of, hits, pattern

from engine.errors import WrongKindError
from engine.representations.clip import Clip, make_clip
from engine.representations.grid import nearest_step
from engine.representations.kind import DRUMS, MELODY
from engine.representations.melody import FIRST_PITCH_CLASS, NUM_CLASSES
from engine.runtime import checkpoint
from engine.runtime.cache import LatentCache
from engine.runtime.engine import Engine
from engine.runtime.knobs import KNOBS
from engine.runtime.melody_translator import MelodyTranslator
from engine.runtime.morph import turned_by_knobs
from engine.runtime.position import Anchor, Position


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    loaded = Engine.load(write_checkpoints(tmp_path_factory.mktemp("checkpoints")), "cpu")
    yield loaded
    loaded.close()


@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_drums_only_gain_hits_with_density(engine: Engine, temperature: float) -> None:
    for bars in (2, 5):
        field = field_of(engine, beat, bars=bars)
        at = [Position(0.3, 0.5, temperature=temperature, seed=2, density=k / 4) for k in range(-4, 5)]
        patterns = [hits(clip) for clip in engine.morph(field, at).clips]
        assert all(sparser <= denser for sparser, denser in pairwise(patterns))
        assert len(patterns[0]) < len(patterns[4]) < len(patterns[-1])
        assert patterns[4] == hits(pattern(engine, field, 0.3, 0.5, temperature=temperature, seed=2))


@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_melodies_gain_onsets_with_density(engine: Engine, temperature: float) -> None:
    field = field_of(engine, line, bars=2)
    at = [Position(0.3, 0.5, temperature=temperature, seed=2, density=k / 8) for k in range(-8, 9)]
    steps = [{step for _, step in hits(clip)} for clip in engine.morph(field, at).clips]
    assert all(sparser <= denser for sparser, denser in pairwise(steps))
    assert len(steps[0]) < len(steps[8])


def test_density_makes_onsets_of_holds() -> None:
    said = torch.randn(1, 64, NUM_CLASSES, generator=torch.Generator().manual_seed(0))
    said[..., FIRST_PITCH_CLASS:] -= 8
    onsets = [MelodyTranslator().draw(said, 0.0, None, k / 4) >= FIRST_PITCH_CLASS for k in range(-4, 5)]
    assert all((sparser <= denser).all() for sparser, denser in pairwise(onsets))
    assert onsets[4].sum() < onsets[-1].sum()


@pytest.mark.parametrize("make", MAKERS)
def test_timing_and_velocity_can_be_taken_out(engine: Engine, make: Make) -> None:
    field = engine.field([Anchor(unquantized(make(k)), *POINTS[k]) for k in range(3)], kind=KINDS[make])
    played, straight, half, level = engine.morph(
        field, [Position(), Position(timing=0.0), Position(timing=0.5), Position(velocity=0.0)]
    ).clips
    offsets = [[nearest_step(n.start_quarters, clip)[1] for n in clip.notes] for clip in (played, straight, half)]
    assert max(map(abs, offsets[0])) > 0.01
    assert max(map(abs, offsets[1])) < 1e-6
    assert max(map(abs, offsets[2])) == pytest.approx(max(map(abs, offsets[0])) / 2, abs=1e-3)
    velocities = [note.velocity for note in played.notes]
    assert max(velocities) > min(velocities) + 1
    assert [note.velocity for note in level.notes] == pytest.approx([np.mean(velocities)] * len(velocities), abs=0.01)
    assert hits(played) == hits(straight) == hits(level)


def unquantized(clip: Clip) -> Clip:
    """Each note a little late, by its pitch."""
    notes = (replace(note, start_quarters=note.start_quarters + note.pitch % 5 / 100) for note in clip.notes)
    return make_clip(notes, clip.length_quarters)


def test_a_melody_is_played_louder_and_later_by_its_last_knobs(engine: Engine) -> None:
    field = field_of(engine, line)

    def turned(**knobs: float) -> Clip:
        values = {"velocity": 0.0, "feel": 0.0} | knobs
        return pattern(engine, field, knobs=(0.0,) * 6 + (values["velocity"], values["feel"]))

    rest, loud, soft, behind, ahead = (
        turned(), turned(velocity=1.0), turned(velocity=-1.0), turned(feel=1.0), turned(feel=-1.0),
    )  # fmt: skip
    assert rest == pattern(engine, field)
    for softer, note, louder in zip(soft.notes, rest.notes, loud.notes, strict=True):
        assert 0 < softer.velocity < note.velocity < louder.velocity <= 127
    shifts = [(b.start_quarters - a.start_quarters) % 16 for a, b in zip(rest.notes, behind.notes, strict=True)]
    assert shifts == pytest.approx([1 / 12] * len(shifts))
    assert rest.notes[0].start_quarters == 0
    assert ahead.notes[-1].start_quarters == pytest.approx(16 - 1 / 12)
    assert all(0 <= note.start_quarters < 16 for note in (*ahead.notes, *behind.notes))


def test_the_knobs_that_work_are_named_with_their_numbers(engine: Engine) -> None:
    named = [(number, knob.name) for number, knob in engine.knobs(MELODY)]
    assert [number for number, _ in named] == list(range(1, 9))
    assert named[2] == (3, "register")
    assert engine.knobs(DRUMS) == ()
    with pytest.raises(WrongKindError, match="noise"):
        engine.knobs("noise")


@dataclass(frozen=True)
class Upwards:
    """Directions for tests: each moves one number of the latent."""

    names: tuple[str, ...] = ("density", "kick", "velocity")

    def moved(self, z: torch.Tensor, values: Mapping[str, float]) -> torch.Tensor:
        moved = z.clone()
        for name, value in values.items():
            moved[..., self.names.index(name)] += 3 * value
        return moved


@pytest.fixture(scope="module")
def knobbed(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = write_checkpoints(tmp_path_factory.mktemp("knobbed"))
    found = [replace(checkpoint.load(path), directions=Upwards()) for path in checkpoint.find(folder)]
    return Engine(found, torch.device("cpu"), LatentCache(None))


def test_knobs_move_the_latent_and_nothing_at_rest(engine: Engine, knobbed: Engine) -> None:
    anchors = anchors_of(beat, 3)
    field, plain = knobbed.field(anchors), engine.field(anchors)
    rest, kicks, sparse, nothing = knobbed.morph(
        field,
        [Position(), Position(knobs=knobs(3, 1.0)), Position(knobs=knobs(1, -1.0)), Position(knobs=knobs(4, 1.0))],
    ).clips
    assert rest == nothing == engine.morph(plain, [Position()]).clips[0]
    assert len({rest, kicks, sparse}) == 3
    for clip, at in ((kicks, knobs(3, 1.0)), (sparse, knobs(1, -1.0))):
        assert clip == pattern(knobbed, field, knobs=at)


def test_a_knobs_move_is_the_directions_own(knobbed: Engine) -> None:
    field = field_of(knobbed, beat, 1, bars=5)
    latents = field.mixture.means(np.ones((1, 1)))
    expected = latents.clone()
    expected[..., 2] += 1.5
    turned = (0.0,) * 6 + (0.5, 0.0)
    assert torch.equal(turned_by_knobs(latents, field.loaded, [Position(knobs=turned)]), expected)
    assert pattern(knobbed, field, knobs=turned) != pattern(knobbed, field)


def test_what_is_in_the_latent_counts_as_working_where_it_was_found(knobbed: Engine) -> None:
    assert [number for number, _ in knobbed.knobs(DRUMS)] == [1, 3, 7]
    assert knobbed.knobs(MELODY) == tuple(enumerate(KNOBS[MELODY], start=1))


def knobs(number: int, value: float) -> tuple[float, ...]:
    return tuple(value if k == number else 0.0 for k in range(1, 9))


def test_a_turned_knob_leaves_chance_its_say(engine: Engine) -> None:
    field = field_of(engine, line, 2, bars=2)
    turned = (0.5,) + (0.0,) * 7
    drawn = {pattern(engine, field, knobs=turned, temperature=1.0, seed=seed) for seed in range(4)}
    assert len(drawn) > 2
