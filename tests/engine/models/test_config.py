"""Configs: a round trip, and nothing unknown taken for known."""

from __future__ import annotations

import json

import pytest
import torch
from torch import nn

from engine.data.kinds import KINDS
from engine.errors import CheckpointError
from engine.models.config import FeelConfig, NoteConfig, VaeConfig, from_dict, to_dict
from engine.training.module import build_model
from engine.training.presets import PRESETS


@pytest.mark.parametrize("config", [preset.model for preset in PRESETS.values()], ids=list(PRESETS))
def test_a_config_comes_back_from_json_as_it_was(config: VaeConfig | FeelConfig | NoteConfig) -> None:
    assert from_dict(type(config), json.loads(json.dumps(to_dict(config)))) == config


@pytest.mark.parametrize("kind", [VaeConfig, FeelConfig, NoteConfig])
def test_an_unknown_key_is_refused_and_named(kind: type[VaeConfig | FeelConfig | NoteConfig]) -> None:
    with pytest.raises(CheckpointError, match="colour"):
        from_dict(kind, {"colour": "blue"})


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_builds_a_model_of_its_window(name: str) -> None:
    steps = KINDS[PRESETS[name].windows].steps
    model = built(name)
    assert model.config.steps == steps
    if not name.endswith("_lstm"):
        assert parameters(model) < 30_000_000


@pytest.mark.parametrize(
    ("name", "count"),
    [("melody_2bar_lstm", 4_423_770), ("melody_16bar_lstm", 176_061_530), ("groove_4bar_lstm", 4_085_019)],
)
def test_the_references_presets_have_as_many_parameters_as_the_reference(name: str, count: int) -> None:
    """Source: counted on magenta's graphs; torch keeps two biases where they keep one."""
    model = built(name)
    assert sum(weight.numel() for key, weight in model.named_parameters() if "bias_hh" not in key) == count


def built(name: str) -> nn.Module:
    """The preset's model, its shapes alone."""
    with torch.device("meta"):
        return build_model(PRESETS[name].model)


def parameters(model: nn.Module) -> int:
    return sum(weight.numel() for weight in model.parameters())
