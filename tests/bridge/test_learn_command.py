"""`bridge learn` as a musician meets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from made_up import line, write_checkpoints

from bridge.cli import main
from engine.representations.midi_file import write_clip
from engine.runtime import checkpoint


@pytest.fixture
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dozen tunes; what ships is tiny, and the user's own models lie in this folder too."""
    write_checkpoints(tmp_path / "shipped")
    monkeypatch.setattr(checkpoint, "default_checkpoints", lambda: tmp_path / "shipped")
    monkeypatch.setattr(checkpoint, "user_checkpoints", lambda: tmp_path / "own")
    (tmp_path / "clips").mkdir()
    for number in range(12):
        write_clip(line(number), tmp_path / "clips" / f"{number}.mid")
    return tmp_path / "clips"


def bridge(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["learn", *map(str, words)])
    return result.exit_code, result.output


def test_a_folder_becomes_a_model_where_the_engine_looks(clips: Path) -> None:
    status, told = bridge(clips, "--name", "mine", "--steps", 2, "--device", "cpu")
    assert status == 0, told
    assert "12 files, 12 of them used" in told
    assert "by the name mine" in told
    assert [found.name for found in checkpoint.find(clips.parent / "own")] == ["mine"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--name", "no spaces"), "bridge: no model can be called 'no spaces'"),
        (("--name", "melody_2bar"), "bridge: melody_2bar is a model that ships"),
        (("--name", "mine", "--from", "violin"), "bridge: no model is called violin"),
        (("--name", "mine", "--kind", "drums"), "bridge: the folder gave no groove windows"),
    ],
)
def test_what_will_not_do_is_said_in_one_line(words: tuple[str, ...], said: str, clips: Path) -> None:
    status, told = bridge(clips, *words, "--steps", 1)
    assert status == 1
    assert told.startswith(said)
    assert len(told.strip().splitlines()) == 1
    assert list((clips.parent / "own").glob("*")) == []


def test_a_model_is_not_overwritten_by_mistake(clips: Path) -> None:
    words = (clips, "--name", "mine", "--steps", 1, "--device", "cpu")
    assert bridge(*words)[0] == 0
    status, told = bridge(*words)
    assert status == 1
    assert "--replace" in told
    assert bridge(*words, "--replace")[0] == 0
