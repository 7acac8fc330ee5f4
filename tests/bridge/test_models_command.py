"""`bridge models`, and models chosen on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fake_engine import MODELS, OTHER_MELODY, FakeEngine, Served, melody
from made_up import tiny_vae, write_checkpoints

from bridge.cli import main
from engine.models.vae import Vae
from engine.representations.midi_file import write_clip
from engine.runtime import checkpoint


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_checkpoints(tmp_path / "models")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(models=(*MODELS, OTHER_MELODY))


def test_each_model_is_listed_and_the_defaults_have_a_star(folder: Path, tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "mine" / "a_tune", Vae(tiny_vae()), "melody", {})
    done = run("models", "--checkpoints", folder, "--checkpoints", tmp_path / "mine")
    assert done.exit_code == 0
    head, *rows = (line.split() for line in done.output.splitlines())
    assert head == ["name", "part", "bars", "latent", "MiB", "folder"]
    starred = {row[1]: row[2] for row in rows if row[0] == "*"}
    assert starred == {
        "melody_2bar": "melody", "groove_2bar": "drums", "humanize_2bar": "humanize", "drumify_2bar": "drumify",
    }  # fmt: skip
    size = checkpoint.summarize(tmp_path / "mine" / "a_tune").num_bytes / 2**20
    assert [row for row in rows if row[0] == "a_tune"] == [
        ["a_tune", "melody", "2", "8", f"{size:.1f}", str(tmp_path / "mine" / "a_tune")]
    ]


def test_the_shipped_models_and_the_user_s_own_are_listed_by_default(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint.save(tmp_path / "own" / "mine", Vae(tiny_vae()), "melody", {})
    monkeypatch.setattr(checkpoint, "default_checkpoints", lambda: folder)
    monkeypatch.setattr(checkpoint, "user_checkpoints", lambda: tmp_path / "own")
    listed = run("models").output
    assert "* melody_2bar" in listed
    assert "  mine" in listed


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    done = run("models", "--checkpoints", tmp_path)
    assert done.exit_code == 1
    assert "no checkpoint in" in done.output


@pytest.mark.parametrize("memory", ["0", "-3", "nan", "much"])
def test_memory_must_be_some(memory: str) -> None:
    assert run("serve", "--memory", memory, "--port", "0").exit_code != 0


def test_send_chooses_the_model_first(served: Served, tmp_path: Path) -> None:
    write_clip(melody(8), tmp_path / "a.mid")
    words = ("send", "vary", tmp_path / "a.mid", "--port", served.server.port, "--out", tmp_path / "out")
    assert run(*words, "--model", OTHER_MELODY.name).exit_code == 0
    assert run(*words).exit_code == 0
    asked = [settings.get("models") for name, _, settings in served.engine.calls if name == "vary"]
    assert asked == [{"melody": OTHER_MELODY.name}, None]


def test_send_tells_of_a_model_that_is_not_there(served: Served, tmp_path: Path) -> None:
    write_clip(melody(8), tmp_path / "a.mid")
    done = run("send", "vary", tmp_path / "a.mid", "--port", served.server.port, "--out", tmp_path, "--model", "none")
    assert done.exit_code == 1
    assert "choose one of melody_2bar, groove_2bar, melody_16bar" in done.output
