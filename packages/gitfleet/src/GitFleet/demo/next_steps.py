"""The end of the demo: commands to try next, as they can be typed here."""

from __future__ import annotations

import importlib.util
import os
import sys

__all__ = ["print_next_steps"]

_PAGE = "https://github.com/gitfleet/gitfleet"


def print_next_steps() -> None:
    """Print commands for repositories of the user, and for the forge of the demo."""
    python = _python()
    command = f"{python} -m gitfleet"
    print("\nWhat to try next (set GITHUB_TOKEN for more than 60 calls per hour):")
    if importlib.util.find_spec("click") is None or importlib.util.find_spec("rich") is None:
        print("  the command line        pip install 'gitfleet[cli]'")
    print(f"  a table of all branches {command} branches github:OWNER -o branches.csv")
    print(f"  a copy in a SQLite file {command} mirror github:OWNER --db fleet.sqlite")
    print(f"  this local forge        {python} -m gitfleet_testing")
    print(f"  programs, documentation {_PAGE}")


def _python() -> str:
    """A text that starts this interpreter from the current folder in any shell.

    `python` would be another one for a user whose shell has no active environment: nox activates it for the demo only.
    """
    try:
        return min(sys.executable, os.path.relpath(sys.executable), key=len)
    except ValueError:  # on another drive of Windows
        return sys.executable
