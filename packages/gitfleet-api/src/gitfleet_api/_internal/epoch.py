"""The unit of a number that states a time."""

from __future__ import annotations

__all__ = ["MILLISECONDS_FROM"]

MILLISECONDS_FROM = 1e11
"""Epoch numbers above this (the year 5138 in seconds) are milliseconds, which some servers send."""
