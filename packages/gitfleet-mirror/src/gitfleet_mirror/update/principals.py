"""Who saw a listing, as a text that the next update can compare. No token can be derived from it."""

from __future__ import annotations

import hashlib

from gitfleet_api import GitProviderClient
from gitfleet_api.client import TokenInfo

__all__ = ["identity_of", "identity_of_pool"]

_ANONYMOUS = "anonymous"


def identity_of(client: GitProviderClient, label: str | None) -> str:
    """Return the identity of the token with a label.

    Args:
        client: The client.
        label: ``principal`` of a listing. None without a token.
    """
    if label is None:
        return _ANONYMOUS
    found = next((token for token in client.session.tokens() if token.label == label), None)
    return f"name:{label}" if found is None else _identity(found)


def identity_of_pool(client: GitProviderClient) -> str:
    """Return the identity of all tokens of a client together, for calls that any of them may have sent."""
    tokens = client.session.tokens()
    if not tokens:
        return _ANONYMOUS
    found = sorted({_identity(token) for token in tokens})
    return found[0] if len(found) == 1 else f"pool:{_hash(' '.join(found))}"


def _identity(token: TokenInfo) -> str:
    # Labels without a name are numbers, which another token of the next process can have.
    return f"visibility:{token.visibility}" if token.visibility else f"token:{_hash(token.identity)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
