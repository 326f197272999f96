"""The interface of caches, the entries that they store, and the keys of entries."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod

from .._internal.lazy_dataclass import dataclass
from ..backend.messages import Headers, Request, Response
from ..backend.projection import Columns

__all__ = ["Cache", "CacheEntry", "CacheWarning", "cache_key", "conditional_headers", "entry_for"]

_PER_RESPONSE = ("content-length", "content-encoding", "transfer-encoding", "connection")
"""Headers that describe one transfer and are not reused."""


class CacheWarning(RuntimeWarning):
    """A cache could not be used. The calls continue without it."""


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A stored response with status 200, decoded."""

    etag: str | None
    """Value of the ETag header. None if there was none."""
    last_modified: str | None
    """Value of the Last-Modified header. None if there was none."""
    headers: tuple[tuple[str, str], ...]
    """All headers, as pairs of name and value. A 304 may omit some, for example Link."""
    columns: Columns | None
    """The values that the projection of the request selected. None if the request had no projection."""
    body: bytes
    """The body if the request had no projection; otherwise empty."""

    def response(self, fresh: Headers) -> Response:
        """Return the stored response with the current headers, which contain the rate limit.

        Args:
            fresh: Headers of the 304 that confirmed the entry.

        Returns:
            A response with status 200.
        """
        renewed = {name for name, _ in fresh.items}
        kept = [(name, value) for name, value in self.headers if name not in renewed and name not in _PER_RESPONSE]
        return Response(200, Headers((*fresh.items, *kept)), self.body, self.columns)


class Cache(ABC):
    """Interface of caches. An implementation handles its own failures: a cache never makes a call fail."""

    @abstractmethod
    async def get(self, key: str) -> CacheEntry | None:
        """Return the entry that is stored under ``key``, or None.

        Args:
            key: 64 hexadecimal digits. It contains no token.
        """

    @abstractmethod
    async def put(self, key: str, entry: CacheEntry) -> None:
        """Store an entry. Others may be evicted.

        Args:
            key: 64 hexadecimal digits. It contains no token.
            entry: The response to store.
        """

    @abstractmethod
    async def aclose(self) -> None:
        """Close files and connections. Later calls find nothing and store nothing."""


def cache_key(request: Request) -> str:
    """Return the key of a request: a hash of its method, URL, headers (with the token) and projection."""
    import hashlib  # imported here because it loads OpenSSL

    projection = None if request.projection is None else request.projection.to_json()
    parts = [request.method, request.url, sorted(request.headers), projection]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def conditional_headers(entry: CacheEntry) -> tuple[tuple[str, str], ...]:
    """Return the headers of a conditional request: the server sends 304 if the stored response is current."""
    if entry.etag is not None:
        return (("if-none-match", entry.etag),)
    return (("if-modified-since", entry.last_modified),) if entry.last_modified is not None else ()


def entry_for(request: Request, response: Response) -> CacheEntry | None:
    """Return the entry to store for a response.

    None if the response cannot be validated later (no ETag and no Last-Modified) or must not be stored.
    """
    headers = response.headers
    etag, modified = headers.get("etag"), headers.get("last-modified")
    forbidden = "no-store" in (headers.get("cache-control") or "")
    if request.method != "GET" or response.status != 200 or forbidden or (etag is None and modified is None):
        return None
    return CacheEntry(etag, modified, headers.items, response.columns, response.body)
