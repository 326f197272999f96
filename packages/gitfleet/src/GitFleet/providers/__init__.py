"""Clients and token pools under the module name of version 0.2. The objects are the same as in ``GitFleet``.

>>> from GitFleet.providers import TokenManager
>>> tokens = TokenManager()
>>> tokens.add_token("...", "github")

Contents:
    :class:`GitHubClient`, :class:`GitLabClient`: the clients.
    :class:`GitProviderClient`: their base class.
    :class:`ProviderType`: the providers, as an enumeration.
    :class:`TokenManager`: a pool of tokens.
    :class:`TokenInfo`: a token of the pool, with its label.
    :class:`TokenStatus`: the state of a token: the calls left and the reset time.
"""

from __future__ import annotations

from gitfleet_api import (
    GitHubClient,
    GitLabClient,
    GitProviderClient,
    ProviderType,
    TokenInfo,
    TokenManager,
    TokenStatus,
)

__all__ = [
    "GitHubClient",
    "GitLabClient",
    "GitProviderClient",
    "ProviderType",
    "TokenInfo",
    "TokenManager",
    "TokenStatus",
]
