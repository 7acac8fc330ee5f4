"""A musician's folder to a model of their own."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from made_up import beat, line, tiny_vae, write_checkpoints

from engine.data.dataset import MusicSet
from engine.data.kinds import KINDS
from engine.errors import CheckpointError, DataError, EngineError, OutOfRangeError
from engine.evaluation.memorisation import Memorisation, Nearness
from engine.models.vae import Vae
from engine.representations.midi_file import write_clip
from engine.runtime import checkpoint
from engine.training import learn as learning
from engine.training.learn import LearnOptions, Learnt, learn
from engine.training.learn_card import expectation
from engine.training.learn_data import find_music, own_music
from engine.training.learn_fit import Budget, Fit, Look, Watch, fit
from engine.training.learn_module import ByTheClock, Model
from engine.training.presets import Preset, Schedule

GOOD = Memorisation(Nearness(5, 0.3, 0.0), Nearness(9, 0.3, 0.0), Nearness(9, 0.3, 0.0))
BY_HEART = Memorisation(Nearness(5, 0.3, 0.0), Nearness(9, 1.0, 1.0), Nearness(9, 0.3, 0.0))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoints(tmp_path_factory.mktemp("shipped"))


@pytest.fixture(autouse=True)
def ships(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "default_checkpoints", lambda: shipped)


@pytest.fixture(scope="module")
def melodies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dozen melodies of four bars, and what else lies about in such folders."""
    folder = tmp_path_factory.mktemp("melodies")
    for number in range(12):
        write_clip(line(number), folder / f"{number}.mid")
    write_clip(beat(1), folder / "beat.mid", channel=9)
    (folder / "broken.mid").write_bytes(b"noise")
    (folder / "notes.txt").write_text("buy strings")
    return folder


@pytest.fixture(scope="module")
def beats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beats")
    for number in range(12):
        write_clip(beat(number), folder / f"{number}.mid", channel=9)
    return folder


def learnt(folder: Path, out: Path, tell: Callable[[str], object] = str, **changes: object) -> Learnt:
    options = {"steps": 3, "progress": False, "device": "cpu", **changes}
    return learn(LearnOptions(folder, str(options.pop("name", "mine")), out, **options), tell)  # type: ignore[arg-type]


