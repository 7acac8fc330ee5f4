"""The version of this distribution."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("latent-bridge")
except PackageNotFoundError:  # run from a checkout that was never installed
    VERSION = "0"
