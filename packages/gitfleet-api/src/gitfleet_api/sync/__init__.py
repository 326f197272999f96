"""The clients for those who do not await: the same names, with plain values and iterators.

People import ``GitFleet.sync``. What an asynchronous module has is mirrored here by the one of the same name, which
``tools/write_sync.py`` writes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .background import run
    from .client import GitProviderClient
    from .github import GitHubClient
    from .gitlab import GitLabClient
    from .listing import Listing
    from .tokens import TokenManager

__all__ = ["GitHubClient", "GitLabClient", "GitProviderClient", "Listing", "TokenManager", "run"]

if not TYPE_CHECKING:  # each is loaded when it is first asked for, as in gitfleet_api.providers
    _MODULES = {
        "GitHubClient": "github",
        "GitLabClient": "gitlab",
        "GitProviderClient": "client",
        "Listing": "listing",
        "TokenManager": "tokens",
        "run": "background",
    }

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return found
