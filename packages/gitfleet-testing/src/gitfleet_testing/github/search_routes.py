"""What the addresses below /search answer: a wrapped list of the first thousand results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ..fleet import Fleet
from ..messages import Answer, Body, Request, dump
from . import errors, issues, search
from .accounts import short
from .addresses import Addresses
from .paging import Page
from .rendering import Renderer
from .search_issues import Found
from .search_issues import issues as find_issues
from .search_users import users as find_users
from .visit import Visit

_R = TypeVar("_R")


class SearchRoutes:
    """Searches of one fleet."""

    def __init__(self, fleet: Fleet, at: Addresses, render: Renderer) -> None:
        self._fleet = fleet
        self._at = at
        self._render = render

    def answer(self, request: Request, login: str | None, kind: str) -> Answer:
        """The answer to /search/KIND."""
        asked = request.parameters.get("q", "").strip()
        if kind not in ("repositories", "issues", "users"):
            return errors.not_found()
        if not asked:
            return errors.invalid("Search", "q", "missing", "https://docs.github.com/v3/search")
        page = Page.asked(request.parameters)
        if page.bounds().start >= search.MOST:
            return errors.beyond_search()
        total, body = getattr(self, f"_{kind}")(request, login, asked, page)
        link = page.link(f"{self._at.api}/search/{kind}", request.query, min(total, search.MOST))
        return Answer(200, body, () if link is None else (("Link", link),))

    def _repositories(self, request: Request, login: str | None, asked: str, page: Page) -> tuple[int, Body]:
        found = search.repositories(self._fleet, login, asked, request.parameters)
        return len(found), self._render.found(_shown(found, page), login, len(found))

    def _issues(self, request: Request, login: str | None, asked: str, page: Page) -> tuple[int, Body]:
        def show(found: Found) -> object:
            visit = Visit(self._fleet, self._at, self._render, request, login, found.repository)
            return {**issues.listed(found.issue, visit), "score": 1.0}

        found = find_issues(self._fleet, login, asked, request.parameters)
        return len(found), _wrapped(len(found), [show(one) for one in _shown(found, page)])

    def _users(self, request: Request, login: str | None, asked: str, page: Page) -> tuple[int, Body]:
        found = find_users(self._fleet, asked, request.parameters)
        rows = [{**short(account, self._at), "score": 1.0} for account in _shown(found, page)]
        return len(found), _wrapped(len(found), rows)


def _shown(found: Sequence[_R], page: Page) -> Sequence[_R]:
    return found[: search.MOST][page.bounds()]


def _wrapped(total: int, rows: Sequence[object]) -> Body:
    return Body(dump({"total_count": total, "incomplete_results": False, "items": rows}))
