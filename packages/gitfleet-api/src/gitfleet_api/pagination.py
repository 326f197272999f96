"""Where the next page is."""

from __future__ import annotations

import re

from .backend import Headers

__all__ = ["link_relations"]

# Without "<" inside of a target, or many of them in a row would take quadratic time.
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^\s=;,]+\s*=\s*(?:\"[^\"]*\"|[^\s;,]*))*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,]*))", re.IGNORECASE)


def link_relations(headers: Headers) -> dict[str, str]:
    """The targets of the Link headers by relation (RFC 8288); of equal relations the first."""
    found: dict[str, str] = {}
    for value in headers.get_all("link"):
        for target, parameters in _LINK.findall(value):
            rel = _REL.search(parameters)
            for name in ((rel[1] or rel[2]) if rel else "").lower().split():
                found.setdefault(name, target)
    return found
