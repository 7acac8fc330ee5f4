"""Finding directions: in a latent that can be looked into, they move what they are named after, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from made_up import tiny_feel, tiny_vae, write_bars, write_checkpoints
from torch import Tensor

from engine.data.dataset import load_set
from engine.errors import DataError, WrongKindError
from engine.evaluation import knobs as measuring
from engine.evaluation.attributes import ATTRIBUTES
from engine.evaluation.evaluate import evaluate, finite
from engine.evaluation.knobs import VALUES, decoded, measure_knobs
from engine.models.feel import FeelModel
from engine.models.vae import Vae
from engine.representations.drums import NUM_VOICES
from engine.representations.groove import DEPTH
from engine.runtime import checkpoint
from engine.runtime.directions import DIRECTIONS_NAME, Directions
from engine.runtime.tilts import TURNED
from engine.training import directions as finding
from engine.training import knob_travel, local_means
from engine.training.card import write_card
from engine.training.directions import Material, differences_of_means, find, write_directions
from engine.training.knob_travel import STOPS, with_even_travel
from engine.training.local_means import gaussianised

NOISE = 0.5


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_means, "STEPS", 150)
    monkeypatch.setattr(local_means, "BATCH", 128)
    monkeypatch.setattr(finding, "_CALIBRATED_ON", 60)
    monkeypatch.setattr(measuring, "CLIPS", 60)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that do not ask what was found."""
    monkeypatch.setattr(local_means, "STEPS", 30)
    monkeypatch.setattr(knob_travel, "_PROBES", 4)
    monkeypatch.setattr(knob_travel, "_LONGEST", 3)


class Glass(Vae):
    """A latent that can be looked into: a number a step says how surely a kick is hit, one more how loud all are."""

    def __init__(self) -> None:
        super().__init__(replace(tiny_vae("groove"), latent_dim=33))

    def encode(self, music: Tensor) -> tuple[Tensor, Tensor]:
        hit, loud = music[..., 0], music[..., NUM_VOICES].max(1).values
        mu = torch.cat([(hit * 2 - 1) * torch.linspace(0.2, 2, 32), 2 * loud.logit()[:, None]], 1)
        return mu, torch.full_like(mu, NOISE).log() * 2

    def decode(self, z: Tensor, **_: object) -> Tensor:
        outputs = torch.zeros(*z.shape[:-1], 32, DEPTH)
        outputs[..., :NUM_VOICES] = -99.0
        outputs[..., 0] = z[..., :-1]
        outputs[..., NUM_VOICES] = z[..., -1:] / 2
        return outputs


def beats(count: int) -> Tensor:
    """Kicks by chance, all of one loudness: the louder, the more of them, as a rule.

    So a plain difference of means mixes both up.
    """
    generator = torch.Generator().manual_seed(count)
    louder = torch.randint(-2, 3, (count, 1), generator=generator)
    chance = 0.4 + louder / 12 + 0.1 * torch.randn(count, 1, generator=generator)
    hits = torch.rand(count, 32, generator=generator) < chance
    hits[:, 0] = True
    music = torch.zeros(count, 32, DEPTH)
    music[..., 0] = hits
    music[..., NUM_VOICES] = hits * (0.5 + louder / 8)
    return music


def material(model: Glass, music: Tensor) -> Material:
    mu, log_var = model.encode(music)
    return Material(mu, (log_var / 2).exp(), ATTRIBUTES["groove"].measure(music))


def test_directions_move_their_attribute_alone_where_plain_differences_mix_two() -> None:
    model, names = Glass().eval(), ("kick", "velocity")
    seen = material(model, beats(1500))
    found = measure_knobs(model, find(model, names, seen, 0), beats(300))
    plain = measure_knobs(model, differences_of_means(model, names, seen, 0), beats(300))
    for name, other in (names, names[::-1]):
        down, up = found[name]["change_sd"]
        assert down < -0.6
        assert up > 0.6
        assert found[name]["monotone"] > 0.9
        assert found[name]["others"][other] < 0.1
    assert plain["kick"]["others"]["velocity"] > 1


def test_a_travel_makes_an_uneven_way_even() -> None:
    """The attribute stands still up to a length of 2, then goes up in a line, and no further than half a deviation."""
    ways = Directions(
        ("one",), torch.zeros(0, 1), torch.zeros(0), torch.ones(1, 1), torch.zeros(1, 0, 1), torch.zeros(1, 1)
    )
    z = torch.zeros(4, 1)
    found = with_even_travel(ways, z, lambda z: z.sign() * (z.abs() - 2).clamp(0, 0.5))
    assert found.travel.shape == (1, STOPS)
    assert found.travel[0, STOPS // 2] == 0
    assert (found.travel.diff(dim=1) >= 0).all()
    effects = [float(found.moved(z, {"one": value})[0, 0].abs()) - 2 for value in (-1.0, -0.5, 0.5, 1.0)]
    assert effects == pytest.approx([0.4, 0.2, 0.2, 0.4], abs=0.1)


def test_a_knob_that_moves_nothing_or_the_wrong_way_does_not_travel() -> None:
    ways = Directions(
        ("one",), torch.zeros(0, 1), torch.zeros(0), torch.ones(1, 1), torch.zeros(1, 0, 1), torch.zeros(1, 1)
    )
    for wrong in (lambda z: -z, torch.zeros_like, lambda z: torch.full_like(z, torch.nan)):
        assert torch.equal(with_even_travel(ways, torch.zeros(4, 1), wrong).travel, torch.zeros(1, STOPS))


def test_ranks_decide_and_equal_values_stay_equal() -> None:
    column = torch.tensor([[0.0], [0.0], [1.0], [1000.0]])
    found = gaussianised(column).flatten()
    assert found[0] == found[1] < found[2] < found[3] < 3
    assert torch.equal(gaussianised(torch.ones(5, 1)), torch.zeros(5, 1))


@pytest.mark.usefixtures("quick")
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, data_file: Path) -> None:
    folder = write_checkpoints(tmp_path) / "groove_2bar"
    before = checkpoint.load(folder)
    first = write_directions(folder, data_file, seed=3)
    written = (folder / DIRECTIONS_NAME).read_bytes()
    (folder / DIRECTIONS_NAME).write_bytes(b"broken")
    assert write_directions(folder, data_file, seed=3) == first
    assert (folder / DIRECTIONS_NAME).read_bytes() == written
    after = checkpoint.load(folder)
    assert after.hash == before.hash
    assert after.trained["directions"] == first
    assert after.directions is not None
    assert set(first["figures"]) == set(first["difference_of_means"]) == set(after.directions.names)


