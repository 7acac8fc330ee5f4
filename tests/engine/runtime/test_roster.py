"""Which of the loaded models plays which part."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from made_up import tiny_vae

from engine.errors import UnknownModelError
from engine.models.vae import Vae
from engine.runtime.checkpoint import Checkpoint
from engine.runtime.roster import Roster


def loaded(name: str, music: str, steps: int) -> Checkpoint:
    config = replace(tiny_vae(music, "bars", "bars", steps), latent_dim=32, conductor_width=32, conductor_depth=1)
    return Checkpoint(name, music, steps // 16, Vae(config), "0" * 16, {}, None)


def test_models_without_a_part_are_left_out_and_it_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """A longer melody model would take the part of the shipped one, whose windows are of two bars."""
    long, trio, short = loaded("long", "melody", 256), loaded("trio", "trio", 256), loaded("short", "melody", 32)
    with caplog.at_level(logging.WARNING, "engine"):
        roster = Roster((long, trio, short))
    assert [model.name for model in roster.models] == ["short"]
    assert roster.playing("melody") is short
    assert [record.getMessage().split()[0] for record in caplog.records] == ["long", "trio"]
    with pytest.raises(UnknownModelError):
        roster.with_prior("trio")
