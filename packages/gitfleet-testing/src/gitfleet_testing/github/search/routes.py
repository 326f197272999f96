"""The routes below /search. The response contains at most the first thousand results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ...data.fleet import Fleet
from ...data.hosts import WEB
from ...http.messages import Body, Request, Response, dump
from ...http.paging import Page
from .. import errors
from ..accounts import short
from ..rendering import Renderer
from ..repositories import listed
from ..subresources import issues
from ..subresources.request_context import RequestContext
from ..urls import ApiURLs
from .code import FoundFile, find_code
from .issues import FoundIssue, find_issues
from .query import MAX_RESULTS
from .repositories import find_repositories
from .users import find_users

__all__ = ["SearchRoutes"]

_R = TypeVar("_R")


class SearchRoutes:
    """The searches of one fleet."""

    def __init__(self, fleet: Fleet, urls: ApiURLs, render: Renderer) -> None:
        self._fleet = fleet
        self._urls = urls
        self._render = render

    def respond(self, request: Request, login: str | None, kind: str) -> Response:
        """Return the response to /search/KIND."""
        text = request.parameters.get("q", "").strip()
        if kind not in ("repositories", "issues", "users", "code"):
            return errors.not_found()
        if kind == "code" and login is None:
            return errors.requires_authentication()
        if not text:
            return errors.invalid("Search", "q", "missing", "https://docs.github.com/v3/search")
        page = Page.from_parameters(request.parameters)
        if page.bounds().start >= MAX_RESULTS:
            return errors.beyond_search()
        total, body = getattr(self, f"_{kind}")(request, login, text, page)
        link = page.link(f"{self._urls.api}/search/{kind}", request.query, min(total, MAX_RESULTS))
        return Response(200, body, () if link is None else (("Link", link),))

    def _repositories(self, request: Request, login: str | None, text: str, page: Page) -> tuple[int, Body]:
        found = find_repositories(self._fleet, login, text, request.parameters)
        return len(found), self._render.found(_shown(found, page), login, len(found))

    def _issues(self, request: Request, login: str | None, text: str, page: Page) -> tuple[int, Body]:
        def show(found: FoundIssue) -> object:
            context = RequestContext(self._fleet, self._urls, self._render, request, login, found.repository)
            return {**issues.listed(found.issue, context), "score": 1.0}

        found = find_issues(self._fleet, login, text, request.parameters)
        return len(found), _wrapped(len(found), [show(one) for one in _shown(found, page)])

    def _code(self, request: Request, login: str, text: str, page: Page) -> tuple[int, Body]:
        with_text = "text-match" in request.headers.get("accept", "")
        found = find_code(self._fleet, login, text)
        rows = [self._file(one, with_text=with_text) for one in _shown(found, page)]
        return len(found), _wrapped(len(found), rows)

    def _file(self, found: FoundFile, *, with_text: bool) -> object:
        repository, file = found.repository, found.file
        url = f"{self._urls.repository(repository.full_name)}/contents/{file.path}"
        commit = self._fleet.history(repository).commits[0].sha
        shown = {
            "name": file.path.rpartition("/")[2],
            "path": file.path,
            "sha": file.sha,
            "url": f"{url}?ref={commit}",
            "git_url": f"{self._urls.repository(repository.full_name)}/git/blobs/{file.sha}",
            "html_url": f"{WEB}/{repository.full_name}/blob/{commit}/{file.path}",
            "repository": listed(repository, self._fleet.owner_of(repository), self._urls),
            "score": 1.0,
        }
        matches = [
            {"object_url": url, "object_type": "FileContent", "property": "content", "fragment": line, "matches": []}
            for line in found.fragments
        ]
        return {**shown, "text_matches": matches} if with_text else shown

    def _users(self, request: Request, login: str | None, text: str, page: Page) -> tuple[int, Body]:
        found = find_users(self._fleet, text, request.parameters)
        rows = [{**short(account, self._urls), "score": 1.0} for account in _shown(found, page)]
        return len(found), _wrapped(len(found), rows)


def _shown(found: Sequence[_R], page: Page) -> Sequence[_R]:
    return found[:MAX_RESULTS][page.bounds()]


def _wrapped(total: int, rows: Sequence[object]) -> Body:
    return Body(dump({"total_count": total, "incomplete_results": False, "items": rows}))