def test_a_dozen_melodies_become_a_model_of_their_own(melodies: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    done = learnt(melodies, tmp_path, lines.append)
    assert done.folder == tmp_path / "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    loaded = checkpoint.load(tmp_path / "mine")
    assert loaded.kind == "melody"
    assert loaded.trained["start"]["name"] == "melody_2bar"
    assert loaded.trained["learnt"]["steps_done"] == 3
    assert loaded.trained["learnt"]["memorisation"]["samples"]["windows"] > 0
    told = "\n".join(lines)
    assert "14 files, 13 of them used" in told
    assert "left out, broken: 1 (broken.mid)" in told
    assert expectation("melody_2bar", len(done.story.music.train)) in told
    card = (tmp_path / "mine" / "card.md").read_text(encoding="utf-8")
    assert card.startswith("# mine\n")
    assert "melody_2bar" in card
    assert "nine notes of ten" in card


def test_beats_become_a_model_of_drums(beats: Path, tmp_path: Path) -> None:
    learnt(beats, tmp_path)
    loaded = checkpoint.load(tmp_path / "mine")
    assert (loaded.kind, loaded.trained["start"]["name"]) == ("drums", "groove_2bar")


def test_a_models_touch_can_be_learnt_too(beats: Path, tmp_path: Path) -> None:
    learnt(beats, tmp_path, start="humanize_2bar")
    assert checkpoint.load(tmp_path / "mine").trained["learnt"]["memorisation"] is None


def test_from_nothing_takes_no_weights(beats: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(learning.PRESETS, "groove_2bar", Preset(tiny_vae("groove"), Schedule(10), "drums"))
    learnt(beats, tmp_path, start="none")
    assert checkpoint.load(tmp_path / "mine").trained["start"] is None


def test_an_own_model_can_be_begun_with_and_replaced(melodies: Path, tmp_path: Path) -> None:
    learnt(melodies, tmp_path)
    first = checkpoint.load(tmp_path / "mine").hash
    learnt(melodies, tmp_path, start="mine", replace=True, steps=60)
    assert checkpoint.load(tmp_path / "mine").trained["start"] == {"name": "mine", "hash": first}
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_same_steps_and_seed_give_the_same_model(beats: Path, tmp_path: Path) -> None:
    hashes = []
    for name in ("one", "two"):
        learnt(beats, tmp_path, name=name, steps=25)
        hashes.append(checkpoint.load(tmp_path / name).hash)
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize("name", ["", "my model", "../up", "-x", ".x", "a" * 65, "naïve", "con", "LPT1", "Groove_2bar"])
def test_names_that_cannot_be_a_folder_or_ship_are_refused(name: str, melodies: Path, tmp_path: Path) -> None:
    with pytest.raises(OutOfRangeError, match=r"name|can be called"):
        learnt(melodies, tmp_path, name=name)
    assert list(tmp_path.iterdir()) == []


def test_a_model_of_this_name_gives_way_only_when_told_to(melodies: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(OutOfRangeError, match="--replace"):
        learnt(melodies, tmp_path)
    learnt(melodies, tmp_path, replace=True)
    assert checkpoint.load(tmp_path / "mine").kind == "melody"


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"start": "violin"}, CheckpointError, "no model is called violin; begin with .*melody_2bar"),
        ({"start": "melody_2bar", "kind": "drums"}, OutOfRangeError, "melody_2bar is a model of melody"),
        ({"kind": "drums"}, DataError, "a dozen"),
    ],
)
def test_what_cannot_be_learnt_is_refused_and_leaves_nothing(
    changes: dict[str, object], error: type[EngineError], said: str, melodies: Path, tmp_path: Path
) -> None:
    with pytest.raises(error, match=said):
        learnt(melodies, tmp_path, **changes)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_leaves_no_half_folder(
    melodies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(learning, "card_of", full_disk)
    with pytest.raises(OSError, match="no space"):
        learnt(melodies, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_old_model_stays_where_the_new_one_cannot_be_put(
    melodies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt(melodies, tmp_path)
    before = (tmp_path / "mine" / "config.json").read_bytes()
    rename = Path.rename

    def refused(path: Path, target: Path) -> Path:
        if path.parent.name.startswith(".learning-") and path.name == "mine":
            raise PermissionError("in use")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(PermissionError):
        learnt(melodies, tmp_path, replace=True, seed=5)
    assert (tmp_path / "mine" / "config.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_ctrl_c_leaves_nothing(melodies: Path, tmp_path: Path) -> None:
    calls = iter(range(10_000))

    def clock() -> float:
        if next(calls) == 9:
            signal.raise_signal(signal.SIGINT)
        return 0.0

    lines: list[str] = []
    done = learn(LearnOptions(melodies, "mine", tmp_path, device="cpu", progress=False), lines.append, clock=clock)
    assert done.is_interrupted
    assert done.folder is None
    assert lines[-1] == "Nothing was written."
    assert list(tmp_path.iterdir()) == []


def test_an_engine_that_looks_meanwhile_sees_no_half_model(
    melodies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    put = learning._put
    monkeypatch.setattr(learning, "_put", lambda *given: (seen.extend(checkpoint.find(tmp_path)), put(*given)))
    learnt(melodies, tmp_path)
    assert seen == []


@pytest.mark.parametrize("files", [3, 12])
def test_no_held_out_window_is_a_training_window_in_any_key(files: int, tmp_path: Path) -> None:
    for number in range(files):
        write_clip(line(number % 9, bars=12), tmp_path / f"{number}.mid")
    found = find_music(tmp_path, tmp_path / "x.lbdata", ["melody"])
    music = own_music(found, "melody")
    train, held_out = (
        {KINDS["melody"].key(window.numpy()) for window in part.music} for part in (music.train, music.held_out)
    )
    assert not train & held_out
    assert music.by_file is (files == 12)
    again = own_music(found, "melody")
    assert torch.equal(again.held_out.music, music.held_out.music)
    if music.by_file:
        assert not set(music.train.file.tolist()) & set(music.held_out.file.tolist())
    else:  # windows of two bars, cut every bar: none of those kept for training reaches into one held out
        assert not {bar.tobytes() for bar in _bars(music.train)} & {bar.tobytes() for bar in _bars(music.held_out)}


def _bars(music: MusicSet) -> Iterator[object]:
    for window in music.music.numpy():
        yield from (window[:16], window[16:])


def test_one_long_file_among_short_ones_is_not_held_out(tmp_path: Path) -> None:
    for number in range(11):
        write_clip(line(number, bars=2), tmp_path / f"{number}.mid")
    write_clip(line(50, bars=60), tmp_path / "long.mid")
    music = own_music(find_music(tmp_path, tmp_path / "x.lbdata", ["melody"]), "melody")
    assert len(music.held_out) < len(music.train) / 4


def _run(looks: list[Look], clock: Callable[[], float], minutes: float = 1.0, pull: float = 0.0) -> tuple[Fit, Model]:
    """A tiny model that learns while these looks are taken, one every 20 steps."""
    torch.manual_seed(0)
    start = Vae(tiny_vae("groove"))
    module = ByTheClock(Preset(start.config, Schedule(100, batch_size=4, warmup=1), "drums"), 1, start, pull)
    coming = iter(looks)
    current: list[Look] = []

    def look(model: Model, is_candidate: bool) -> Look:
        assert not model.training
        if not is_candidate:
            current[:] = [next(coming)]
        return current[0]

    hits = (torch.rand(8, 32, 9, generator=torch.Generator().manual_seed(0)) < 0.2).float()
    label = torch.zeros(8, dtype=torch.long)
    music = MusicSet(torch.cat([hits, hits, hits * 0], -1), label, label, label.float(), ("own",))
    budget = Budget(minutes, None, clock, False)
    ended = fit(module, music, Watch(look, 60, True, budget), budget)
    return ended, start


def test_the_best_weights_are_kept_and_patience_ends() -> None:
    losses = [5.0, 3.0, 4.0, 4.0, 3.5, 1.0]
    ended, _ = _run([Look(loss, GOOD) for loss in losses], lambda: 0.0)
    assert (ended.why, ended.kept.step, ended.kept.look.loss, ended.steps) == ("patience", 20, 3.0, 80)


def test_weights_that_copy_are_never_kept_and_soon_end_it() -> None:
    looks = [Look(5.0, GOOD), Look(4.0, GOOD), *[Look(3.0 - number, BY_HEART) for number in range(3)]]
    ended, _ = _run(looks, lambda: 0.0)
    assert (ended.why, ended.kept.step, ended.steps) == ("copying", 20, 80)


def test_what_never_got_better_stays_the_model_begun_with() -> None:
    ended, start = _run([Look(loss, GOOD) for loss in (1.0, 2.0, 2.0, 2.0)], lambda: 0.0)
    assert ended.kept.step == 0
    assert all(torch.equal(weight, ended.kept.weights[name]) for name, weight in start.state_dict().items())


def test_the_minutes_are_kept_by_the_clock() -> None:
    ticks = iter(range(10_000))
    ended, _ = _run([Look(9.0 - number / 10, GOOD) for number in range(50)], lambda: float(next(ticks)), minutes=0.5)
    assert ended.why == "time"
    assert 5 < ended.steps < 30
    assert ended.kept.step == ended.steps


def test_a_pull_keeps_weights_near_to_where_they_began() -> None:
    def strayed(pull: float) -> float:
        ended, start = _run(
            [Look(5.0 - number, GOOD) for number in range(3)] + [Look(9.0, GOOD)] * 9, lambda: 0.0, pull=pull
        )
        return sum(float((ended.kept.weights[name] - weight).norm()) for name, weight in start.state_dict().items())

    assert strayed(300.0) < 0.5 * strayed(0.0)


@pytest.mark.parametrize("start", ["melody_2bar", "groove_2bar"])
def test_what_is_promised_goes_by_the_number_of_clips(start: str) -> None:
    assert len({expectation(start, windows) for windows in (20, 200, 2000)}) == 3


def test_nothing_is_promised_that_was_not_measured() -> None:
    assert "not measured" in expectation("mine", 20)
    assert "Thousands" in expectation(None, 20)
