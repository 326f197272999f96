"""Random tokens and codes in the form that the services give them."""

from __future__ import annotations

import secrets
import string

__all__ = ["github_token", "gitlab_token", "user_code"]

_BASE62 = string.ascii_letters + string.digits
#: Consonants, as on GitHub: a code contains no word.
_CODE = "BCDFGHJKLMNPQRSTVWXZ"


def github_token(prefix: str, length: int = 36) -> str:
    """Return a token such as ``ghs_...``."""
    return prefix + "".join(secrets.choice(_BASE62) for _ in range(length))


def gitlab_token() -> str:
    """Return a token of GitLab's OAuth: 64 hex digits."""
    return secrets.token_hex(32)


def user_code(separator: str = "-") -> str:
    """Return a code that people type: two groups of four letters."""
    return separator.join("".join(secrets.choice(_CODE) for _ in range(4)) for _ in range(2))
