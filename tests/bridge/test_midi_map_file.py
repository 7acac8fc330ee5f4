"""The map file: read with errors that help, and written so that a person's own lines and comments stay."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MidiError
from bridge.midi_map_file import read_rows, write_target
from bridge.midi_rows import Row
from bridge.midi_targets import DIAL, SWITCH, TARGETS, find_target

EXAMPLE = Path(__file__).parents[2] / "examples" / "stage.toml"
STAGE = """# My stage

# the left slider
[[control]]
kind = "cc"      # as its manual says
number = 1
target = "x"
high = 0.5

# the right slider, upside down
[[control]]
kind = "cc"
number = 2
channel = 3
target = "y"
low = 1
high = 0

# pads
[[control]]
kind = "note"
number = 36
target = "play"
# the end
"""


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    path = tmp_path / "stage.toml"
    path.write_text(STAGE)
    return path


def test_rows_are_read_as_they_are_written(stage: Path) -> None:
    assert read_rows(stage) == (
        Row("cc", 1, find_target("x"), high=0.5),
        Row("cc", 2, find_target("y"), 3, 1, 0),
        Row("note", 36, find_target("play")),
    )


def test_a_file_that_is_not_there_yet_has_no_rows_and_is_made(tmp_path: Path) -> None:
    path, row = tmp_path / "new.toml", Row("bend", 0, find_target("x"), 2)
    assert read_rows(path) == ()
    write_target(path, [row], row.target)
    assert path.read_text() == '[[control]]\nkind = "bend"\nchannel = 2\ntarget = "x"\n'


def test_what_has_not_changed_is_not_touched(stage: Path) -> None:
    write_target(stage, read_rows(stage), find_target("x"))
    assert stage.read_text() == STAGE


def test_a_target_learnt_anew_changes_its_own_lines_alone(stage: Path) -> None:
    write_target(stage, [Row("cc", 21, find_target("x"), 5, high=0.5)], find_target("x"))
    expected = STAGE.replace("number = 1\n", "number = 21\n").replace("high = 0.5\n", "high = 0.5\nchannel = 5\n")
    assert stage.read_text() == expected


def test_a_new_target_is_written_at_the_end(stage: Path) -> None:
    rows = (*read_rows(stage), Row("cc14", 7, find_target("knob 1"), 1))
    write_target(stage, rows, find_target("knob 1"))
    assert stage.read_text() == STAGE + '\n[[control]]\nkind = "cc14"\nnumber = 7\nchannel = 1\ntarget = "knob 1"\n'


@pytest.mark.parametrize("name", ["x", "y", "play"])
def test_a_target_forgotten_leaves_all_comments_and_the_others_rows(stage: Path, name: str) -> None:
    before = read_rows(stage)
    write_target(stage, [], find_target(name))
    assert read_rows(stage) == tuple(row for row in before if row.target.name != name)
    written = stage.read_text()
    assert all(words in written for words in ("# My stage", "# the left", "# the right", "# pads", "# the end"))


def test_rows_that_a_person_wrote_in_the_meantime_stay(stage: Path) -> None:
    rows = read_rows(stage)
    stage.write_text(STAGE + '\n[[control]]\nkind = "cc"\nnumber = 99\ntarget = "density"\n')
    write_target(stage, [Row("cc", 50, find_target("x"))], find_target("x"))
    assert {row.target.name: row.number for row in read_rows(stage)} == {"x": 50, "y": 2, "play": 36, "density": 99}
    assert len(read_rows(stage)) == len(rows) + 1


def test_several_rows_of_a_target_become_the_one_that_was_learnt(tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_text(STAGE + '\n[[control]]\nkind = "cc"\nnumber = 99\ntarget = "x"\n')
    write_target(path, [Row("cc", 50, find_target("x"))], find_target("x"))
    assert [row.number for row in read_rows(path)] == [50, 2, 36]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("control = 3", "two pairs of brackets"),
        ("[control]\nkind = 'cc'", "two pairs of brackets"),
        ("title = 'mine'", "nothing but"),
        ("[[control]", "is no TOML"),
        ("[[control]]\nnumber = 1\ntarget = 'x'", r"row 1: the kind is missing; it must be one of \"cc\""),
        ("[[control]]\nkind = 'cc'\ntarget = 'x'", "row 1: the number is missing"),
        ("[[control]]\nkind = 'cc'\nnumber = 1", "row 1: the target is missing.*bridge midi targets"),
        (
            "[[control]]\nkind = 'bend'\ntarget = 'x'\n[[control]]\nkind = 'cc'\nnumber = '1'\ntarget = 'x'",
            "row 2: num",
        ),
        ("[[control]]\nkind = 'cc'\nnumber = true\ntarget = 'x'", "a whole number"),
        ("[[control]]\nkind = 'cc'\nnumber = 1\ntarget = 'knob 9'", r"row 1: .*'knob 9'.*knob 1\.\.8"),
        ("[[control]]\nkind = 'cc'\nnumber = 1\ntarget = 'x'\nlow = 2", r"row 1: low is 2; .*0\.\.1"),
        (
            "[[control]]\nkind = 'cc'\nnumber = 1\ntarget = 'x'\ncolour = 2",
            "'colour' is not known; a row may have kind",
        ),
        ("[[control]]\nkind = 'cc'\nnumber = 1\ntarget = 'x'\ntakeover = 1", "true or false"),
    ],
)
def test_a_mistake_is_told_with_its_row_and_what_is_allowed(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(MidiError, match=problem) as told:
        read_rows(path)
    assert str(path) in str(told.value)
    with pytest.raises(MidiError):
        write_target(path, [], find_target("x"))
    assert path.read_text() == text


def test_a_file_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "noise.toml").write_bytes(b"\xff\xfe")
    for path in (tmp_path, tmp_path / "noise.toml"):
        with pytest.raises(MidiError, match="cannot be read"):
            read_rows(path)
    row = Row("cc", 1, find_target("x"))
    with pytest.raises(MidiError, match="cannot be written"):
        write_target(tmp_path / "no" / "folder.toml", [row], row.target)


def test_rows_that_cannot_be_told_apart_in_the_text_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "quoted.toml"
    text = '[["control"]]\nkind = "cc"\nnumber = 1\ntarget = "x"\n'
    path.write_text(text)
    assert len(read_rows(path)) == 1
    with pytest.raises(MidiError, match="begin each row"):
        write_target(path, [], find_target("x"))
    assert path.read_text() == text


def test_the_example_is_a_map(tmp_path: Path) -> None:
    rows = read_rows(EXAMPLE)
    assert {"x", "y", "knob 1", "play", "panic"} <= {row.target.name for row in rows}
    copy = tmp_path / "copy.toml"
    copy.write_text(EXAMPLE.read_text())
    for row in rows:
        write_target(copy, rows, row.target)
    assert copy.read_text() == EXAMPLE.read_text()


@st.composite
def any_row(draw: st.DrawFn) -> Row:
    target = TARGETS[draw(st.sampled_from(["x", "knob 8", "seed", "play", "panic", "snapshot 3"]))]
    kind = draw(st.sampled_from(["cc", "note", "cc14", "bend"] if target.kind == DIAL else ["cc", "note"]))
    is_dial, is_switch = target.kind == DIAL, target.kind == SWITCH
    share = st.none() | st.floats(0, 1)
    return Row(
        kind,
        0 if kind == "bend" else draw(st.integers(0, 31)),
        target,
        draw(st.none() | st.integers(1, 16)),
        draw(share) if is_dial else None,
        draw(share) if is_dial else None,
        draw(st.none() | st.booleans()) if is_dial and kind != "note" else None,
        draw(st.none() | st.booleans()) if is_switch else None,
    )


@given(st.lists(any_row(), max_size=6), any_row())
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[Row], one: Row) -> None:
    path = tmp_path_factory.mktemp("map") / "map.toml"
    rows = [row for row in rows if row.target is not one.target] + [one]
    for row in rows:
        write_target(path, rows, row.target)
    assert sorted(map(repr, read_rows(path))) == sorted(map(repr, rows))
    write_target(path, [], one.target)
    assert one.target.name not in {row.target.name for row in read_rows(path)}
    tomlkit.parse(path.read_text())
