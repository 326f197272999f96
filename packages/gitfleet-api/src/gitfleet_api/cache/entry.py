"""What is kept of an answer, under which key, and the interface of the places that keep it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod

from .._internal.lazy_dataclass import dataclass
from ..backend.messages import Headers, Request, Response
from ..backend.projection import Columns

__all__ = ["Cache", "CacheEntry", "CacheWarning", "conditional_headers", "entry_of", "key_of"]

_OF_THE_ANSWER = ("content-length", "content-encoding", "transfer-encoding", "connection")


class CacheWarning(RuntimeWarning):
    """A cache could not be used; the calls go on without what was in it."""


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A 200 answer, decoded.

    Attributes:
        etag: its ETag, or None.
        last_modified: its Last-Modified, or None.
        headers: all of them; a 304 may leave out the links.
        columns: what its request's projection asked for, or None without one.
        body: the body without a projection; empty with one.
    """

    etag: str | None
    last_modified: str | None
    headers: tuple[tuple[str, str], ...]
    columns: Columns | None
    body: bytes

    def answer(self, fresh: Headers) -> Response:
        """The stored answer with the headers of the 304 that confirmed it: limits come from there."""
        renewed = {name for name, _ in fresh.items}
        kept = [(name, value) for name, value in self.headers if name not in renewed and name not in _OF_THE_ANSWER]
        return Response(200, Headers((*fresh.items, *kept)), self.body, self.columns)


class Cache(ABC):
    """A place for answers. Failures of the place are its own business: a call never fails because of it."""

    @abstractmethod
    async def get(self, key: str) -> CacheEntry | None:
        """What was kept under ``key``, or None."""

    @abstractmethod
    async def put(self, key: str, entry: CacheEntry) -> None:
        """Keep an answer, perhaps instead of others."""

    @abstractmethod
    async def aclose(self) -> None:
        """Close files; later calls find nothing and keep nothing."""


def key_of(request: Request) -> str:
    """A key that no other request has: not one with another token, projection or header. It tells no token."""
    import hashlib  # here, so that those who keep nothing do not load OpenSSL

    projection = None if request.projection is None else request.projection.to_json()
    parts = [request.method, request.url, sorted(request.headers), projection]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def conditional_headers(entry: CacheEntry) -> tuple[tuple[str, str], ...]:
    """Headers that ask for the answer only if it is not the one that is kept."""
    if entry.etag is not None:
        return (("if-none-match", entry.etag),)
    return (("if-modified-since", entry.last_modified),) if entry.last_modified is not None else ()


def entry_of(request: Request, response: Response) -> CacheEntry | None:
    """What to keep of an answer; None when there is nothing to ask by later, or it is not to be kept."""
    headers = response.headers
    etag, modified = headers.get("etag"), headers.get("last-modified")
    forbidden = "no-store" in (headers.get("cache-control") or "")
    if request.method != "GET" or response.status != 200 or forbidden or (etag is None and modified is None):
        return None
    return CacheEntry(etag, modified, headers.items, response.columns, response.body)
