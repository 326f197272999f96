"""The folder of the user's configuration."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["config_folder", "sign_in_path"]


def config_folder() -> Path:
    r"""Return the folder of GitFleet's configuration, which may not exist yet.

    ``GITFLEET_CONFIG_DIR`` names it. Without that it is ``gitfleet`` in ``XDG_CONFIG_HOME`` (on every system, if it is
    an absolute path); else ``~/.config/gitfleet`` on Linux, ``~/Library/Application Support/gitfleet`` on macOS and
    ``%APPDATA%\gitfleet`` on Windows.
    """
    named = os.environ.get("GITFLEET_CONFIG_DIR")
    if named:
        return Path(named).absolute()
    shared = os.environ.get("XDG_CONFIG_HOME", "")
    if os.path.isabs(shared):  # noqa: PTH117  a relative one must be ignored, says its specification
        return Path(shared) / "gitfleet"
    if sys.platform == "win32":
        roaming = os.environ.get("APPDATA")
        return (Path(roaming) if roaming else Path.home() / "AppData" / "Roaming") / "gitfleet"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "gitfleet"
    return Path.home() / ".config" / "gitfleet"


def sign_in_path() -> Path:
    """Return the path of the file of sign-ins: ``sign-ins.json`` in the folder of GitFleet's configuration."""
    return config_folder() / "sign-ins.json"
