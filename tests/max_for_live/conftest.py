"""Devices on paper tracks, and engines for them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bridge"))

from acts import OpenDevice
from engines import EngineProcess, paper_engine
from fake_engine import Served
from max_js import Device


@pytest.fixture
def paper() -> Iterator[Served]:
    """An engine of paper behind a real port."""
    with paper_engine() as served:
        yield served


@pytest.fixture(scope="session")
def real_port() -> Iterator[int]:
    """The port of a warm engine on the shipped models."""
    engine = EngineProcess()
    yield engine.port
    engine.end()


@pytest.fixture
def put_device() -> Iterator[OpenDevice]:
    """Puts devices on tracks; takes them off in the end."""
    devices: list[Device] = []

    def put(live_set: dict[str, Any] | None = None, **more: Any) -> Device:
        devices.append(Device(live_set, **more))
        return devices[-1]

    yield put
    for device in devices:
        device.close()
