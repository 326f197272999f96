"""The pure Python engine of GitFleet: httpx, with its own transport on asyncio, h11 and h2."""

from __future__ import annotations

from .backend import PythonBackend

__all__ = ["PythonBackend"]
