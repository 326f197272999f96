"""The pure Python engine of GitFleet: asyncio and h11, and httpx where it is asked for."""

from __future__ import annotations

from .backend import PythonBackend

__all__ = ["PythonBackend"]
