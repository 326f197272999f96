"""A request as the routes see it: who asks for what, under which address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..messages import Answer, Body, dump, json_answer
from . import errors
from .paging import Asked, Page, numbered

T = TypeVar("T")


def _as_it_is(row: object) -> object:
    return row


@dataclass(frozen=True, slots=True)
class Visit:
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
    def asked(self) -> Asked:
        """What pages are made of; ``:id`` is what comes after /projects, /groups and the like."""
        return Asked(self.url, self.parameters, self.parts[1] if len(self.parts) > 2 else None)

    def pages(
        self, found: Sequence[T] | Answer, show: Callable[[T], object] = _as_it_is, *, counted: bool = True
    ) -> Answer:
        """A page of what was found, each shown as JSON, as an answer; an answer stays as it is."""
        page = found if isinstance(found, Answer) else numbered(found, self.asked, counted=counted)
        return page if isinstance(page, Answer) else answer_of(page, show)

    def listed(self, found: Sequence[T], show: Callable[[T], object], one: Sequence[str], what: str) -> Answer:
        """A page; or where ``one`` was asked for the only one found, or 404 that says ``what`` there is none."""
        if not one:
            return self.pages(found, show)
        return json_answer(show(found[0])) if found else errors.not_found(what)


def answer_of(page: Page[T], show: Callable[[T], object] = _as_it_is) -> Answer:
    """The answer whose rows are those of the page, shown as JSON."""
    return Answer(200, Body(dump([show(row) for row in page.rows])), page.headers)
