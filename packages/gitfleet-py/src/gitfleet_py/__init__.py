"""The pure Python engine of GitFleet: httpx, with its own transport on asyncio, h11 and h2."""

from __future__ import annotations

from .backend import PythonBackend
from .body import Streamed

__all__ = ["PythonBackend", "Streamed"]
