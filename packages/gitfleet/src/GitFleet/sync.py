"""The synchronous API: the clients of ``GitFleet`` without ``await``, with plain values and iterators.

>>> from GitFleet.sync import GitHubClient
>>> client = GitHubClient(token="...")
>>> for repository in client.fetch_repositories("python"):   # doctest: +SKIP
...     print(repository.full_name)

Contents:
    :class:`GitHubClient`, :class:`GitLabClient`: the clients, with the methods of the asynchronous ones.
    :class:`GitProviderClient`: their base class.
    :class:`Listing`: the result of listing methods; iterate over it, or call its methods.
    :class:`TokenManager`: a pool of tokens for these clients.
    :func:`run`: runs one coroutine of the asynchronous API and returns its result.

Models, errors and options are imported from ``GitFleet``. A client can be used by several threads at the same time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitfleet_api import sync as _sync

if TYPE_CHECKING:
    from gitfleet_api.sync import GitHubClient, GitLabClient, GitProviderClient, Listing, TokenManager, run
else:  # loaded on first access, to keep the import fast

    def __getattr__(name: str) -> object:
        if name in _sync.__all__:
            return getattr(_sync, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["GitHubClient", "GitLabClient", "GitProviderClient", "Listing", "TokenManager", "run"]
