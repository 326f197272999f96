"""The clients for those who do not await: the same names as in ``GitFleet``, with plain values and iterators.

>>> from GitFleet.sync import GitHubClient
>>> client = GitHubClient(token="...")
>>> for repository in client.fetch_repositories("python"):   # doctest: +SKIP
...     print(repository.full_name)

Models, errors and settings are those of ``GitFleet``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitfleet_api import sync as _sync

if TYPE_CHECKING:
    from gitfleet_api.sync import GitHubClient, GitLabClient, GitProviderClient, Listing, TokenManager, run
else:  # loaded when they are asked for

    def __getattr__(name: str) -> object:
        if name in _sync.__all__:
            return getattr(_sync, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["GitHubClient", "GitLabClient", "GitProviderClient", "Listing", "TokenManager", "run"]
