"""The command line: light, one line where something is wrong, and MIDI files through a running engine."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from fake_engine import FakeEngine, Served, melody

from bridge.cli import COMMANDS, main
from bridge.protocol.document import protocol_document
from bridge.protocol.table import CODES, MESSAGES
from engine.representations.midi_file import read_clip, write_clip

DOCUMENT = Path(__file__).parents[2] / "docs" / "protocol.md"


def run(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    for name, clip in (("a.mid", melody(8)), ("b.mid", melody(16, pitch=40))):
        write_clip(clip, tmp_path / name)
    return tmp_path / "a.mid", tmp_path / "b.mid"


def test_help_names_every_command_and_imports_no_model() -> None:
    lines = (
        "import sys",
        "from bridge.cli import main",
        "main(['--help'], standalone_mode=False)",
        "print('torch' in sys.modules)",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "False"
    assert all(name in done.stdout for name in COMMANDS)


def test_the_protocol_document_is_not_stale() -> None:
    assert DOCUMENT.read_text() == protocol_document(), "run: bridge protocol > docs/protocol.md"


def test_the_protocol_document_has_every_message_and_code() -> None:
    document = protocol_document()
    assert all(f"### `{message.spec.address}`" in document for message in MESSAGES)
    assert all(f"| `{code}` |" in document for code in CODES)
    assert run("protocol") == document


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (["vary", "A", "B", "--count", 2, "--amount", 0.25], ["a_vary_01", "a_vary_02", "b_vary_01", "b_vary_02"]),
        (["interpolate", "A", "B", "--count", 3], ["a_to_b_01", "a_to_b_02", "a_to_b_03"]),
        (["blend", "A", "B", "--weight", 0.5, "--weight", 1.5], ["a_blend_01"]),
        (
            ["sample", "groove_2bar", "--count", 2, "--temperature", 0.5],
            ["groove_2bar_sample_01", "groove_2bar_sample_02"],
        ),
        (["humanize", "A", "--timing", 0.5], ["a_humanize_01"]),
        (["drumify", "A", "--seed", 3], ["a_drumify_01"]),
        (["groove", "A", "B"], ["b_groove_01"]),
    ],
    ids=lambda case: case[0],
)
def test_send_writes_what_the_engine_answers_as_midi_files(
    served: Served, files: tuple[Path, Path], tmp_path: Path, words: list[object], written: list[str]
) -> None:
    named = dict(zip("AB", files, strict=True))
    out = tmp_path / "out"
    output = run("send", *(named.get(str(w), w) for w in words), "--out", out, "--port", served.server.port)
    assert sorted(path.stem for path in out.iterdir()) == written
    assert all(f"{name}.mid" in output for name in written)


def test_a_file_that_went_through_the_engine_keeps_its_notes(
    served: Served, files: tuple[Path, Path], tmp_path: Path
) -> None:
    run("send", "vary", files[0], "--count", 1, "--out", tmp_path / "out", "--port", served.server.port)
    assert read_clip(tmp_path / "out" / "a_vary_01.mid") == read_clip(files[0])


def test_what_was_left_out_is_told(
    served: Served, engine: FakeEngine, files: tuple[Path, Path], tmp_path: Path
) -> None:
    engine.left_out = (3,)
    assert "3 notes were left out" in run("send", "vary", files[0], "--out", tmp_path, "--port", served.server.port)


def test_an_engine_that_does_not_run_is_one_line_that_says_how_to_start_it(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = str(silent.getsockname()[1])
        words = ["send", "vary", str(files[0]), "--out", str(tmp_path), "--port", port, "--timeout", "0.3"]
        result = CliRunner().invoke(main, words)
    start = f"bridge serve --port {port}"
    assert (result.exit_code, result.output) == (
        1,
        f"bridge: no engine answers at 127.0.0.1:{port}; start it with: {start}\n",
    )


def test_a_refusal_of_the_engine_is_one_line(served: Served, tmp_path: Path) -> None:
    words = ["send", "sample", "no_such_model", "--out", str(tmp_path), "--port", str(served.server.port)]
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, result.output) == (1, "bridge: no model is called no_such_model\n")


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (["--out", "FILE/out"], "name another with --out"),
        (["--host", "no-such-machine.invalid"], "give a name or an IPv4 address"),
        (["--host", "::1"], "give a name or an IPv4 address"),
        (["--seed", 2**40], "is not in the range"),
        (["--amount", 50], "is not in the range"),
        (["--count", 500], "is not in the range"),
    ],
    ids=lambda case: str(case[0]) if isinstance(case, list) else "",
)
def test_a_newcomers_slip_is_told_with_what_to_do_instead(
    served: Served, files: tuple[Path, Path], words: list[object], advice: str
) -> None:
    given = [str(word).replace("FILE", str(files[0])) for word in words]
    asked = ["send", "vary", str(files[0]), "--port", str(served.server.port), *given]
    result = CliRunner().invoke(main, asked)
    assert isinstance(result.exception, SystemExit)
    assert advice in result.output


def test_a_file_cut_short_is_said_to_be(served: Served, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mid"
    broken.write_bytes(b"MThd")
    result = CliRunner().invoke(main, ["send", "vary", str(broken), "--port", str(served.server.port)])
    assert (result.exit_code, "it ends too early" in result.output) == (1, True)
