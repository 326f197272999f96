"""A cache in memory, for one process."""

from __future__ import annotations

import marshal
import threading
from collections import OrderedDict
from dataclasses import replace

from .._internal.at_fork import renew_after_fork
from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from .entry import Cache, CacheEntry

__all__ = ["MemoryCache"]


class MemoryCache(Cache):
    """Keeps the answers used last, in any number of threads.

    Args:
        max_entries: how many answers; a page of a listing is one.

    Raises:
        ConfigurationError: ``max_entries`` is no number from 1 on.
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
        """What was kept under ``key``, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
        return None if entry is None else _own(entry)

    async def put(self, key: str, entry: CacheEntry) -> None:
        """Keep an answer; the one that was not used for longest makes room."""
        entry = _own(entry)
        with self._lock:
            self._entries[key] = entry
            self._entries.move_to_end(key)
            while len(self._entries) > self._max:
                self._entries.popitem(last=False)

    async def aclose(self) -> None:
        """Nothing to close: what is kept stays, for other clients."""

    def _after_fork(self) -> None:
        self._lock = threading.Lock()


def _own(entry: CacheEntry) -> CacheEntry:
    """A copy: what an answer was made into belongs to the user, who may change its raw data."""
    if entry.columns is None:
        return entry
    return replace(entry, columns=[[_copy(value) for value in column] for column in entry.columns])


def _copy(value: object) -> object:
    # marshal takes all that JSON has, is quick, and does not count nested values against the interpreter's stack.
    return marshal.loads(marshal.dumps(value)) if isinstance(value, dict | list) else value  # noqa: S302  ours
