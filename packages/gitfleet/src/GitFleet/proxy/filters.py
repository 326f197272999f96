"""Filters of response bodies: tokens are masked, and links to the API lead through the proxy."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .routes import Links

__all__ = ["BodyFilter", "rewrite_links"]

_SHORTEST = 8
"""Shorter texts, which no provider issues as tokens, occur in other text by chance."""
_FOLLOWING = (b"/", b"?", b"{")
_AFTER = rb"(?=[/\"?{])"


class BodyFilter:
    """Masks tokens in a body that passes in parts, and replaces the start of links in JSON.

    A mask has the length of the token, so the length of a body changes only with its links.

    Args:
        secrets: The tokens.
        links: Beginnings of JSON strings, and what replaces each. Empty: links are unchanged.
    """

    def __init__(self, secrets: Sequence[str], links: Links = ()) -> None:
        self._secrets = [item.encode() for item in secrets if len(item) >= _SHORTEST]
        self._longest = max(map(len, self._secrets), default=1)
        self._links = _LinkFilter(links) if links else None
        self._held = b""

    @property
    def keeps_length(self) -> bool:
        """Whether the result is as long as the body."""
        return self._links is None

    def feed(self, part: bytes) -> bytes:
        """Add a part, and return what is certain of the result."""
        data = self._masked(self._held + part)
        cut = max(0, len(data) - self._longest + 1)
        self._held = data[cut:]
        return data[:cut] if self._links is None else self._links.feed(data[:cut])

    def end(self) -> bytes:
        """Return the rest of the result."""
        rest, self._held = self._held, b""
        return rest if self._links is None else self._links.feed(rest) + self._links.end()

    def whole(self, body: bytes) -> bytes:
        """Return the result for a complete body."""
        masked = self._masked(body)
        return masked if self._links is None else self._links.whole(masked)

    def _masked(self, data: bytes) -> bytes:
        for secret in self._secrets:
            if secret in data:
                data = data.replace(secret, b"*" * len(secret))
        return data


class _LinkFilter:
    """Replaces the beginning of JSON strings. Text that only contains it is not changed."""

    def __init__(self, links: Links) -> None:
        self._pattern = re.compile(b'"(' + b"|".join(re.escape(old.encode()) for old, _ in links) + b")" + _AFTER)
        self._new = {old.encode(): new.encode() for old, new in links}
        self._reach = max(len(old) for old, _ in links) + 2
        self._held = b""
        self._before = b""

    def whole(self, body: bytes) -> bytes:
        if any(b'\\"' + old in body or b'"' + old + b'"' in body for old in self._new):  # rare, and not so simple
            return self.feed(body) + self.end()
        for old, new in self._new.items():  # a page of repositories has thousands: 10 times as fast as the pattern
            for following in _FOLLOWING:
                body = body.replace(b'"' + old + following, b'"' + new + following)
        return body

    def feed(self, part: bytes) -> bytes:
        data = self._held + part
        return self._replaced(data, max(0, len(data) - self._reach))

    def end(self) -> bytes:
        return self._replaced(self._held, len(self._held))

    def _replaced(self, data: bytes, cut: int) -> bytes:
        """Return the result for the bytes before ``cut``, and for a link that begins there; hold the others."""
        found, position = [], 0
        for match in self._pattern.finditer(data):
            start = match.start()
            if start >= cut:
                break
            if (data[start - 1 : start] if start else self._before) == b"\\":
                continue  # a quote inside a string
            found += [data[position : start + 1], self._new[match[1]]]
            position = match.end()
        cut = max(cut, position)
        found.append(data[position:cut])
        self._held = data[cut:]
        self._before = data[cut - 1 : cut] or self._before
        return b"".join(found)


def rewrite_links(value: str, links: Links) -> str:
    """Return the value of a ``Link`` or ``Location`` header with other beginnings of its URLs."""
    for old, new in links:
        parts = re.split(rf"(?:(?<=<)|^){re.escape(old)}(?=[/?>]|$)", value)
        value = new.join(parts)
    return value
