"""URLs of a session: links that may be followed, and text without the session's tokens."""

from __future__ import annotations

from ..http.redaction import redact
from .call import SessionConfig
from .status import provider_error

__all__ = ["known_secrets", "redact_url", "resolve_link"]


def known_secrets(parts: SessionConfig) -> list[str]:
    """The tokens that a server may have seen."""
    return [item.token for item in parts.tokens.usable(parts.profile.type, parts.base_url.origin)]


def redact_url(parts: SessionConfig, url: str) -> str:
    """A URL as it may be printed: a server may have put a token into it."""
    return redact(url, known_secrets(parts))


def resolve_link(parts: SessionConfig, link: str, *, seen_at: str, status: int) -> str:
    """A link as an absolute URL.

    Raises:
        ProviderError: it leads out of the API (``foreign_link``); a token must not go there.
    """
    absolute = parts.base_url.resolve(link, seen_at=seen_at)
    if absolute is None:
        link, place = redact_url(parts, link), redact_url(parts, seen_at)
        message = f"GET {place}: it points to {link[:200]!r}, which is not under {parts.base_url}; not followed"
        raise provider_error("foreign_link", message, parts.profile, status=status, url=place)
    return absolute
