"""Ways between two clips, whatever the music: pairs, mixes, evenness, and the stops that the engine takes."""

from __future__ import annotations

import pytest
import torch
from known_models import Parrot, some_music
from made_up import tiny_vae

from engine.evaluation.paths import STOPS, WAYS, Pairs, all_walks, as_played, distinct_clips, evenness, mixed
from engine.latent.slerp import slerp
from engine.models.vae import Vae
from engine.representations.drums import GENERAL_MIDI
from engine.runtime import translators
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.translator_table import Translators
from engine.runtime.travel import measure_way

STEPS, CLIPS = 32, 12
SHARES = torch.linspace(0, 1, STOPS)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_pairs_take_no_clip_twice_and_depend_on_the_seed_alone() -> None:
    clips = torch.arange(CLIPS + 1)[:, None]
    pairs = Pairs.drawn(clips.float(), clips, generator())
    taken = torch.cat(pairs.ends).flatten().tolist()
    assert len(pairs) == CLIPS // 2
    assert len(set(taken)) == CLIPS
    assert [end.tolist() for end in pairs.latents] == [end.tolist() for end in pairs.ends]
    again, other = (Pairs.drawn(clips.float(), clips, generator(seed)) for seed in (0, 1))
    assert torch.equal(again.ends[0], pairs.ends[0])
    assert not torch.equal(other.ends[0], pairs.ends[0])


@pytest.mark.parametrize("shape", [(STEPS,), (STEPS, 3)])
def test_a_mix_begins_with_the_first_and_ends_with_the_second(shape: tuple[int, ...]) -> None:
    first, second = torch.randint(0, 90, (CLIPS, *shape)), torch.randint(0, 90, (CLIPS, *shape))
    mixes = mixed(first, second, SHARES, generator())
    assert torch.equal(mixes[:, 0], first)
    assert torch.equal(mixes[:, -1], second)
    assert bool(((mixes == first[:, None]) | (mixes == second[:, None])).all())


def test_a_mix_goes_over_evenly_and_never_back() -> None:
    first, second = torch.zeros(500, STEPS, dtype=torch.long), torch.ones(500, STEPS, dtype=torch.long)
    mixes = mixed(first, second, SHARES, generator())
    assert bool((mixes.diff(dim=1) >= 0).all())
    assert evenness(mixes)["share_of_distance"] == pytest.approx(SHARES.tolist(), abs=0.02)
    assert evenness(mixes)["worst_deviation"] < 0.02


def test_all_parts_of_a_step_come_from_the_same_clip() -> None:
    first, second = torch.zeros(5, STEPS, 3, dtype=torch.long), torch.ones(5, STEPS, 3, dtype=torch.long)
    mixes = mixed(first, second, SHARES, generator())
    assert bool((mixes == mixes[..., :1]).all())


def test_a_jump_in_the_middle_is_as_uneven_as_it_can_be_heard() -> None:
    walk = torch.zeros(3, STOPS, STEPS)
    walk[:, 5:] = 1
    assert evenness(walk)["share_of_distance"] == [0.0] * 5 + [1.0] * 4
    assert evenness(walk)["worst_deviation"] == pytest.approx(0.5)
    assert distinct_clips(walk) == 2


def test_pairs_count_by_how_far_apart_they_are_and_not_by_their_number() -> None:
    """Two cells that change late weigh as two, one cell that changes at once as one."""
    walk = torch.zeros(2, 3, 4)
    walk[0, 1:, 0] = 1
    walk[1, 2, :2] = 1
    assert evenness(walk)["share_of_distance"] == pytest.approx([0, 1 / 3, 1])


def test_a_way_between_equal_ends_goes_nowhere_and_has_no_share() -> None:
    model = Vae(tiny_vae()).eval()
    z, music = torch.randn(1, 8).expand(4, -1), some_music("melody", 1, STEPS).expand(4, -1)
    pairs = Pairs.drawn(z, music, generator())
    with torch.inference_mode():
        walks = all_walks(model, pairs, lambda each, _: model.decode(each).argmax(-1), generator())
    assert list(walks) == list(WAYS)
    for walk in walks.values():
        assert bool((walk == walk[:, :1]).all())
        assert distinct_clips(walk) == 1
        assert str(evenness(walk)["worst_deviation"]) == "nan"


def test_the_measured_out_way_stops_where_the_engine_does() -> None:
    torch.manual_seed(0)
    model = Vae(tiny_vae()).eval()
    mu = 3 * torch.randn(2, 8)
    pairs = Pairs.drawn(mu, some_music("melody", 2, STEPS), generator())
    loaded = Checkpoint("m", "melody", 2, model, "0", {})
    ends = [end[:1] for end in pairs.latents]
    of_the_engine = measure_way(model, Translators(GENERAL_MIDI).of(loaded), ends, STOPS)
    walked: list[torch.Tensor] = []
    as_played(model, pairs, lambda z, _: walked.append(z) or model.decode(z).argmax(-1))  # type: ignore[func-returns-value]
    a, b = (end.expand(STOPS, -1) for end in ends)
    torch.testing.assert_close(walked[0], slerp(a, b, of_the_engine))
    assert not torch.allclose(of_the_engine, SHARES)


def test_measured_out_a_model_changes_more_evenly_than_by_angle() -> None:
    known = some_music("melody", 2, STEPS)
    parrot = Parrot("melody", known)
    pairs = Pairs.drawn(torch.tensor([[0.0, 0.0], [1.0, 1.0]]), known, generator())
    walks = all_walks(parrot, pairs, lambda z, _: translators.music_of(parrot, z), generator())
    assert distinct_clips(walks["paths"]) == distinct_clips(walks["paths_measured_out"]) == 2
    assert walks["paths_measured_out"][0, 0].equal(pairs.ends[0][0])
    assert walks["paths_measured_out"][0, -1].equal(pairs.ends[1][0])
