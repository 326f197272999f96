"""Listings that change while they are read, that never end, or whose links lead astray."""

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
from .rules import PageFault, RuleInput, Scope

__all__ = ["Endless", "HideTotals", "OnPage", "Relink", "RepeatPage"]

_LINK = re.compile(r'<([^>]*)>;\s*rel="([^"]*)"')
#: Other ways to say how long a listing is, which other services than GitHub have.
_TOTALS = ("x-total", "x-total-pages", "x-total-count")
#: How far ahead of each page the last one is said to be, in a listing that has none.
_AHEAD = 10
#: Ids of made-up rows begin here: above all others.
_FIRST_ID = 2_000_000_001


class OnPage(PageFault):
    """Something is done just before a certain page of a listing is served."""

    def __init__(self, page: int, do: Callable[[], object], scope: Scope) -> None:
        super().__init__("on_page", scope)
        self._page = _checked_page(page)
        self._do = do

    def takes(self, asked: RuleInput) -> bool:
        """Whether the request is for that page."""
        return Page.asked(asked.logged.query).number == self._page and super().takes(asked)

    def before(self, request: Request) -> Request:
        """Do it."""
        self._do()
        return request


class RepeatPage(PageFault):
    """From some page on it is always the same page, and there is always a next one."""

    def __init__(self, page: int, scope: Scope) -> None:
        super().__init__("repeat_page", scope)
        self._page = _checked_page(page)

    def before(self, request: Request) -> Request:
        """Ask for the repeated page instead of a later one."""
        if _number(request) <= self._page:
            return request
        return dataclasses.replace(request, query=with_parameter(request.query, "page", self._page))

    def after(self, request: Request, url: str, response: Response) -> Response:
        """Link to the next page, in any case, and to no last one."""
        return _linked(request, url, response, last=None)


class Endless(PageFault):
    """Every page is full and has a next one: copies of the listing's first row, with ids that rise."""

    def __init__(self, scope: Scope, *, with_last: bool) -> None:
        super().__init__("endless", scope)
        self._with_last = with_last

    def before(self, request: Request) -> Request:
        """Ask for the first row, as it is now."""
        query = with_parameter(with_parameter(request.query, "per_page", 1), "page", 1)
        headers = {name: value for name, value in request.headers.items() if name != "if-none-match"}
        return dataclasses.replace(request, query=query, headers=headers)

    def after(self, request: Request, url: str, response: Response) -> Response:
        """Make a page from it; an answer without rows stays as it is."""
        rows = json.loads(response.body.data) if response.status == 200 and response.body is not None else None
        if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
            return response
        page = Page.asked(request.parameters)
        created = [_copy(rows[0], number) for number in range(page.number * page.size)[page.bounds()]]
        headers = tuple(pair for pair in response.headers if pair[0].lower() != "etag")
        last = page.number + _AHEAD if self._with_last else None
        return _linked(request, url, Response(200, Body(dump(created)), headers), last=last)


class HideTotals(PageFault):
    """Links to the next page, but none to the last, and no totals."""

    def __init__(self, scope: Scope) -> None:
        super().__init__("hide_totals", scope)

    def after(self, request: Request, url: str, response: Response) -> Response:
        """Leave out what says how long the listing is."""
        headers = tuple(pair for pair in response.headers if pair[0].lower() not in _TOTALS)
        links = [(rel, target) for rel, target in _links(headers) if rel != "last"]
        return dataclasses.replace(response, headers=_with_links(headers, links))


class Relink(PageFault):
    """Links and redirects lead to another origin, or to another path."""

    def __init__(self, origin: str | None, target: str | None, rels: Iterable[str], scope: Scope) -> None:
        super().__init__("relink", scope)
        if origin is None and target is None:
            raise ValueError("say where the links are to lead: origin='http://...', or target='/...', or both")
        if origin is not None and not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/?#\s<>]+", origin):
            raise ValueError(f"an origin looks like 'http://host:8080', without a path: {origin!r}")
        if target is not None and not re.fullmatch(r"/[^?#\s<>]*", target):
            raise ValueError(f"target is a path, without a query: {target!r}")
        self._origin = origin
        self._target = target
        self._rels = frozenset([rels] if isinstance(rels, str) else rels)

    def after(self, request: Request, url: str, response: Response) -> Response:
        """Rewrite Link and Location."""
        changed = [
            (rel, self._led_astray(target) if rel in self._rels else target) for rel, target in _links(response.headers)
        ]
        headers = tuple(
            (name, self._led_astray(value) if name.lower() == "location" else value) for name, value in response.headers
        )
        return dataclasses.replace(response, headers=_with_links(headers, changed))

    def _led_astray(self, url: str) -> str:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}" if self._origin is None else self._origin
        path = parts.path if self._target is None else self._target
        return f"{origin}{path}" + (f"?{parts.query}" if parts.query else "")


def _copy(row: dict[str, Any], number: int) -> dict[str, Any]:
    """The row under another id and name, in its own addresses too."""
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
    return Page.asked(request.parameters).number


def _checked_page(page: int) -> int:
    if page < 1:
        raise ValueError(f"pages count from 1: {page}")
    return page


def _linked(request: Request, url: str, response: Response, *, last: int | None) -> Response:
    """The answer with links as of a page in the middle of a listing."""
    if response.status not in (200, 304):
        return response
    # Where the service links to, it does so under an address that holds when names change.
    base = next((target.partition("?")[0] for _, target in _links(response.headers)), url)
    number = _number(request)
    back = number - 1
    link = format_link(base, request.query, prev=back, next=number + 1, last=last, first=back and 1)
    kept = _renumbered(request, response.headers)
    return dataclasses.replace(response, headers=(*kept, ("Link", link)))


def _renumbered(request: Request, headers: Headers) -> Headers:
    """The headers without links and totals, and with the numbers that GitLab has in headers of their own."""
    page = Page.asked(request.parameters)
    numbers: dict[str, object] = {
        "x-page": page.number,
        "x-per-page": page.size,
        "x-prev-page": page.number - 1 or "",
        "x-next-page": page.number + 1,
    }
    kept = (pair for pair in headers if pair[0].lower() not in ("link", *_TOTALS))
    return tuple((name, str(numbers.get(name.lower(), value))) for name, value in kept)


def _links(headers: Headers) -> list[tuple[str, str]]:
    """Relations and addresses of the Link header, in its order."""
    values = (value for name, value in headers if name.lower() == "link")
    return [(rel, target) for target, rel in itertools.chain.from_iterable(map(_LINK.findall, values))]


def _with_links(headers: Headers, links: list[tuple[str, str]]) -> Headers:
    kept = tuple(pair for pair in headers if pair[0].lower() != "link")
    value = ", ".join(f'<{target}>; rel="{rel}"' for rel, target in links)
    return (*kept, ("Link", value)) if value else kept
