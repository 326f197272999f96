"""The pure Python engine of GitFleet, on httpx."""

from __future__ import annotations

from .backend import PythonBackend

__all__ = ["PythonBackend"]
