"""Generated identifiers."""

from __future__ import annotations

import hashlib

__all__ = ["fake_sha"]


def fake_sha(*parts: object) -> str:
    """Return a generated commit id, 40 hex digits. The same ``parts`` give the same id."""
    return hashlib.sha1("\0".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()
