"""The native engine of GitFleet: Rust behind a C ABI."""

from __future__ import annotations

from .backend import NativeBackend

__all__ = ["NativeBackend"]
