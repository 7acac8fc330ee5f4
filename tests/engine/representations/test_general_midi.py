"""Names of programs: all 128, each at its place."""

from __future__ import annotations

import pytest

from engine.errors import OutOfRangeError
from engine.representations.general_midi import PROGRAMS, program_name


def test_every_program_has_a_name_of_its_own() -> None:
    assert len(PROGRAMS) == len(set(PROGRAMS)) == 128
    assert all(name and name == name.strip() for name in PROGRAMS)


@pytest.mark.parametrize(
    ("program", "name"),
    [(0, "grand piano"), (11, "vibraphone"), (19, "church organ"), (33, "fingered bass"), (40, "violin"),
     (42, "cello"), (60, "horn"), (71, "clarinet"), (73, "flute"), (80, "square lead"), (105, "banjo"),
     (127, "gunshot")],
)  # fmt: skip
def test_known_programs_are_where_general_midi_has_them(program: int, name: str) -> None:
    assert program_name(program) == name


@pytest.mark.parametrize("program", [-1, 128])
def test_a_number_that_no_program_has_is_refused(program: int) -> None:
    with pytest.raises(OutOfRangeError, match=str(program)):
        program_name(program)
