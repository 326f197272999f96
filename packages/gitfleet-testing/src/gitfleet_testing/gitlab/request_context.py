"""A request as the routes see it: who asks for what, under which address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..http.messages import Body, Response, dump, json_response
from . import errors
from .paging import Page, PageRequest, numbered

__all__ = ["RequestContext", "T", "page_response"]

T = TypeVar("T")


def _as_it_is(row: object) -> object:
    return row


@dataclass(frozen=True, slots=True)
class RequestContext:
    """``parts`` are the decoded parts of the path; ``url`` is the address without the query.

    ``job`` says that the token is that of a CI job.
    """

    url: str
    path: str
    query: str
    parts: Sequence[str]
    parameters: Mapping[str, str]
    login: str | None
    job: bool

    @property
    def asked(self) -> PageRequest:
        """What pages are made of; ``:id`` is what comes after /projects, /groups and the like."""
        return PageRequest(self.url, self.parameters, self.parts[1] if len(self.parts) > 2 else None)

    def pages(
        self, found: Sequence[T] | Response, show: Callable[[T], object] = _as_it_is, *, counted: bool = True
    ) -> Response:
        """A page of what was found, each shown as JSON, as an answer; an answer stays as it is."""
        page = found if isinstance(found, Response) else numbered(found, self.asked, counted=counted)
        return page if isinstance(page, Response) else page_response(page, show)

    def listed(self, found: Sequence[T], show: Callable[[T], object], one: Sequence[str], what: str) -> Response:
        """A page; or where ``one`` was asked for the only one found, or 404 that says ``what`` there is none."""
        if not one:
            return self.pages(found, show)
        return json_response(show(found[0])) if found else errors.not_found(what)


def page_response(page: Page[T], show: Callable[[T], object] = _as_it_is) -> Response:
    """The answer whose rows are those of the page, shown as JSON."""
    return Response(200, Body(dump([show(row) for row in page.rows])), page.headers)
