"""Offset pagination, with totals if the service counts them, and keyset pagination."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from ..http.messages import Headers, Response
from . import errors

__all__ = ["MAX_COUNTED", "Page", "PageRequest", "by_cursor", "by_id", "numbered", "size_of"]

_T = TypeVar("_T")

_DEFAULT, _MAX = 20, 100
#: Number of rows above which the service sends no totals.
MAX_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for a list.

    Attributes:
        url: the URL without the query.
        parameters: the decoded query.
        id: the value of ``:id`` in the URL. None if it has none.
    """

    url: str
    parameters: Mapping[str, str]
    id: str | None = None

    def href(self, **other: object) -> str:
        """Return the URL of another page, with all parameters in alphabetical order, as on the service."""
        known = {} if self.id is None else {"id": self.id}
        return f"{self.url}?{urlencode(sorted({**known, **self.parameters, **other}.items()))}"


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    """The rows of a page and its pagination headers."""

    rows: Sequence[_T]
    headers: Headers


def size_of(parameters: Mapping[str, str]) -> int | Response:
    """Return ``per_page``, at most 100, or an error response."""
    size = _number(parameters.get("per_page", str(_DEFAULT)))
    if size is None:
        return errors.bad_parameter("per_page")
    return min(size, _MAX) if size else errors.bad_parameter("per_page", "has a value not allowed")


def numbered(rows: Sequence[_T], page_request: PageRequest, *, counted: bool = True) -> Page[_T] | Response:
    """Return the page that ``page`` and ``per_page`` select, or an error response.

    Args:
        rows: all rows.
        page_request: the request.
        counted: False if the service never sends totals for this list.
    """
    size, number = size_of(page_request.parameters), _number(page_request.parameters.get("page", "1"))
    if isinstance(size, Response):
        return size
    if number is None:
        return errors.bad_parameter("page")
    number = max(number, 1)
    shown = rows[(number - 1) * size : number * size]
    onward = number + 1 if len(rows) > number * size else None
    back = number - 1 or None
    counted = counted and len(rows) <= MAX_COUNTED
    total = max(1, -(-len(rows) // size))
    pages = {"prev": back, "next": onward, "first": 1, "last": total if counted else None}
    links = (
        f'<{page_request.href(page=page, per_page=size)}>; rel="{rel}"'
        for rel, page in pages.items()
        if page is not None
    )
    headers: Headers = (
        ("Link", ", ".join(links)),
        # On the last page this header is empty.
        ("X-Next-Page", str(onward or "")),
        ("X-Page", str(number)),
        ("X-Per-Page", str(size)),
        ("X-Prev-Page", str(back or "")),
    )
    if counted:
        headers += (("X-Total", str(len(rows))), ("X-Total-Pages", str(total)))
    return Page(shown, headers)


def by_id(rows: Sequence[_T], page_request: PageRequest, key: Callable[[_T], int]) -> Page[_T] | Response:
    """Return the first page of ``rows``, which begin after the last row seen.

    As on the service, the link contains ``id_after`` (``id_before`` in descending order), and the last page with
    rows links to an empty page.
    """
    size = size_of(page_request.parameters)
    if isinstance(size, Response):
        return size
    shown = rows[:size]
    if not shown:
        return Page(shown, ())
    name = "id_before" if page_request.parameters.get("sort", "desc") == "desc" else "id_after"
    return Page(shown, (("Link", f'<{page_request.href(**{name: key(shown[-1])})}>; rel="next"'),))


def by_cursor(rows: Sequence[_T], page_request: PageRequest, key: Callable[[_T], int]) -> Page[_T] | Response:
    """Return the page after ``cursor`` of rows sorted by id. The last page has no link."""
    size = size_of(page_request.parameters)
    if isinstance(size, Response):
        return size
    cursor_text = page_request.parameters.get("cursor")
    start = 0
    if cursor_text is not None:
        seen = _cursor_id(cursor_text)
        start = next((index + 1 for index, row in enumerate(rows) if key(row) == seen), len(rows))
    shown = rows[start : start + size]
    if start + size >= len(rows):
        return Page(shown, ())
    cursor = base64.urlsafe_b64encode(json.dumps({"id": str(key(shown[-1])), "_kd": "n"}).encode()).decode()
    return Page(shown, (("Link", f'<{page_request.href(cursor=cursor)}>; rel="next"'),))


def _cursor_id(text: str) -> int | None:
    try:
        return int(json.loads(base64.urlsafe_b64decode(text))["id"])
    except (ValueError, KeyError, TypeError):
        return None


def _number(text: str) -> int | None:
    """Return a non-negative number, or None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
