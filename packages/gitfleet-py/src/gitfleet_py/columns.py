"""From the body of an answer to columns: with msgspec where that is installed, with the standard library otherwise."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from gitfleet_api.backend import Columns, Projection, loads, project

__all__ = ["Decode", "decode_plainly", "decoder", "decoder_name"]

Decode = Callable[[bytes, Projection], Columns]
"""Raises DecodeFailure for what is not JSON, or not of the promised shape."""


def decode_plainly(body: bytes, projection: Projection) -> Columns:
    """Parse all of ``body`` and pick: this decides what is right."""
    return project(loads(body), projection)


@cache
def decoder() -> Decode:
    """The quickest there is."""
    try:
        from .quick import decode_quickly
    except ImportError:
        return decode_plainly

    def decode(body: bytes, projection: Projection) -> Columns:
        found = decode_quickly(body, projection)
        return decode_plainly(body, projection) if found is None else found

    return decode


def decoder_name() -> str:
    """What decodes, for people."""
    try:
        import msgspec
    except ImportError:
        return "json"
    return f"msgspec {msgspec.__version__}"
