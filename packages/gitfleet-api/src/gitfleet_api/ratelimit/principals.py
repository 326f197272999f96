"""Principals: the identities behind tokens, with the budgets that all tokens of one identity share."""

from __future__ import annotations

from .buckets import Bucket, BucketKey

__all__ = ["ANY_HOST", "Principal"]

ANY_HOST = ""
"""Key of a budget that was set before the first request showed the server."""


class Principal:
    """The identity behind one or several tokens: a user, a bot, or an installation of an app.

    Providers count calls by identity: two tokens of one user share budgets, pacing and pauses.

    Attributes:
        login: Its login, by the user's declaration or the server's statement; None if unknown.
    """

    __slots__ = ("_buckets", "login")

    def __init__(self, login: str | None = None) -> None:
        self.login: str | None = login
        self._buckets: dict[BucketKey, Bucket] = {}

    def bucket(self, key: BucketKey) -> Bucket:
        """Return its bucket for a server and a resource; a new one if none exists."""
        known = self._buckets.get(key)
        if known is None:
            anywhere = (ANY_HOST, key[1])
            known = self._buckets[key] = self._buckets.pop(anywhere) if anywhere in self._buckets else Bucket()
        return known

    def buckets(self) -> dict[BucketKey, Bucket]:
        """Return a copy of the mapping from server and resource to bucket."""
        return dict(self._buckets)

    def absorb(self, other: Principal) -> None:
        """Take over the buckets of a principal that turned out to be the same identity."""
        for key, bucket in other.buckets().items():
            known = self._buckets.setdefault(key, bucket)
            if known is not bucket:
                known.absorb(bucket)
