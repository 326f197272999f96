"""A cache in the memory of one process."""

from __future__ import annotations

import marshal
import threading
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import replace

from .._internal.at_fork import renew_after_fork
from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from .entry import Cache, CacheEntry

__all__ = ["MemoryCache"]


class MemoryCache(Cache):
    """A cache in memory. The least recently used entries are evicted first. It is thread-safe.

    Args:
        max_entries: Largest number of entries. Each page of a listing is an entry.

    Raises:
        ConfigurationError: ``max_entries`` is not an integer of at least 1.
    """

    def __init__(self, max_entries: int = 2_000) -> None:
        if isinstance(max_entries, bool) or not isinstance(max_entries, int) or max_entries < 1:
            raise ConfigurationError(f"max_entries must be an integer of at least 1, not {shorten_repr(max_entries)}")
        self._max = max_entries
        self._entries: OrderedDict[str, CacheEntry] = OrderedDict()
        self._lock = threading.Lock()
        renew_after_fork(self)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<MemoryCache {len(self)} of at most {self._max} entries>"

    async def get(self, key: str) -> CacheEntry | None:
        """Return the entry that is stored under ``key``, or None.

        Args:
            key: 64 hexadecimal digits. It contains no token.
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
        return None if entry is None else _copied(entry)

    async def put(self, key: str, entry: CacheEntry) -> None:
        """Store an entry. If there are too many, the least recently used one is evicted.

        Args:
            key: 64 hexadecimal digits. It contains no token.
            entry: The response to store.
        """
        entry = _copied(entry)
        with self._lock:
            self._entries[key] = entry
            self._entries.move_to_end(key)
            while len(self._entries) > self._max:
                self._entries.popitem(last=False)

    async def stored(self, keys: Collection[str]) -> set[str]:
        """Return those of some keys under which an entry is stored.

        Args:
            keys: Keys, as for :meth:`get`.
        """
        with self._lock:
            return {key for key in keys if key in self._entries}

    async def aclose(self) -> None:
        """Do nothing: the entries stay, because other clients may use them."""

    def _after_fork(self) -> None:
        self._lock = threading.Lock()


def _copied(entry: CacheEntry) -> CacheEntry:
    """Return a copy, because users may change the ``raw_data`` of their objects."""
    if entry.columns is None:
        return entry
    return replace(entry, columns=[[_copy(value) for value in column] for column in entry.columns])


def _copy(value: object) -> object:
    # marshal supports all JSON types, is fast, and copies deeply nested values without the interpreter's stack.
    return marshal.loads(marshal.dumps(value)) if isinstance(value, dict | list) else value  # noqa: S302  own data
