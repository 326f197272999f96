"""Lists with cursors, as in both services."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

__all__ = ["MAX_ROWS", "Connection"]

MAX_ROWS = 100
_PREFIX = "cursor:v2:"


class Connection:
    """A page of ``rows``, selected by ``first``, ``last``, ``after`` and ``before``.

    Args:
        name: name of the field, for messages.
        rows: all rows. An exception is a row that the user cannot see.
        arguments: arguments of the field.
        default: page size without ``first`` and ``last``. None: this is an error, as on GitHub.

    Attributes:
        total: number of all rows.
    """

    def __init__(self, name: str, rows: Sequence[Any], arguments: dict[str, Any], default: int | None = None) -> None:
        self._name = name
        self._rows = rows
        self._arguments = arguments
        self._default = default
        self.total: int = len(rows)

    def _bounds(self) -> tuple[int, int]:
        first, last = self._arguments.get("first"), self._arguments.get("last")
        if first is None and last is None:
            first = self._default
        if first is None and last is None:
            message = f"You must provide a `first` or `last` value to properly paginate the `{self._name}` connection."
            raise GraphQLError(message, extensions={"type": "MISSING_PAGINATION_BOUNDARIES"})
        for name, value in (("first", first), ("last", last)):
            if value is not None and self._default is None and not 0 <= value <= MAX_ROWS:
                message = (
                    f"Requesting {value} records on the `{self._name}` connection exceeds the `{name}` limit of "
                    f"{MAX_ROWS} records."
                )
                raise GraphQLError(message, extensions={"type": "EXCESSIVE_PAGINATION"})
        start, end = 0, self.total
        if self._arguments.get("after"):
            start = min(end, _position(self._arguments["after"]) + 1)
        if self._arguments.get("before"):
            end = max(start, min(end, _position(self._arguments["before"])))
        if first is not None:
            end = min(end, start + min(first, MAX_ROWS))
        if last is not None:
            start = max(start, end - min(last, MAX_ROWS))
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
        return [{"cursor": _cursor(index), "node": self._rows[index]} for index in range(start, end)]

    @property
    def page_info(self) -> dict[str, Any]:
        """Start and end of this page."""
        start, end = self._bounds()
        return {
            "hasNextPage": end < self.total,
            "hasPreviousPage": start > 0,
            "startCursor": _cursor(start) if start < end else None,
            "endCursor": _cursor(end - 1) if start < end else None,
        }


def _cursor(index: int) -> str:
    return base64.b64encode(f"{_PREFIX}{index}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        text = base64.b64decode(cursor, validate=True).decode()
        return int(text.removeprefix(_PREFIX))
    except (binascii.Error, ValueError):
        message = f"`{cursor}` does not appear to be a valid cursor."
        raise GraphQLError(message, extensions={"type": "INVALID_CURSOR_ARGUMENTS"}) from None
