"""Made-up identifiers."""

from __future__ import annotations

import hashlib

__all__ = ["fake_sha"]


def fake_sha(*parts: object) -> str:
    """A made-up commit id, 40 hex digits, always the same for the same ``parts``."""
    return hashlib.sha1("\0".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()
