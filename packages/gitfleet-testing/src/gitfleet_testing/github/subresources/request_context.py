"""The context of a request below a repository: the user, the URLs and pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from ...data.fleet import Fleet
from ...data.history import History
from ...data.models import Organization, Repository
from ...data.records import Label, Milestone
from ...http.messages import Request, Response, json_response
from ...http.paging import Page
from ..accounts import short
from ..rendering import Renderer
from ..urls import ApiURLs, Json
from ..visibility import role

__all__ = ["RequestContext", "paged"]

_R = TypeVar("_R")


@dataclass(frozen=True)
class RequestContext:
    """A GET request below a repository that the user can see.

    Attributes:
        fleet: the data to serve.
        urls: the URLs of the API.
        render: renders repositories.
        request: the request.
        login: the user. None for a request without a token.
        repository: the repository.
    """

    fleet: Fleet
    urls: ApiURLs
    render: Renderer
    request: Request
    login: str | None
    repository: Repository

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The decoded query."""
        return self.request.parameters

    @property
    def history(self) -> History:
        """The history of the repository."""
        return self.fleet.history(self.repository)

    @cached_property
    def labels(self) -> dict[str, Label]:
        """The labels by name."""
        return {item.name: item for item in self.history.labels}

    @cached_property
    def milestones(self) -> dict[str, tuple[Milestone, Counter[str]]]:
        """The milestones by title, each with the numbers of its issues and pull requests by state."""
        pairs = Counter((issue.milestone, issue.state) for issue in self.history.discussions)
        return {
            item.title: (
                item,
                Counter({state: count for (title, state), count in pairs.items() if title == item.title}),
            )
            for item in reversed(self.history.milestones)
        }

    @property
    def url(self) -> str:
        """The repository's URL with its name, as in JSON objects."""
        return self.urls.repository(self.repository.full_name)

    @property
    def may_write(self) -> bool:
        """Whether the user has push access, which drafts of releases require."""
        return role(self.fleet, self.repository, self.login) in ("admin", "write")

    def short(self, login: str | None) -> Json | None:
        """Return an account as inside other objects, or None if it does not exist."""
        account = None if login is None else self.fleet.account(login)
        return None if account is None else short(account, self.urls)

    def association(self, login: str | None) -> str:
        """Return the user's relation to the repository: OWNER, MEMBER, CONTRIBUTOR or NONE."""
        owner = self.fleet.owner_of(self.repository)
        if login is not None and login == owner.login:
            return "OWNER"
        if isinstance(owner, Organization) and login in owner.members:
            return "MEMBER"
        return "CONTRIBUTOR" if any(login == person.login for person in self.repository.contributors) else "NONE"

    def pages(self, rows: Sequence[_R], show: Callable[[_R], object]) -> Response:
        """Return the requested page of the rows."""
        return paged(self.request, rows, show, self._numbered())

    def wrapped(self, key: str, rows: Sequence[_R], show: Callable[[_R], object]) -> Response:
        """Return the requested page of the rows inside an object with ``total_count``."""
        return paged(self.request, rows, show, self._numbered(), key)

    def _numbered(self) -> str:
        """Return this URL with the number of the repository, for links to further pages, as on the service."""
        return self.urls.numbered(self.repository.id, self._named_path(), "")

    def _named_path(self) -> str:
        first, *rest = self.request.path.removeprefix("/").split("/")
        below = rest[1:] if first == "repositories" else rest[2:]
        return "/".join(("", "repos", "", "", *below))


def paged(
    request: Request,
    rows: Sequence[_R],
    show: Callable[[_R], object],
    url: str,
    key: str | None = None,
    more: Mapping[str, object] | None = None,
) -> Response:
    """Return a page of a list.

    Args:
        request: the request with the number of the page.
        rows: all rows.
        show: returns the JSON object of a row. Called for rows of the page only.
        url: the URL for links to further pages.
        key: wraps the list in an object with ``total_count`` and this key. None: a bare list.
        more: additional keys of the object, or another ``total_count``.
    """
    page = Page.from_parameters(request.parameters)
    shown = [show(row) for row in rows[page.bounds()]]
    link = page.link(url, request.query, len(rows))
    body: object = shown if key is None else {"total_count": len(rows), **(more or {}), key: shown}
    return json_response(body, 200, () if link is None else (("Link", link),))
