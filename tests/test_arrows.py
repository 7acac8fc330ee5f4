"""Imports run one way: bridge → engine.runtime → latent, models, representations. This test reads them all.

A part not in the table may import nothing of the project, so that a new one is placed before it is used.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PACKAGES = ("bridge", "engine", "max_for_live")
# The longest part that a module's name begins with rules it: what it may import of the project, itself apart.
MAY_IMPORT = {
    "engine.errors": (),
    "engine.latent": ("engine.errors",),
    "engine.representations": ("engine.errors",),
    "engine.models": ("engine.errors", "engine.latent", "engine.representations"),
    "engine.runtime": ("engine.errors", "engine.latent", "engine.models", "engine.representations"),
    "engine.data": ("engine.errors", "engine.representations"),
    "engine.evaluation": (
        "engine.errors", "engine.latent", "engine.models", "engine.representations", "engine.data", "engine.runtime",
    ),
    "engine.training": (
        "engine.errors", "engine.latent", "engine.models", "engine.representations", "engine.data", "engine.runtime",
        "engine.evaluation",
    ),
    "engine.report": (
        "engine.errors", "engine.latent", "engine.models", "engine.representations", "engine.data", "engine.runtime",
        "engine.evaluation",
    ),
    "bridge": ("bridge", "engine.errors", "engine.representations", "engine.runtime"),
    "bridge.errors": (),
    "bridge.protocol": ("bridge.errors",),
    "bridge.commands": ("bridge", "engine"),
    "max_for_live": ("max_for_live", "bridge.protocol"),
}  # fmt: skip

# Packages of others that a part must do without; the standard library is free to all.
MUST_NOT_IMPORT = {
    "engine": ("pythonosc", "rtmidi", "click"),
    "engine.latent": ("mido", "symusic", "safetensors", "lightning"),
    "engine.models": ("mido", "symusic", "safetensors", "lightning"),
    "engine.representations": ("torch", "lightning", "safetensors"),
    "engine.runtime": ("lightning", "symusic"),
    "bridge": ("lightning", "symusic"),
}
# The wire contract is plain values, but for the one file that has python-osc read and write their bytes.
STANDARD_LIBRARY_ONLY = ("bridge.protocol", "bridge.errors", "engine.errors")
EXCEPT_FOR = {"bridge.protocol.osc": ("pythonosc",)}


def wrong_arrows(root: Path) -> list[str]:
    """Every import of the packages that the tables forbid, as `module:line imports name`."""
    return [
        f"{module}:{line} imports {name}"
        for package in PACKAGES
        for path in sorted((root / package).rglob("*.py"))
        for module in [_module_name(path.relative_to(root))]
        for line, name in _imports(ast.parse(path.read_text(encoding="utf-8")), module, path.name == "__init__.py")
        if not _is_allowed(module, name)
    ]


def _module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(tree: ast.Module, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """Line and full name of each import, inside functions too; `from a import b` gives `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: len(module.split(".")) - node.level + is_package] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def _is_allowed(module: str, name: str) -> bool:
    top = name.split(".")[0]
    if top in PACKAGES:
        part = max((p for p in MAY_IMPORT if _is_in(module, p)), key=len, default=None)
        return part is not None and any(_is_in(name, allowed) for allowed in (part, *MAY_IMPORT[part]))
    if top in sys.stdlib_module_names:
        return True
    if any(_is_in(module, part) for part in STANDARD_LIBRARY_ONLY):
        return top in EXCEPT_FOR.get(module, ())
    return not any(_is_in(module, part) and top in forbidden for part, forbidden in MUST_NOT_IMPORT.items())


def _is_in(name: str, part: str) -> bool:
    return name == part or name.startswith(part + ".")


def test_no_import_runs_against_the_arrows() -> None:
    assert wrong_arrows(ROOT) == []


def test_the_test_reads_the_real_modules() -> None:
    assert len(list((ROOT / "engine").rglob("*.py"))) > 20
    assert (ROOT / "bridge" / "protocol").is_dir()


@pytest.mark.parametrize(
    ("path", "line", "is_wrong"),
    [
        ("engine/latent/a.py", "import bridge", True),
        ("engine/latent/a.py", "from engine.runtime import engine", True),
        ("engine/latent/a.py", "from engine.representations.clip import Note", True),
        ("engine/latent/a.py", "from ..models import vae", True),
        ("engine/latent/__init__.py", "from ..models import vae", True),
        ("engine/latent/a.py", "from . import slerp", False),
        ("engine/latent/a.py", "def f():\n    from engine.data import build", True),
        ("engine/latent/a.py", "import torch\nfrom engine.errors import EngineError", False),
        ("engine/models/a.py", "import mido", True),
        ("engine/models/a.py", "from engine.representations.drums import VOICES", False),
        ("engine/representations/a.py", "from engine.models.vae import Vae", True),
        ("engine/runtime/a.py", "from engine import training", True),
        ("engine/runtime/a.py", "from engine.data.dataset import Dataset", True),
        ("engine/runtime/a.py", "import engine.evaluation.melody", True),
        ("engine/runtime/a.py", "from engine.models.vae import Vae", False),
        ("engine/data/a.py", "from engine.models.vae import Vae", True),
        ("engine/training/a.py", "from engine.data.dataset import Dataset", False),
        ("engine/report/a.py", "from engine.evaluation.evaluate import evaluate", False),
        ("engine/report/a.py", "from bridge.audio import render", True),
        ("engine/evaluation/a.py", "from engine.report.page import Page", True),
        ("engine/unplaced/a.py", "from engine.errors import EngineError", True),
        ("engine/runtime/a.py", "from pythonosc import udp_client", True),
        ("bridge/server.py", "from engine.training.train import train", True),
        ("bridge/server.py", "from engine.models.vae import Vae", True),
        ("bridge/server.py", "from engine.runtime.engine import Engine", False),
        ("bridge/commands/train.py", "from engine.training.train import train", False),
        ("bridge/protocol/a.py", "from engine.errors import EngineError", True),
        ("bridge/protocol/a.py", "from bridge.server import Server", True),
        ("bridge/protocol/a.py", "import numpy", True),
        ("bridge/protocol/a.py", "import struct\nfrom bridge.errors import BridgeError", False),
        ("bridge/protocolish.py", "import numpy", False),
        ("max_for_live/device/a.py", "from bridge.protocol.table import CODES", False),
        ("max_for_live/device/a.py", "from bridge.client import Client", True),
        ("bridge/server.py", "from max_for_live.device.build import device_files", True),
    ],
)
def test_the_checker_tells_wrong_arrows_from_right_ones(tmp_path: Path, path: str, line: str, is_wrong: bool) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(line)
    assert bool(wrong_arrows(tmp_path)) is is_wrong
