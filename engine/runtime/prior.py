"""The learnt prior of a checkpoint, as it lies beside the weights: where new music is drawn from instead of N(0, 1)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor

from engine.errors import CheckpointError
from engine.models.folding import for_inference
from engine.models.latent_prior import LatentPrior, PriorConfig

FORMAT = "latent-bridge-prior-1"
PRIOR_NAME = "prior.safetensors"
_MAX_REASON = 200
_FIND = "learn it again with `bridge prior`"


@dataclass(frozen=True, eq=False)
class LearntPrior:
    """A prior and how it is drawn from.

    Attributes:
        model: on the CPU, in evaluation mode.
        spread: of each Gaussian, as a share of its scale; below 1 keeps to what is usual.
        temperature: of the choice between Gaussians.
    """

    model: LatentPrior
    spread: float
    temperature: float

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Latents `count, latent`; the noise of the first does not depend on how many follow."""
        config = self.model.config
        noise = [
            (torch.randn(config.bars * config.share, generator=generator), torch.rand(config.bars, generator=generator))
            for _ in range(count)
        ]
        normal, uniform = (torch.stack(part) for part in zip(*noise, strict=True))
        return self.model.draw(normal, uniform, self.spread, self.temperature)


def save_prior(folder: Path, prior: LearntPrior, model_hash: str) -> LearntPrior:
    """Write it beside the weights that it was learnt for, in half precision.

    Returns:
        The prior as it will be read.
    """
    tensors = {name: weight.detach().half().contiguous().cpu() for name, weight in prior.model.state_dict().items()}
    config = asdict(prior.model.config)
    about = {"format": FORMAT, "model": model_hash, "config": config, **_manner(prior.spread, prior.temperature)}
    path = folder / PRIOR_NAME
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(to_bytes(tensors, {"header": json.dumps(about, sort_keys=True)}))
    partial.replace(path)
    return LearntPrior(_built(config, tensors), prior.spread, prior.temperature)


def load_prior(folder: Path, model_hash: str, latent_dim: int) -> LearntPrior | None:
    """The prior of a checkpoint's folder; None where it has none.

    Args:
        folder: the checkpoint.
        model_hash: of its weights: latents of others lie elsewhere.
        latent_dim: size of its latent.

    Raises:
        CheckpointError: the file is corrupt, or was learnt for another model.
    """
    path = folder / PRIOR_NAME
    if not path.exists():
        return None
    try:
        with safe_open(path, "pt") as stream:
            header = json.loads((stream.metadata() or {}).get("header", "{}"))
            tensors = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118, no mapping
        learnt_for = {name: header.get(name) for name in ("format", "model")}
        if learnt_for != {"format": FORMAT, "model": model_hash}:
            raise CheckpointError(f"{path} was learnt for other weights; {_FIND}")
        manner = {name: float(header[name]) for name in ("spread", "temperature")}
        model = _built(header["config"], tensors)
    except (OSError, SafetensorError, RuntimeError, KeyError, ValueError, TypeError, AttributeError) as error:
        reason = " ".join(str(error).split())[:_MAX_REASON]
        raise CheckpointError(f"{path} cannot be read: {reason}; {_FIND}") from error
    config = model.config
    sound = all(0 < value < math.inf for value in manner.values())
    if not sound or config.bars * config.share != latent_dim or not all(t.isfinite().all() for t in tensors.values()):
        raise CheckpointError(f"{path} does not fit the model; {_FIND}")
    return LearntPrior(model, **manner)


def _manner(spread: float, temperature: float) -> dict[str, float]:
    return {"spread": spread, "temperature": temperature}


def _built(config: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> LatentPrior:
    model = LatentPrior(PriorConfig(**config))
    model.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
    return for_inference(model)
