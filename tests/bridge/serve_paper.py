"""Serves the paper engine as a process of its own: PORT, then `slow` for an engine that never ends its work."""

from __future__ import annotations

import logging
import sys
import time

from fake_engine import FakeEngine

from bridge.commands.serve import run_until_signal
from bridge.errors import BridgeError
from bridge.server import ServerConfig
from engine.errors import CheckpointError


def load() -> FakeEngine:
    if sys.argv[2:] == ["broken"]:
        raise CheckpointError("checkpoints/melody_2bar is corrupt; fetch it again")
    if sys.argv[2:] == ["slow"]:
        time.sleep(60)
    return FakeEngine()


if __name__ == "__main__":
    logging.basicConfig(level="INFO")
    try:
        run_until_signal(ServerConfig(port=int(sys.argv[1])), load)
    except BridgeError as error:
        sys.exit(f"bridge: {error}")
