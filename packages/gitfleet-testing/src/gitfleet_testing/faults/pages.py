"""Faults of listings: rows that move, pages that never end, links to other places."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from ..http.messages import Body, Headers, Request, Response, dump
from ..http.paging import Page, format_link, with_parameter
from .rules import FaultScope, PageFault, RuleTarget

__all__ = ["Endless", "HideTotals", "OnPage", "Relink", "RepeatPage"]

_LINK = re.compile(r'<([^>]*)>;\s*rel="([^"]*)"')
#: Headers with the length of a listing; GitHub sends none of them.
_TOTALS = ("x-total", "x-total-pages", "x-total-count")
#: Distance from each page to the last page that an endless listing links to.
_AHEAD = 10
#: First id of generated rows, above all other ids.
_FIRST_ID = 2_000_000_001


class OnPage(PageFault):
    """Calls a function just before a certain page of a listing is served.

    Args:
        page: number of the page, from 1.
        do: the function.
        scope: the requests that it applies to.
    """

    def __init__(self, page: int, do: Callable[[], object], scope: FaultScope) -> None:
        super().__init__("on_page", scope)
        self._page = _checked_page(page)
        self._do = do

    def claims(self, target: RuleTarget) -> bool:
        """Return whether the request is for that page, and count it."""
        return Page.from_parameters(target.logged.query).number == self._page and super().claims(target)

    def before(self, request: Request) -> Request:
        """Call the function."""
        self._do()
        return request


class RepeatPage(PageFault):
    """Serves the same page for all later ones, always with a link to a next page.

    Args:
        page: number of the page to repeat, from 1.
        scope: the requests that it applies to.
    """

    def __init__(self, page: int, scope: FaultScope) -> None:
        super().__init__("repeat_page", scope)
        self._page = _checked_page(page)

    def before(self, request: Request) -> Request:
        """Request the repeated page instead of a later one."""
        if _number(request) <= self._page:
            return request
        return dataclasses.replace(request, query=with_parameter(request.query, "page", self._page))

    def after(self, request: Request, url: str, response: Response) -> Response:
        """Link to a next page, and to no last page."""
        return _with_next_page(request, url, response, last=None)


class Endless(PageFault):
    """A listing without an end: copies of its first row with rising ids. Every page is full.

    Args:
        scope: the requests that it applies to.
        with_last: whether each page links to a last page, which is always ten pages ahead.
    """

    def __init__(self, scope: FaultScope, *, with_last: bool) -> None:
        super().__init__("endless", scope)
        self._with_last = with_last

    def before(self, request: Request) -> Request:
        """Request the first row in its present state."""
        query = with_parameter(with_parameter(request.query, "per_page", 1), "page", 1)
        headers = {name: value for name, value in request.headers.items() if name != "if-none-match"}
        return dataclasses.replace(request, query=query, headers=headers)

    def after(self, request: Request, url: str, response: Response) -> Response:
        """Build a page from the first row. A response without rows is not changed."""
        rows = json.loads(response.body.data) if response.status == 200 and response.body is not None else None
        if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
            return response
        page = Page.from_parameters(request.parameters)
        created = [_copy(rows[0], number) for number in range(page.number * page.size)[page.bounds()]]
        headers = tuple(pair for pair in response.headers if pair[0].lower() != "etag")
        last = page.number + _AHEAD if self._with_last else None
        return _with_next_page(request, url, Response(200, Body(dump(created)), headers), last=last)


class HideTotals(PageFault):
    """Links to the next page, but none to the last page, and no totals.

    Args:
        scope: the requests that it applies to.
    """

    def __init__(self, scope: FaultScope) -> None:
        super().__init__("hide_totals", scope)

    def after(self, request: Request, url: str, response: Response) -> Response:
        """Remove the link to the last page and the headers with totals."""
        headers = tuple(pair for pair in response.headers if pair[0].lower() not in _TOTALS)
        links = [(rel, target) for rel, target in _links(headers) if rel != "last"]
        return dataclasses.replace(response, headers=_with_links(headers, links))


class Relink(PageFault):
    """Links and redirects to another origin or another path.

    Args:
        origin: scheme, host and port. None: unchanged.
        target: the path. None: unchanged.
        rels: the relations of the Link header to change.
        scope: the requests that it applies to.

    Raises:
        ValueError: an argument is invalid, or both ``origin`` and ``target`` are None.
    """

    def __init__(self, origin: str | None, target: str | None, rels: Iterable[str], scope: FaultScope) -> None:
        super().__init__("relink", scope)
        if origin is None and target is None:
            raise ValueError("relink needs origin='http://...', target='/...', or both")
        if origin is not None and not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/?#\s<>]+", origin):
            raise ValueError(f"origin must look like 'http://host:8080', without a path: {origin!r}")
        if target is not None and not re.fullmatch(r"/[^?#\s<>]*", target):
            raise ValueError(f"target must be a path without a query: {target!r}")
        self._origin = origin
        self._target = target
        self._rels = frozenset([rels] if isinstance(rels, str) else rels)

    def after(self, request: Request, url: str, response: Response) -> Response:
        """Rewrite the Link and Location headers."""
        changed = [
            (rel, self._relinked(target) if rel in self._rels else target) for rel, target in _links(response.headers)
        ]
        headers = tuple(
            (name, self._relinked(value) if name.lower() == "location" else value) for name, value in response.headers
        )
        return dataclasses.replace(response, headers=_with_links(headers, changed))

    def _relinked(self, url: str) -> str:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}" if self._origin is None else self._origin
        path = parts.path if self._target is None else self._target
        return f"{origin}{path}" + (f"?{parts.query}" if parts.query else "")


def _copy(row: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the row with another id and name, also in its URLs."""
    copy = {**row, "id": _FIRST_ID + number} if "id" in row else dict(row)
    name = row.get("full_name") or row.get("name") or row.get("login")
    if isinstance(name, str):
        for key, value in row.items():
            if isinstance(value, str):
                copy[key] = value.replace(name, f"{name}-{number}")
        if "name" in row:
            copy["name"] = f"{row['name']}-{number}"
    return copy


