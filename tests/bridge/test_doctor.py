"""`bridge doctor`: each check on its own, and the whole in a screenful."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from made_up import write_checkpoints

from bridge import doctor
from bridge.cli import main
from bridge.doctor import (
    FAIL,
    OK,
    WARN,
    Checkup,
    cache_check,
    checkpoint_checks,
    device_check,
    examine,
    midi_check,
    port_check,
    python_check,
    speed_check,
    torch_check,
)


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoints(tmp_path_factory.mktemp("checkpoints"))


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])


@pytest.fixture(autouse=True)
def few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "RUNS", 3)


def test_this_machine_has_python_torch_and_a_cpu() -> None:
    assert [check.mark for check in (python_check(), torch_check(), device_check("cpu"))] == [OK, OK, OK]
    assert device_check("abacus").mark == FAIL


def test_an_old_python_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "MIN_PYTHON", (99, 0))
    assert python_check().mark == FAIL


def test_each_checkpoint_is_named_with_its_hash(checkpoints: Path) -> None:
    checks = list(checkpoint_checks(checkpoints))
    assert [check.mark for check in checks] == [OK] * 4
    assert all("hash" in check.found for check in checks)


def test_a_broken_checkpoint_fails_and_the_others_do_not(tmp_path: Path) -> None:
    write_checkpoints(tmp_path)
    (tmp_path / "groove_2bar" / "weights.safetensors").write_bytes(b"noise")
    assert sorted(check.mark for check in checkpoint_checks(tmp_path)) == sorted([FAIL, OK, OK, OK])


def test_no_checkpoint_fails(tmp_path: Path) -> None:
    assert [check.mark for check in checkpoint_checks(tmp_path)] == [FAIL]
    assert speed_check(tmp_path, "cpu").mark == FAIL


def test_a_port_in_use_fails_and_a_free_one_stays_free(taken_port: int) -> None:
    assert port_check("127.0.0.1", taken_port).mark == FAIL
    assert port_check("127.0.0.1", 0).mark == OK


def test_midi_may_be_missing() -> None:
    def broken() -> list[str]:
        raise OSError("no sequencer.")

    assert midi_check(broken).mark == WARN
    assert midi_check(list).mark == WARN
    found = midi_check(lambda: ["IAC 1", "Synth"])
    assert (found.mark, found.found) == (OK, "2 ports: IAC 1, Synth")


def test_the_real_midi_list_never_breaks() -> None:
    assert midi_check(doctor._midi_ports).mark in (OK, WARN)


def test_the_cache_is_looked_at_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "latents.sqlite"
    assert cache_check(path).mark == OK
    assert not path.exists()
    path.write_bytes(b"no database, but long enough to be taken for one" * 30)
    assert cache_check(path).mark == WARN
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE latents (key TEXT)")
    assert cache_check(path).mark == OK
    assert "0 clips" in cache_check(path).found


def test_the_time_of_one_clips_way_is_told(checkpoints: Path) -> None:
    check = speed_check(checkpoints, "cpu")
    assert check.mark in (OK, WARN)
    assert "8 variations in" in check.found


def test_all_checks_are_a_screenful(checkpoints: Path, tmp_path: Path) -> None:
    checks = list(examine(Checkup(port=0, checkpoints=checkpoints, cache=tmp_path / "none", device="cpu")))
    assert len(checks) < 24
    assert FAIL not in {check.mark for check in checks}


@pytest.mark.parametrize("is_taken", [False, True])
def test_a_failure_ends_with_status_1(checkpoints: Path, tmp_path: Path, taken_port: int, is_taken: bool) -> None:
    port = taken_port if is_taken else 0
    words = ["doctor", "--port", port, "--checkpoints", checkpoints, "--cache", tmp_path / "none", "--device", "cpu"]
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == is_taken
    assert any(line.startswith("fail") for line in result.output.splitlines()) == is_taken
    assert "hash" in result.output
