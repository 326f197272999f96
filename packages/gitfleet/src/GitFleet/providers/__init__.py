"""Clients and token pools by their module name of old; the same objects as in ``GitFleet``."""

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
