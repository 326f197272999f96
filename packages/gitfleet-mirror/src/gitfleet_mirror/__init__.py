"""Mirrors: a fleet of repositories in one SQLite file, updated incrementally.

Users import it from ``GitFleet``.
"""

from __future__ import annotations

__all__: list[str] = []