def _number(request: Request) -> int:
    return Page.from_parameters(request.parameters).number


def _checked_page(page: int) -> int:
    if page < 1:
        raise ValueError(f"page must be at least 1: {page}")
    return page


def _with_next_page(request: Request, url: str, response: Response, *, last: int | None) -> Response:
    """Return the response with the links of a page in the middle of a listing."""
    if response.status not in (200, 304):
        return response
    # The service's own links use a URL with numeric ids, which stays valid after a rename.
    base = next((target.partition("?")[0] for _, target in _links(response.headers)), url)
    number = _number(request)
    back = number - 1
    link = format_link(base, request.query, prev=back, next=number + 1, last=last, first=back and 1)
    kept = _renumbered(request, response.headers)
    return dataclasses.replace(response, headers=(*kept, ("Link", link)))


def _renumbered(request: Request, headers: Headers) -> Headers:
    """Return the headers without links and totals, and with the page numbers that GitLab sends in headers."""
    page = Page.from_parameters(request.parameters)
    numbers: dict[str, object] = {
        "x-page": page.number,
        "x-per-page": page.size,
        "x-prev-page": page.number - 1 or "",
        "x-next-page": page.number + 1,
    }
    kept = (pair for pair in headers if pair[0].lower() not in ("link", *_TOTALS))
    return tuple((name, str(numbers.get(name.lower(), value))) for name, value in kept)


def _links(headers: Headers) -> list[tuple[str, str]]:
    """Return relations and URLs of the Link header, in its order."""
    values = (value for name, value in headers if name.lower() == "link")
    return [(rel, target) for target, rel in itertools.chain.from_iterable(map(_LINK.findall, values))]


def _with_links(headers: Headers, links: list[tuple[str, str]]) -> Headers:
    kept = tuple(pair for pair in headers if pair[0].lower() != "link")
    value = ", ".join(f'<{target}>; rel="{rel}"' for rel, target in links)
    return (*kept, ("Link", value)) if value else kept
