"""Lists with cursors, as both services have them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

__all__ = ["MOST", "Connection"]

MOST = 100
_PREFIX = "cursor:v2:"


class Connection:
    """A part of ``rows``: what ``first``, ``last``, ``after`` and ``before`` ask for.

    Args:
        name: of the field, for messages.
        rows: all of them; an exception stands for one that this user may not see.
        arguments: of the field.
        default: how many there are when nobody says; None: that is an error, as on GitHub.

    Attributes:
        total: how many there are in all.
    """

    def __init__(self, name: str, rows: Sequence[Any], arguments: dict[str, Any], default: int | None = None) -> None:
        self._name = name
        self._rows = rows
        self._arguments = arguments
        self._default = default
        self.total = len(rows)

    def _bounds(self) -> tuple[int, int]:
        first, last = self._arguments.get("first"), self._arguments.get("last")
        if first is None and last is None:
            first = self._default
        if first is None and last is None:
            message = f"You must provide a `first` or `last` value to properly paginate the `{self._name}` connection."
            raise GraphQLError(message, extensions={"type": "MISSING_PAGINATION_BOUNDARIES"})
        for name, value in (("first", first), ("last", last)):
            if value is not None and self._default is None and not 0 <= value <= MOST:
                message = (
                    f"Requesting {value} records on the `{self._name}` connection exceeds the `{name}` limit of "
                    f"{MOST} records."
                )
                raise GraphQLError(message, extensions={"type": "EXCESSIVE_PAGINATION"})
        start, end = 0, self.total
        if self._arguments.get("after"):
            start = min(end, _position(self._arguments["after"]) + 1)
        if self._arguments.get("before"):
            end = max(start, min(end, _position(self._arguments["before"])))
        if first is not None:
            end = min(end, start + min(first, MOST))
        if last is not None:
            start = max(start, end - min(last, MOST))
        return start, end

    @property
    def nodes(self) -> list[Any]:
        """The rows of this page."""
        start, end = self._bounds()
        return list(self._rows[start:end])

    @property
    def edges(self) -> list[Any]:
        """The rows of this page with their cursors."""
        start, end = self._bounds()
        return [{"cursor": _cursor(place), "node": self._rows[place]} for place in range(start, end)]

    @property
    def page_info(self) -> dict[str, Any]:
        """Where this page begins and ends."""
        start, end = self._bounds()
        return {
            "hasNextPage": end < self.total,
            "hasPreviousPage": start > 0,
            "startCursor": _cursor(start) if start < end else None,
            "endCursor": _cursor(end - 1) if start < end else None,
        }


def _cursor(place: int) -> str:
    return base64.b64encode(f"{_PREFIX}{place}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        text = base64.b64decode(cursor, validate=True).decode()
        return int(text.removeprefix(_PREFIX))
    except (binascii.Error, ValueError):
        message = f"`{cursor}` does not appear to be a valid cursor."
        raise GraphQLError(message, extensions={"type": "INVALID_CURSOR_ARGUMENTS"}) from None
