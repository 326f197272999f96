"""Synchronous clients: the same names and methods, which return values and iterators instead of awaitables.

Users import ``GitFleet.sync``. Packages with a sync API of their own import :func:`steps`, :func:`unwrap` and
:func:`wrap` as well.
``tools/write_sync.py`` generates most modules from the asynchronous ones.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .background import run, steps
    from .client import GitProviderClient
    from .github import GitHubClient
    from .gitlab import GitLabClient
    from .listing import Listing
    from .tokens import TokenManager
    from .unwrap import unwrap, wrap

__all__ = [
    "GitHubClient",
    "GitLabClient",
    "GitProviderClient",
    "Listing",
    "TokenManager",
    "run",
    "steps",
    "unwrap",
    "wrap",
]

if not TYPE_CHECKING:  # each is imported when it is first used, as in gitfleet_api.providers
    _MODULES = {
        "GitHubClient": "github",
        "GitLabClient": "gitlab",
        "GitProviderClient": "client",
        "Listing": "listing",
        "TokenManager": "tokens",
        "run": "background",
        "steps": "background",
        "unwrap": "unwrap",
        "wrap": "unwrap",
    }

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return found
