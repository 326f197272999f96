"""The rules for every cache: no failure of a cache is an error of a call, and no token is stored."""

from __future__ import annotations

import json
import marshal
import warnings
from collections.abc import Collection, Iterable
from weakref import WeakSet

from ..backend.messages import Request, Response
from ..http.redaction import unescape_json
from .entry import Cache, CacheEntry, CacheWarning, cache_key, entry_for, is_usable

__all__ = ["CacheGuard"]

_failed: WeakSet[Cache] = WeakSet()
"""Caches that were reported. One report is enough: a cache that fails usually fails again."""
_SHORTEST_SECRET = 8
"""Shorter tokens, which no provider issues, occur in other text by chance."""


class CacheGuard:
    """The cache of a client, as its calls use it.

    Args:
        cache: The user's cache.
    """

    __slots__ = ("_cache",)

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def find(self, request: Request) -> CacheEntry | None:
        """Return the usable entry of a request, or None."""
        try:
            entry: object = await self._cache.get(cache_key(request))
        except CacheWarning:  # the program turns warnings into errors
            raise
        except Exception as error:  # noqa: BLE001  a user's cache may raise anything
            self._report(f"get() raised {_named(error)}")
            return None
        if entry is None:
            return None
        if not is_usable(entry, request):
            self._report("get() returned an object that is no entry of this request")
            return None
        assert isinstance(entry, CacheEntry)  # noqa: S101  for the type checker
        return entry

    async def stored(self, keys: Collection[str]) -> set[str]:
        """Return those of some keys that have an entry. It may not be usable."""
        try:
            found: object = await self._cache.stored(keys)
        except CacheWarning:
            raise
        except Exception as error:  # noqa: BLE001  a user's cache may raise anything
            self._report(f"stored() raised {_named(error)}")
            return set()
        return {key for key in keys if key in found} if isinstance(found, set | frozenset) else set()

    async def store(self, request: Request, response: Response, secrets: Iterable[str]) -> None:
        """Store a response unless it must not be stored.

        Args:
            request: The request without conditions, as for :meth:`find`.
            response: The response.
            secrets: The tokens that the server may have received. A response with one of them is not stored.
        """
        entry = entry_for(request, response)
        if entry is None or _contains(entry, [*secrets]):
            return
        try:
            await self._cache.put(cache_key(request), entry)
        except CacheWarning:
            raise
        except Exception as error:  # noqa: BLE001  a user's cache may raise anything
            self._report(f"put() raised {_named(error)}")

    def _report(self, problem: str) -> None:
        try:
            if self._cache in _failed:
                return
            _failed.add(self._cache)
        except TypeError:  # not hashable, or no weak references
            pass
        message = f"{type(self._cache).__name__}.{problem}; such a failure counts as no entry and is reported once"
        warnings.warn(message, CacheWarning, stacklevel=2)


def _named(error: Exception) -> str:
    # The text of the exception is omitted: it can contain the entry.
    return type(error).__name__


def _contains(entry: CacheEntry, secrets: list[str]) -> bool:
    """Return whether an entry contains one of some secrets, plain or escaped in JSON."""
    secrets = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]
    if not secrets:
        return False
    names = "\n".join(name for name, _ in entry.headers)
    texts = [value for _, value in entry.headers]
    nested = b""
    for values in entry.columns or ():
        texts += [value for value in values if isinstance(value, str)]
        # marshal writes text unchanged, and any depth that engines decode.
        nested += marshal.dumps([value for value in values if isinstance(value, dict | list)])
    body = entry.body + (unescape_json(entry.body) if b"\\u00" in entry.body else b"") + nested
    text = "\n".join(texts)
    return any(
        secret in text
        or secret.lower() in names
        or secret.encode() in body
        or json.dumps(secret)[1:-1].encode() in body
        for secret in secrets
    )
