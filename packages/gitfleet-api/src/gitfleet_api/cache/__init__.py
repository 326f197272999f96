"""Caches: stored responses for conditional requests, which cost no call if the data has not changed (304)."""

from __future__ import annotations

from .entry import Cache, CacheEntry, CacheWarning
from .memory import MemoryCache
from .redis import RedisCache
from .sqlite import SQLiteCache

__all__ = ["Cache", "CacheEntry", "CacheWarning", "MemoryCache", "RedisCache", "SQLiteCache"]
