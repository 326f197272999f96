"""Visibility: which tokens see the same, which one a request may use, and who has seen an owner."""

from __future__ import annotations

from collections.abc import Hashable

from ..provider_type import ProviderType
from .token_info import TokenInfo

__all__ = ["Choice", "Seers", "preferred"]

_OWNERS = 4096
"""Owners that are remembered. The least recently used are evicted first."""
_REMEMBERED_FOR = 3600.0
"""Seconds after which an observation is forgotten: access changes."""


class Choice:
    """Which tokens a request may use, and which of them first.

    Attributes:
        owner: The account that the request concerns; None if it concerns none.
        home: Tokens of accounts of the owner itself, which are used alone while they work.
        accounts: Of the tokens that come from sources, those that may be used; None if there are no sources.
        first: Token to prefer while it has calls left; None for the one with most calls left.
        affinity: Text by which the same token is preferred again among equal ones, in each process; None for the one
            with most calls left.
        cached: Tokens that have received this response before: the cache has it for them. One of them is used, as long
            as it has calls left.
        waits_for_seer: Whether to wait for the token that is known to see the owner, rather than use another.
        is_fixed: Whether only tokens that see the same as ``fixed`` may be used.
        fixed: That token; None for requests without a token.
    """

    __slots__ = (
        *("_tried", "_tried_tokens", "accounts", "affinity", "cached", "first", "fixed", "home", "is_fixed", "owner"),
        "waits_for_seer",
    )

    def __init__(self, owner: str | None) -> None:
        self.owner: str | None = owner
        self.home: tuple[TokenInfo, ...] = ()
        self.accounts: frozenset[TokenInfo] | None = None
        self.first: TokenInfo | None = None
        self.affinity: str | None = None
        self.cached: frozenset[TokenInfo] = frozenset()
        self.waits_for_seer: bool = False
        self.is_fixed: bool = False
        self.fixed: TokenInfo | None = None
        self._tried: tuple[Hashable, ...] = ()
        self._tried_tokens: tuple[TokenInfo, ...] = ()

    def exclude(self, token: TokenInfo, *, alone: bool) -> None:
        """Use the token no more, or no token that sees the same.

        Args:
            token: The token.
            alone: Whether others that see the same may succeed.
        """
        if alone:
            self._tried_tokens += (token,)
        else:
            self._tried += (token.sees,)

    def permitted(self, tokens: list[TokenInfo]) -> list[TokenInfo]:
        """Return the tokens that may be used."""
        if self.is_fixed:
            fixed = self.fixed
            tokens = [] if fixed is None else [item for item in tokens if item is fixed or item.sees == fixed.sees]
        accounts = self.accounts
        if accounts is not None and not self.is_fixed:
            tokens = [item for item in tokens if item.source is None or item in accounts]
        if not self._tried and not self._tried_tokens:
            return tokens
        return [item for item in tokens if item not in self._tried_tokens and item.sees not in self._tried]


def preferred(tokens: list[TokenInfo], affinity: str) -> TokenInfo:
    """Return the token for a text. It is the same in each process, and stays the same if others come or go."""
    import hashlib  # imported here because it loads OpenSSL

    return max(tokens, key=lambda item: hashlib.sha256(f"{item.identity} {affinity}".encode()).digest())


class Seers:
    """The tokens that saw an owner when others did not."""

    def __init__(self) -> None:
        self._known: dict[tuple[ProviderType, str, str], tuple[TokenInfo, float]] = {}

    def remember(self, token: TokenInfo, origin: str, owner: str, now: float) -> None:
        """Use this token, or one that sees the same, first for an owner."""
        key = (token.provider, origin, owner)
        self._known.pop(key, None)
        if len(self._known) >= _OWNERS:
            del self._known[next(iter(self._known))]
        self._known[key] = (token, now + _REMEMBERED_FOR)

    def among(self, tokens: list[TokenInfo], origin: str, owner: str | None, now: float) -> list[TokenInfo]:
        """Return those of the tokens that see what the token does that saw the owner; none if that is unknown."""
        if not self._known or owner is None or not tokens:
            return []
        key = (tokens[0].provider, origin, owner)
        found = self._known.get(key)
        if found is None:
            return []
        token, until = found
        if until <= now:
            del self._known[key]
            return []
        self._known[key] = self._known.pop(key)
        return [item for item in tokens if item.sees == token.sees]
