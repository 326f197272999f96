"""Where the next page is."""

from __future__ import annotations

import re

from .backend import Headers

__all__ = ["link_relations"]

# Without "<" inside of a target, or many of them in a row would take quadratic time.
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^\s=;,]+\s*=\s*(?:\"[^\"]*\"|[^\s;,]*))*)")
_PARAMETER = re.compile(r";\s*([^\s=;,]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,]*))")


def link_relations(headers: Headers) -> dict[str, str]:
    """The targets of the Link headers by relation (RFC 8288); of equal relations the first."""
    found: dict[str, str] = {}
    for value in headers.get_all("link"):
        for target, parameters in _LINK.findall(value):
            # A parameter at a time, as the text of another one may hold what looks like a relation.
            pairs = [(name.lower(), quoted or bare) for name, quoted, bare in _PARAMETER.findall(parameters)]
            for relation in next((text for name, text in pairs if name == "rel"), "").lower().split():
                found.setdefault(relation, target)
    return found