@pytest.mark.usefixtures("quick")
def test_the_density_of_drums_is_what_its_voices_do(tmp_path: Path, data_file: Path) -> None:
    folder = write_checkpoints(tmp_path) / "groove_2bar"
    write_directions(folder, data_file)
    found = checkpoint.load(folder).directions
    assert found is not None
    sounding = [voice for voice in ATTRIBUTES["groove"].sums["density"] if voice in found.names]
    assert sounding == ["kick", "snare", "cymbals"]  # no tom was ever struck: nothing tells where more of them lie
    voices = found.straight[[found.names.index(voice) for voice in sounding]]
    density = found.straight[found.names.index("density")]
    shares = torch.linalg.lstsq(voices.T, density[:, None]).solution
    torch.testing.assert_close(voices.T @ shares, density[:, None], atol=1e-2, rtol=1e-2)


@pytest.mark.usefixtures("quick")
def test_evaluation_and_card_tell_what_the_knobs_of_drums_do(tmp_path: Path, data_file: Path) -> None:
    folder = write_checkpoints(tmp_path) / "groove_2bar"
    assert "knobs" not in evaluate(folder, data_file, limit=4)
    assert "## Knobs" not in write_card(folder, data_file, evaluate(folder, data_file, limit=4)).read_text()
    write_directions(folder, data_file)
    figures = evaluate(folder, data_file)
    assert finite(figures["knobs"]) == checkpoint.load(folder).trained["directions"]["figures"]
    section = _knobs_of(write_card(folder, data_file, figures))
    assert "bridge directions checkpoints/groove_2bar" in section
    assert all(f"| {name} |" in section for name in ("density", "kick"))
    assert "differences of means" in section


def test_evaluation_and_card_tell_what_the_knobs_of_melodies_do(tmp_path: Path, data_file: Path) -> None:
    folder = write_checkpoints(tmp_path) / "melody_2bar"
    figures = evaluate(folder, data_file)
    assert tuple(figures["knobs"]) == TURNED
    section = _knobs_of(write_card(folder, data_file, figures))
    assert "bridge directions" not in section
    assert all(f"| {name} |" in section for name in TURNED)
    assert "register, velocity, feel" in section


def _knobs_of(card: Path) -> str:
    return card.read_text().split("## Knobs")[1].split("\n## ")[0]


def test_what_has_no_such_latent_is_refused(tmp_path: Path, data_file: Path) -> None:
    checkpoint.save(tmp_path / "feel", FeelModel(tiny_feel()), "drums", {})
    checkpoint.save(tmp_path / "part", Vae(tiny_vae("groove")), "drums", {"schedule": {"task": "tap"}})
    write_bars(tmp_path, "classes")
    write_checkpoints(tmp_path)
    for name in ("feel", "part", "classes", "melody_2bar"):
        with pytest.raises(WrongKindError, match=name):
            write_directions(tmp_path / name, data_file)
    with pytest.raises(DataError):
        write_directions(tmp_path / "groove_2bar", tmp_path / "nothing")


@pytest.mark.usefixtures("quick")
def test_windows_of_other_lengths_have_directions_too(data_file: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    checkpoint.save(tmp_path / "groove_4bar", Vae(tiny_vae("groove", "bars", "bars", 64)), "drums", {})
    write_directions(tmp_path / "groove_4bar", data_file)
    assert checkpoint.load(tmp_path / "groove_4bar").directions is not None


def test_figures_of_music_that_does_not_move_are_plain() -> None:
    model, music = Glass().eval(), beats(20)
    still = Directions(
        ("kick",), torch.zeros(0, 33), torch.zeros(0), torch.zeros(1, 33), torch.zeros(1, 0, 33),
        torch.linspace(-1, 1, 3)[None],
    )  # fmt: skip
    figures = measure_knobs(model, still, music)["kick"]
    assert figures["change_sd"] == [0, 0]
    assert figures["kept"] == [1, 1, 1, 1]
    assert figures["monotone"] == 1
    assert len(set(figures["at"])) == 1
    assert len(VALUES) == 9
    torch.testing.assert_close(decoded(model, model.encode(music)[0]), music)


def test_melodies_and_drums_both_have_clips_to_find_them_in(data_file: Path) -> None:
    for music in ("melody", "groove"):
        measured = ATTRIBUTES[music].measure(load_set(data_file, music, "train").music)
        assert measured.isfinite().all()
