"""From the body of a response to columns: with msgspec if it is installed, otherwise with the standard library."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from gitfleet_api.backend import Columns, Projection, loads, project

__all__ = ["Decode", "decode_strict", "decoder", "decoder_name"]

Decode = Callable[[bytes, Projection], Columns]
"""Returns the columns; raises DecodeFailure if the body is not JSON or does not match the projection."""


def decode_strict(body: bytes, projection: Projection) -> Columns:
    """Parse all of ``body`` and apply the projection. This decoder decides which bodies are valid."""
    return project(loads(body), projection)


@cache
def decoder() -> Decode:
    """Return the fastest decoder that is installed."""
    try:
        from .decode_msgspec import decode_fast
    except ImportError:
        return decode_strict

    def decode(body: bytes, projection: Projection) -> Columns:
        found = decode_fast(body, projection)
        return decode_strict(body, projection) if found is None else found

    return decode


def decoder_name() -> str:
    """Return the name and version of the JSON decoder."""
    try:
        import msgspec
    except ImportError:
        return "json"
    return f"msgspec {msgspec.__version__}"
