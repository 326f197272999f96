"""Answers kept for conditional requests, which cost no calls when nothing has changed."""

from __future__ import annotations

from .entry import Cache, CacheEntry, CacheWarning
from .memory import MemoryCache
from .sqlite import SQLiteCache

__all__ = ["Cache", "CacheEntry", "CacheWarning", "MemoryCache", "SQLiteCache"]
