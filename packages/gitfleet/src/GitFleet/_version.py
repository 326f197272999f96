"""The version, which ``gitfleet --version`` prints without loading gitfleet_api."""

from __future__ import annotations

__all__ = ["VERSION"]

VERSION = "0.3.0"
