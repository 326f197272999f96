"""The store of --budgets, through which commands that run at the same time share their rate limits."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from gitfleet_api import Budgets, ConfigurationError, SQLiteBudgets, open_budgets

from .exit_codes import CommandError

__all__ = ["shared_budgets", "state_folder"]

_NONE = "none"


def shared_budgets(given: str | None, *, by_default: bool) -> Budgets | None:
    """Return the budgets of --budgets; None for no sharing.

    Args:
        given: the value of the option: a path, a URL of Redis, ``none``, or None without the option.
        by_default: whether a file of the user is used without the option.

    Raises:
        CommandError: the value names no store.
    """
    if given is not None:
        try:
            return None if given.lower() == _NONE else open_budgets(given)
        except ConfigurationError as error:
            raise CommandError(f"--budgets: {error}") from None
    if not by_default:
        return None
    folder = state_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return SQLiteBudgets(folder / "budgets.sqlite")
    except (OSError, ConfigurationError):  # a user without a folder to write to shares nothing unless asked to
        return None


def state_folder() -> Path:
    r"""Return the folder for what programs of this user remember, which may not exist yet.

    It is ``gitfleet`` in ``XDG_STATE_HOME`` (on every system, if it is an absolute path); else
    ``~/.local/state/gitfleet`` on Linux, ``~/Library/Application Support/gitfleet`` on macOS and
    ``%LOCALAPPDATA%\gitfleet`` on Windows.
    """
    shared = os.environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(shared):  # noqa: PTH117  a relative one must be ignored, says its specification
        return Path(shared) / "gitfleet"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "gitfleet"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "gitfleet"
    return Path.home() / ".local" / "state" / "gitfleet"
