"""Suggestions for owners that were not found: similar names among the organizations of the token."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

from gitfleet_api import GitFleetError, GitProviderClient, ProviderType

from .clients import Clients
from .suggestions import did_you_mean

__all__ = ["owner_suggestions"]

_PATIENCE = 3.0
"""Longest wait for the names, in seconds: a suggestion is worth no wait for a rate limit."""


async def owner_suggestions(clients: Clients, missing: Sequence[str]) -> list[str]:
    """Return a line for each missing owner that resembles an organization or group of the token.

    Costs one call per provider, and none without a token or without a missing owner. Its failure is no error.

    Args:
        clients: the clients of the command.
        missing: targets that were not found, as ``github:owner``; repositories are ignored.
    """
    owners: dict[ProviderType, list[str]] = {}
    for target in missing:
        name, _, owner = target.partition(":")
        if name in list(ProviderType) and owner and "/" not in owner:
            owners.setdefault(ProviderType(name), []).append(owner)
    lines = []
    for provider, names in owners.items():
        known = await _own_names(clients[provider]) if clients.tokens.count(provider) else []
        for owner in names:
            hint = did_you_mean(owner, known)
            if hint:
                lines.append(f"{provider}:{owner} was not found{hint}")
    return lines


async def _own_names(client: GitProviderClient) -> list[str]:
    """Return the names of the first page of organizations of the token; nothing if they cannot be read in time."""
    try:
        async with asyncio.timeout(_PATIENCE), aclosing(client.fetch_organizations().pages(ahead=1)) as pages:
            return [organization.login for organization in await anext(pages, [])]
    except (GitFleetError, TimeoutError):
        return []
