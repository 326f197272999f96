"""Which headers pass the proxy, in both directions."""

from __future__ import annotations

from collections.abc import Iterable

from gitfleet_api.backend import Headers

from .filters import rewrite_links
from .routes import Links

__all__ = ["for_client", "for_server"]

_TO_SERVER = frozenset(
    (
        *("accept", "accept-language", "content-type", "content-encoding", "content-disposition", "graphql-features"),
        *("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range"),
        *("x-github-api-version", "x-github-next-global-id", "idempotency-key"),
    )
)
"""Headers of a request that are sent on. All others belong to the connection, or could be credentials."""
_CONNECTION = frozenset(
    (
        *("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
        *("proxy-authenticate", "proxy-authorization", "proxy-authentication-info", "proxy-status"),
        *("www-authenticate", "content-length", "content-encoding", "set-cookie", "set-cookie2", "alt-svc"),
        *("strict-transport-security", "public-key-pins", "content-security-policy", "nel", "report-to", "via"),
    )
)
"""Headers of a response that concern its transfer, or the connection between the proxy and the server."""
_BUDGET = ("x-ratelimit-", "ratelimit-")
"""They state the calls left of one token of the pool. A client that obeys them would stop though others have calls."""
_LINKS = frozenset(("link", "location", "content-location"))


def for_server(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the headers of a client's request that are sent to the server, with lower-case names."""
    found: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        if lower in _TO_SERVER:
            found[lower] = f"{found[lower]}, {value}" if lower in found else value
    return tuple(found.items())


def for_client(headers: Headers, links: Links) -> list[tuple[str, str]]:
    """Return the headers of a server's response that are sent to the client.

    Args:
        headers: Headers of the response, without tokens.
        links: Beginnings of links, and what replaces each.
    """
    named = {part.strip().lower() for value in headers.get_all("connection") for part in value.split(",")}
    found = []
    for name, value in headers.items:
        if name in _CONNECTION or name in named or name.startswith(_BUDGET) or not _is_text(value):
            continue
        found.append((name, rewrite_links(value, links) if name in _LINKS else value))
    return found


def _is_text(value: str) -> bool:
    return not any(character in "\r\n\0" for character in value)
