"""The interface of caches, the entries that they store, and the keys of entries."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence

from .._internal.lazy_dataclass import dataclass
from .._internal.reference import Reference
from ..backend.apply import ACCEPTED_TYPES
from ..backend.messages import Headers, Request, Response
from ..backend.projection import Columns, Projection

__all__ = [
    "Cache",
    "CacheEntry",
    "CacheWarning",
    "cache_key",
    "cache_keys",
    "conditional_headers",
    "entry_for",
    "is_usable",
]

_NOT_STORED = frozenset(
    ["content-length", "content-encoding", "transfer-encoding", "connection", "date", "age", "retry-after"]
)
"""Headers that describe one transfer. Neither stored nor reused."""
_NOT_STORED_BEGINNINGS = ("set-cookie", "x-ratelimit-", "ratelimit-")
"""Beginnings of headers with credentials, or about the rate limit, which only the current response knows."""
_VALIDATOR = re.compile(r"[!-~](?:[ -~]{0,1022}[!-~])?")
"""Validators that every server and proxy accepts in a request: ASCII without control characters, at most 1 KB."""


class CacheWarning(RuntimeWarning):
    """A cache could not be used. The calls continue without it, unless the program turns warnings into errors."""


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
        kept = [(name, value) for name, value in self.headers if name not in renewed and _is_stored(name)]
        return Response(200, Headers((*fresh.items, *kept)), self.body, self.columns)


class Cache(ABC):
    """Interface of caches. A cache never makes a call fail.

    An exception of a cache, and an entry that no response can have, count as no entry. Each cache that fails is
    reported once, with a :class:`CacheWarning`. Calls wait for ``get`` and ``put``, so both should be fast.
    """

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
            entry: The response to store. It contains no token.
        """

    async def stored(self, keys: Collection[str]) -> set[str]:
        """Return those of some keys under which an entry is stored. A client with several tokens asks before a call.

        It should be as fast as ``get``. A cache without this method reads the entries.

        Args:
            keys: Keys, as for ``get``: one for each token.
        """
        return {key for key in keys if await self.get(key) is not None}

    def reference(self) -> Reference[Cache] | None:
        """Return how another process opens the same entries, without a secret. None if none can."""
        return None

    @abstractmethod
    async def aclose(self) -> None:
        """Close files and connections. Later calls find nothing and store nothing."""


def cache_key(request: Request) -> str:
    """Return the key of a request: a hash of its method, URL, headers (with the token), projection and size limit.

    With the token, no request finds a response that another token received. With the size limit, no client finds a
    body that it would have refused.
    """
    return cache_keys([request])[0]


def cache_keys(requests: Sequence[Request]) -> list[str]:
    """Return the key of each of some requests, which differ in their headers only. There must be at least one."""
    import hashlib  # imported here because it loads OpenSSL

    first = requests[0]
    projection = None if first.projection is None else first.projection.to_json()
    begin, end = json.dumps([first.method, first.url])[:-1], json.dumps([projection, first.max_body])[1:]
    # The text has a token, so it has no name that a report of a crash could show.
    return [
        hashlib.sha256(f"{begin}, {json.dumps(sorted(request.headers))}, {end}".encode()).hexdigest()
        for request in requests
    ]


def conditional_headers(entry: CacheEntry) -> tuple[tuple[str, str], ...]:
    """Return the headers of a conditional request: the server sends 304 if the stored response is current."""
    if entry.etag is not None:
        return (("if-none-match", entry.etag),)
    return (("if-modified-since", entry.last_modified),) if entry.last_modified is not None else ()


def entry_for(request: Request, response: Response) -> CacheEntry | None:
    """Return the entry to store for a response.

    None if the response cannot be validated later (no ETag and no Last-Modified that a request can contain) or must
    not be stored.
    """
    if request.method != "GET" or response.status != 200:
        return None
    headers = response.headers
    etag, modified = (_validator(headers.get(name)) for name in ("etag", "last-modified"))
    if etag is None and modified is None:
        return None
    if "no-store" in ",".join(headers.get_all("cache-control")).lower() or "*" in ",".join(headers.get_all("vary")):
        return None
    if (request.projection is None) is not (response.columns is None):  # a response without a body
        return None
    stored = tuple(pair for pair in headers.items if _is_stored(pair[0]))
    return CacheEntry(etag, modified, stored, response.columns, response.body)


def _is_stored(name: str) -> bool:
    return name not in _NOT_STORED and not name.startswith(_NOT_STORED_BEGINNINGS)


def _validator(value: str | None) -> str | None:
    return value if value is not None and _VALIDATOR.fullmatch(value) else None


def is_usable(entry: object, request: Request) -> bool:
    """Return whether an object that a cache returned is an entry with the form of a response to ``request``."""
    if not isinstance(entry, CacheEntry) or entry.etag is entry.last_modified is None:
        return False
    for validator in (entry.etag, entry.last_modified):
        if validator is not None and not (isinstance(validator, str) and _VALIDATOR.fullmatch(validator)):
            return False
    if not isinstance(entry.headers, tuple) or not all(map(_is_header, entry.headers)):
        return False
    if not isinstance(entry.body, bytes) or len(entry.body) > request.max_body:
        return False
    columns, projection = entry.columns, request.projection
    if projection is None or columns is None:
        return projection is None and columns is None
    return _fits(columns, projection)


def _fits(columns: object, projection: Projection) -> bool:
    """Return whether values have the number and the types that a projection demands."""
    if not isinstance(columns, list) or not all(isinstance(values, list) for values in columns):
        return False
    own = len(projection.columns)
    if len(columns) not in (own, own + len(projection.beside)) or any(len(values) != 1 for values in columns[own:]):
        return False
    rows = len(columns[0]) if projection.many else 1
    return all(
        len(values) == rows and (column.kind == "json" or ACCEPTED_TYPES[column.kind].issuperset(map(type, values)))
        for column, values in zip(projection.columns, columns, strict=False)
    )


def _is_header(pair: object) -> bool:
    return isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
