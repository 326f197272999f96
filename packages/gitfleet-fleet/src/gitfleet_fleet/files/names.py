"""Names in SQL."""

from __future__ import annotations

__all__ = ["quoted"]


def quoted(name: str) -> str:
    """Return a name as an identifier in SQL."""
    return '"{}"'.format(name.replace('"', '""'))
