"""Pagination links: Link headers and page numbers."""

from __future__ import annotations

import re

from ..backend.messages import Headers
from .urls import with_page

__all__ = ["has_page_links", "link_relations", "page_links"]

_MAX_DIGITS = 18

# Compiled on first use: each takes 0.1 ms.
# A target excludes "<", because otherwise many of them in a row take quadratic time.
_LINK = r"<([^<>]*)>((?:\s*;\s*[^\s=;,]+\s*=\s*(?:\"[^\"]*\"|[^\s;,]*))*)"
_PARAMETER = r";\s*([^\s=;,]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,]*))"


def link_relations(headers: Headers) -> dict[str, str]:
    """Return the targets of the Link headers by relation (RFC 8288), the first one for a repeated relation."""
    found: dict[str, str] = {}
    for value in headers.get_all("link"):
        for target, parameters in re.findall(_LINK, value):
            # All parameters are parsed, because the text of another one may contain what looks like a relation.
            pairs = [(name.lower(), quoted or bare) for name, quoted, bare in re.findall(_PARAMETER, parameters)]
            for relation in next((text for name, text in pairs if name == "rel"), "").lower().split():
                found.setdefault(relation, target)
    return found


def has_page_links(headers: Headers) -> bool:
    """Return whether a response says anything about pages, so that no next page means that there is none."""
    return any(headers.get(name) is not None for name in ("link", "x-next-page", "x-total-pages", "x-page"))


def page_links(headers: Headers, url: str) -> dict[str, str]:
    """Return the URLs of the ``next`` and ``last`` pages, as far as a response has them.

    Link headers take precedence over page numbers (X-Next-Page, X-Total-Pages), which are needed for servers that send
    no links and for proxies that remove them. On the last page X-Next-Page is empty.

    Args:
        headers: headers of the response.
        url: URL of the request.
    """
    found = {name: target for name, target in link_relations(headers).items() if name in ("next", "last")}
    following, pages = _page_number(headers, "x-next-page"), _page_number(headers, "x-total-pages")
    if "next" not in found and following:
        found["next"] = with_page(url, following)
        if pages:
            found["last"] = with_page(url, pages)
    return found


def _page_number(headers: Headers, name: str) -> int:
    text = headers.get(name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else 0
