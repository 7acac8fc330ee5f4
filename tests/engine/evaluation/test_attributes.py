"""Attributes on clips whose answers can be told by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from engine.evaluation.attributes import ATTRIBUTES
from engine.representations.drums import NUM_VOICES, VOICES
from engine.representations.melody import HOLD, OFF, pitch_token
from engine.runtime.knobs import KNOBS


def melody(rhythm: str, *pitches: int) -> Tensor:
    """`x` a note, `.` on, `-` off; two bars, the rhythm repeated; pitches in turn."""
    row, left = [], list(pitches)
    for sign in rhythm * (32 // len(rhythm)):
        if sign == "x":
            row.append(pitch_token(left[0]))
            left = left[1:] + left[:1]
        else:
            row.append(OFF if sign == "-" else HOLD)
    return torch.tensor(row)


def of(rhythm: str, *pitches: int) -> dict[str, float]:
    table = ATTRIBUTES["melody"]
    return dict(zip(table.names, table.measure(melody(rhythm, *pitches)[None])[0].tolist(), strict=True))


def groove(velocity: float = 0.5, offset: float = 0.0, **voices: str) -> Tensor:
    cells = torch.zeros(32, 3, NUM_VOICES)
    for voice, rhythm in voices.items():
        for step, sign in enumerate(rhythm * (32 // len(rhythm))):
            if sign == "x":
                cells[step, :, VOICES.index(voice)] = torch.tensor([1.0, velocity, offset])
    return cells.flatten(1)


def of_drums(**facts: object) -> dict[str, float]:
    table = ATTRIBUTES["groove"]
    return dict(zip(table.names, table.measure(groove(**facts)[None])[0].tolist(), strict=True))  # type: ignore[arg-type]


def test_a_tune_of_quarters() -> None:
    found = of("x...", 60, 64)
    assert found == pytest.approx(
        {
            "density": 4,
            "syncopation": 0,
            "register": 62,
            "length": 1,
            "range": found["range"],
            "contour": found["contour"],
            "in_key": 1,
        }
    )


@pytest.mark.parametrize(
    ("rhythm", "levels"),
    [
        ("x...", 0.0),
        ("x.x.", 0.0),  # every stronger step is struck
        ("..x.", 1.0),  # an eighth before the beat, and held over it
        ("...x", 2.0),
        ("x..x............", 2 / 2),  # two notes, one of them a sixteenth before a beat that is not struck
        ("x...............", 0.0),
        ("....x.......x...", 0.0),  # a backbeat
    ],
)
def test_syncopation_counts_what_is_held_over_a_stronger_step(rhythm: str, levels: float) -> None:
    assert of(rhythm, 60)["syncopation"] == pytest.approx(levels)


def test_length_is_what_sounds_of_the_time_from_the_first_note_on() -> None:
    assert of("x.-.", 60)["length"] == pytest.approx(0.5)
    assert of("-...x...", 60)["length"] == pytest.approx(16 / 28)


def test_range_and_contour_of_a_line() -> None:
    rising = of("x...", 60, 62, 64, 66, 68, 70, 72, 74)
    assert rising["contour"] == pytest.approx(8)
    assert of("x...", 74, 72, 70, 68, 66, 64, 62, 60)["contour"] == pytest.approx(-8)
    assert rising["range"] == pytest.approx(0, abs=1e-5)
    assert of("x...", 60, 64, 64, 60, 60, 64, 64, 60)["range"] == pytest.approx(2)
    assert of("x...", 60, 64)["range"] == pytest.approx(2, abs=0.05)  # last higher than first: it rises a little
    assert of("x...", 60)["contour"] == of("x...", 60)["range"] == 0
    assert of("x" + "." * 31, 60)["contour"] == 0


def test_what_silence_does_not_have_is_nan() -> None:
    found = of("." * 16)
    assert found["density"] == 0
    assert all(math.isnan(value) for name, value in found.items() if name != "density")
    assert math.isnan(of_drums()["velocity"])


def test_drums_by_their_groups() -> None:
    found = of_drums(
        velocity=0.6, offset=-0.1, kick="x.......", snare="....x...", closed_hat="x.x.", ride="x..............."
    )
    counts = {"density": 2 + 2 + 8 + 1, "kick": 2, "snare": 2, "cymbals": 9, "toms": 0}
    assert found == pytest.approx({**counts, "syncopation": 0, "velocity": 0.6, "feel": -0.1})


def test_each_group_of_drums_is_syncopated_for_itself() -> None:
    assert of_drums(kick="..x.", closed_hat="x.x.")["syncopation"] == 4
    assert of_drums(closed_hat="x.x.")["syncopation"] == 0
    assert of_drums(closed_hat="..x.", ride="x...")["syncopation"] == 0


@pytest.mark.parametrize(("kind", "music"), [("melody", "melody"), ("drums", "groove")])
def test_every_knob_of_a_latent_has_its_attribute(kind: str, music: str) -> None:
    assert {knob.name for knob in KNOBS[kind] if knob.in_latent} <= set(ATTRIBUTES[music].turned)


def test_density_and_the_drums_that_make_it_follow_each_other() -> None:
    table = ATTRIBUTES["groove"]
    assert table.follows("density", "kick")
    assert table.follows("kick", "density")
    assert not table.follows("kick", "snare")
