"""A request in the form that the routes use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..http.messages import Body, Response, dump, json_response
from . import errors
from .paging import Page, PageRequest, numbered

__all__ = ["RequestContext", "page_response"]

_T = TypeVar("_T")


def _unchanged(row: object) -> object:
    return row


@dataclass(frozen=True, slots=True)
class RequestContext:
    """A request.

    Attributes:
        url: the URL without the query.
        path: the path as sent.
        query: the query as sent.
        parts: the decoded parts of the path.
        parameters: the decoded query.
        login: the user. None for a request without a token.
        job: whether the token is a CI job token.
    """

    url: str
    path: str
    query: str
    parts: Sequence[str]
    parameters: Mapping[str, str]
    login: str | None
    job: bool

    @property
    def page_request(self) -> PageRequest:
        """The request in the form that pagination uses. ``:id`` is the part after /projects, /groups and the like."""
        return PageRequest(self.url, self.parameters, self.parts[1] if len(self.parts) > 2 else None)

    def pages(
        self, found: Sequence[_T] | Response, show: Callable[[_T], object] = _unchanged, *, counted: bool = True
    ) -> Response:
        """Return a response with the requested page of the rows. An error response is returned unchanged."""
        page = found if isinstance(found, Response) else numbered(found, self.page_request, counted=counted)
        return page if isinstance(page, Response) else page_response(page, show)

    def listed(self, found: Sequence[_T], show: Callable[[_T], object], one: Sequence[str], what: str) -> Response:
        """Return a page, or the single row if ``one`` is requested. If there is none: 404 with the kind ``what``."""
        if not one:
            return self.pages(found, show)
        return json_response(show(found[0])) if found else errors.not_found(what)


def page_response(page: Page[_T], show: Callable[[_T], object] = _unchanged) -> Response:
    """Return the response with the rows of the page as JSON."""
    return Response(200, Body(dump([show(row) for row in page.rows])), page.headers)
