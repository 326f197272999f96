"""A request as the routes see it: who asks for what, under which address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..messages import Answer, Body, dump
from .paging import Asked, Page, numbered


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

    def pages(self, rows: Sequence[object] | Answer, *, counted: bool = True) -> Answer:
        """A page of JSON rows as an answer."""
        if isinstance(rows, Answer):
            return rows
        page = numbered(rows, self.asked, counted=counted)
        return page if isinstance(page, Answer) else answer_of(page)


def answer_of(page: Page[Any]) -> Answer:
    """The answer whose rows are JSON values."""
    return Answer(200, Body(dump(list(page.rows))), page.headers)
