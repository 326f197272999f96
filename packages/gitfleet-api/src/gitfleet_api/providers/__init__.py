"""The clients by provider; each is loaded when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .github.client import GitHubClient
    from .gitlab.client import GitLabClient

__all__ = ["GitHubClient", "GitLabClient"]

if not TYPE_CHECKING:  # or type checkers would take any name for one of this module
    _MODULES = {"GitHubClient": "github.client", "GitLabClient": "gitlab.client"}

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return found
