"""Pages by number, with totals where the service counts, and pages by key."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from ..http.messages import Headers, Response
from . import errors

__all__ = ["COUNTED", "Page", "PageRequest", "T", "by_cursor", "by_id", "numbered", "size_of"]

T = TypeVar("T")

_DEFAULT, _MOST = 20, 100
#: Above so many rows the service does not count.
COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for a list: ``url`` is its address without the query, ``id`` what stands for ``:id`` in it, if any."""

    url: str
    parameters: Mapping[str, str]
    id: str | None = None

    def href(self, **other: object) -> str:
        """The address of another page: all parameters in the order of their names, as the service writes it."""
        known = {} if self.id is None else {"id": self.id}
        return f"{self.url}?{urlencode(sorted({**known, **self.parameters, **other}.items()))}"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of a page, and the headers that say which it is."""

    rows: Sequence[T]
    headers: Headers


def size_of(parameters: Mapping[str, str]) -> int | Response:
    """``per_page``, at most 100, or the answer that refuses it."""
    size = _number(parameters.get("per_page", str(_DEFAULT)))
    if size is None:
        return errors.bad_parameter("per_page")
    return min(size, _MOST) if size else errors.bad_parameter("per_page", "has a value not allowed")


def numbered(rows: Sequence[T], asked: PageRequest, *, counted: bool = True) -> Page[T] | Response:
    """The page that ``page`` and ``per_page`` ask for; ``counted`` is False where the service never knows the total."""
    size, number = size_of(asked.parameters), _number(asked.parameters.get("page", "1"))
    if isinstance(size, Response):
        return size
    if number is None:
        return errors.bad_parameter("page")
    number = max(number, 1)
    shown = rows[(number - 1) * size : number * size]
    onward = number + 1 if len(rows) > number * size else None
    back = number - 1 or None
    counted = counted and len(rows) <= COUNTED
    total = max(1, -(-len(rows) // size))
    pages = {"prev": back, "next": onward, "first": 1, "last": total if counted else None}
    links = (
        f'<{asked.href(page=page, per_page=size)}>; rel="{rel}"' for rel, page in pages.items() if page is not None
    )
    headers: Headers = (
        ("Link", ", ".join(links)),
        # On the last page it is there, and empty.
        ("X-Next-Page", str(onward or "")),
        ("X-Page", str(number)),
        ("X-Per-Page", str(size)),
        ("X-Prev-Page", str(back or "")),
    )
    if counted:
        headers += (("X-Total", str(len(rows))), ("X-Total-Pages", str(total)))
    return Page(shown, headers)


def by_id(rows: Sequence[T], asked: PageRequest, key: Callable[[T], int]) -> Page[T] | Response:
    """A page of ``rows``, which begin behind the last one seen, with a link to the next unless it is empty.

    As on the service, the link says ``id_after`` (``id_before`` when ids fall), and the last page with rows has one
    too: what it leads to is empty.
    """
    size = size_of(asked.parameters)
    if isinstance(size, Response):
        return size
    shown = rows[:size]
    if not shown:
        return Page(shown, ())
    name = "id_before" if asked.parameters.get("sort", "desc") == "desc" else "id_after"
    return Page(shown, (("Link", f'<{asked.href(**{name: key(shown[-1])})}>; rel="next"'),))


def by_cursor(rows: Sequence[T], asked: PageRequest, key: Callable[[T], int]) -> Page[T] | Response:
    """A page behind ``cursor`` of rows whose ids rise or fall; the last one has no link."""
    size = size_of(asked.parameters)
    if isinstance(size, Response):
        return size
    begun = asked.parameters.get("cursor")
    start = 0
    if begun is not None:
        seen = _cursor_id(begun)
        start = next((place + 1 for place, row in enumerate(rows) if key(row) == seen), len(rows))
    shown = rows[start : start + size]
    if start + size >= len(rows):
        return Page(shown, ())
    cursor = base64.urlsafe_b64encode(json.dumps({"id": str(key(shown[-1])), "_kd": "n"}).encode()).decode()
    return Page(shown, (("Link", f'<{asked.href(cursor=cursor)}>; rel="next"'),))


def _cursor_id(text: str) -> int | None:
    try:
        return int(json.loads(base64.urlsafe_b64decode(text))["id"])
    except (ValueError, KeyError, TypeError):
        return None


def _number(text: str) -> int | None:
    """A number that is not negative, or None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
