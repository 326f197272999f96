"""The interpreters that the sessions of nox use."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

PYTHONS = ["3.11", "3.12", "3.13", "3.14", "3.15"]
FREE_THREADED = "3.14t"


def add_interpreters() -> None:
    """Add pyenv's interpreters to PATH: its shims run only the selected versions."""
    if shutil.which("pyenv") is None:
        return
    done = subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=False)
    folders = [
        folder
        for version in (*PYTHONS, FREE_THREADED)
        for folder in sorted(Path(done.stdout.strip()).glob(f"versions/{version}.*/bin"))[-1:]
    ]
    os.environ["PATH"] = os.pathsep.join([*map(str, folders), os.environ["PATH"]])


def newest() -> str:
    """Return the newest Python of this machine."""
    return next(version for version in reversed(PYTHONS) if shutil.which(f"python{version}") or version == PYTHONS[0])
