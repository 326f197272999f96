"""The unit of epoch numbers."""

from __future__ import annotations

__all__ = ["MILLISECONDS_FROM"]

MILLISECONDS_FROM = 1e11
"""Epoch numbers above this value (the year 5138 in seconds) are milliseconds, which some servers send."""
