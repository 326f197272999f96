"""Where the next page is."""

from __future__ import annotations

import re

from ..backend.messages import Headers
from .urls import with_page

__all__ = ["link_relations", "page_links"]

_MAX_DIGITS = 18

# Compiled by re when they are used first: each would take 0.1 ms of the import.
# Without "<" inside of a target, or many of them in a row would take quadratic time.
_LINK = r"<([^<>]*)>((?:\s*;\s*[^\s=;,]+\s*=\s*(?:\"[^\"]*\"|[^\s;,]*))*)"
_PARAMETER = r";\s*([^\s=;,]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,]*))"


def link_relations(headers: Headers) -> dict[str, str]:
    """The targets of the Link headers by relation (RFC 8288); of equal relations the first."""
    found: dict[str, str] = {}
    for value in headers.get_all("link"):
        for target, parameters in re.findall(_LINK, value):
            # A parameter at a time, as the text of another one may hold what looks like a relation.
            pairs = [(name.lower(), quoted or bare) for name, quoted, bare in re.findall(_PARAMETER, parameters)]
            for relation in next((text for name, text in pairs if name == "rel"), "").lower().split():
                found.setdefault(relation, target)
    return found


def page_links(headers: Headers, url: str) -> dict[str, str]:
    """Where the ``next`` and the ``last`` page of the listing at ``url`` are, each as far as an answer says so.

    Link headers go before page numbers (X-Next-Page, X-Total-Pages), which some servers, and proxies that take links
    away, leave alone. On the last page X-Next-Page is there, but empty.
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
