"""An outside judge of clips, as it lies in a file: what says how surprising music is, whichever model it came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes

from engine.data.kinds import KINDS
from engine.errors import CheckpointError, WrongKindError
from engine.models.folding import for_inference
from engine.models.step_judge import JudgeConfig, StepJudge

FORMAT = "latent-bridge-judge-1"
_BATCH = 500
_MAX_REASON = 200
_TRAIN = "train one with `bridge judge`"


@dataclass(frozen=True, eq=False)
class Judge:
    """A judge that was trained.

    Attributes:
        model: on the CPU, in evaluation mode.
        kind: of the windows that it learnt from, a name in `KINDS`.
        hash: of the file, first 16 digits of sha256: figures name the judge by it.
        facts: how it was trained, for people.
    """

    model: StepJudge
    kind: str
    hash: str
    facts: Mapping[str, Any]

    @torch.inference_mode()
    def nats(self, tokens: NDArray[np.int64]) -> NDArray[np.float64]:
        """The cost of each step, -log of its chance, of tokens `clips, steps`; the same shape."""
        parts = torch.from_numpy(np.asarray(tokens, np.int64)).split(_BATCH)
        costs: NDArray[np.float64] = torch.cat([self.model.nats(part) for part in parts]).double().numpy()
        return costs


def save_judge(path: Path, model: StepJudge, kind: str, facts: Mapping[str, Any]) -> Judge:
    """Write a judge, in half precision.

    Returns:
        The judge as it will be read.
    """
    tensors = {name: weight.detach().half().contiguous().cpu() for name, weight in model.state_dict().items()}
    about = {"format": FORMAT, "kind": kind, "config": asdict(model.config), "facts": dict(facts)}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(to_bytes(tensors, {"header": json.dumps(about, sort_keys=True)}))
    partial.replace(path)
    return load_judge(path, kind)


def load_judge(path: Path, kind: str) -> Judge:
    """Read a judge.

    Args:
        path: the file.
        kind: of the windows that it is to judge, a name in `KINDS`.

    Raises:
        CheckpointError: the file is missing or corrupt, or of another format.
        WrongKindError: it judges other windows.
    """
    try:
        with safe_open(path, "pt") as stream:
            header = json.loads((stream.metadata() or {}).get("header", "{}"))
            if header.get("format") != FORMAT:
                raise CheckpointError(f"{path} is no judge of format {FORMAT}; {_TRAIN}")
            tensors = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118, no mapping
        model = StepJudge(JudgeConfig(**header["config"]))
        model.load_state_dict({name: tensor.float() for name, tensor in tensors.items()})
        found, facts = str(header["kind"]), dict(header["facts"])
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except (OSError, SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())[:_MAX_REASON]
        raise CheckpointError(f"the judge {path} cannot be read: {reason}; {_TRAIN}") from error
    if not all(tensor.isfinite().all() for tensor in tensors.values()):
        raise CheckpointError(f"the judge {path} has weights that are no numbers; {_TRAIN}")
    if found != kind:
        raise WrongKindError(f"{path} judges {found} windows, and {kind} is to be judged; train one of {kind}")
    if model.config.steps != KINDS[kind].steps:
        raise CheckpointError(f"{path} reads {model.config.steps} steps, and {kind} has others; {_TRAIN}")
    return Judge(for_inference(model), kind, digest, facts)
