"""Fixtures that the engine's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from made_up import DRUM_FOLDER, LINE_FOLDER, write_music

from engine.data.build import build

# The models here are tiny: threads would cost more than they give.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def music_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of melodies and drums, with a manifest that names their splits."""
    folder = tmp_path_factory.mktemp("music")
    write_music(folder)
    return folder


@pytest.fixture(scope="session")
def data_file(music_folder: Path) -> Path:
    """The data set of that folder."""
    out = music_folder / "made_up.lbdata"
    build([music_folder / LINE_FOLDER, music_folder / DRUM_FOLDER], out, workers=1)
    return out
