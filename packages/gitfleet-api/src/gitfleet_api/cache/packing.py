"""The bytes of an entry in a file or on a server."""

from __future__ import annotations

import json

from .entry import CacheEntry

__all__ = ["pack", "unpack"]


def pack(key: str, entry: CacheEntry) -> bytes:
    """Return the data of an entry, with a checksum: SQLite, for one, does not notice a changed byte within a value."""
    head = json.dumps([entry.etag, entry.last_modified, entry.headers, entry.columns], separators=(",", ":"))
    data = head.encode() + b"\n" + entry.body
    return _checksum(key, data) + data


def unpack(key: str, data: object) -> CacheEntry | None:
    """Return the entry of some data; None if it is not the data that was stored under this key."""
    if not isinstance(data, bytes) or data[:4] != _checksum(key, data[4:]):
        return None
    head, _, body = data[4:].partition(b"\n")
    try:
        etag, modified, headers, columns = json.loads(head)
        return CacheEntry(etag, modified, tuple((name, value) for name, value in headers), columns, body)
    except (ValueError, TypeError, RecursionError):
        return None


def _checksum(key: str, data: bytes) -> bytes:
    import zlib  # imported here because few programs have a cache

    return zlib.crc32(data, zlib.crc32(key.encode())).to_bytes(4, "big")
