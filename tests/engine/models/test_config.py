"""Configs: a round trip, and nothing unknown taken for known."""

from __future__ import annotations

import json

import pytest

from engine.errors import CheckpointError
from engine.models.config import FeelConfig, VaeConfig, from_dict, to_dict
from engine.models.feel import FeelModel
from engine.models.vae import Vae
from engine.training.presets import PRESETS


@pytest.mark.parametrize("config", [preset.model for preset in PRESETS.values()], ids=list(PRESETS))
def test_a_config_comes_back_from_json_as_it_was(config: VaeConfig | FeelConfig) -> None:
    assert from_dict(type(config), json.loads(json.dumps(to_dict(config)))) == config


@pytest.mark.parametrize("kind", [VaeConfig, FeelConfig])
def test_an_unknown_key_is_refused_and_named(kind: type[VaeConfig | FeelConfig]) -> None:
    with pytest.raises(CheckpointError, match="colour"):
        from_dict(kind, {"colour": "blue"})


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_builds_a_model_of_its_window(name: str) -> None:
    config = PRESETS[name].model
    model = Vae(config) if isinstance(config, VaeConfig) else FeelModel(config)
    assert model.config.steps == 32
    assert sum(weight.numel() for weight in model.parameters()) < 20_000_000
