"""A request for something within a repository, and what answering it takes: who is who, pages, links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from ...data.fleet import Fleet
from ...data.history import History
from ...data.models import Organization, Repository
from ...http.messages import Request, Response, json_response
from ...http.paging import Page
from ..accounts import short
from ..addresses import Addresses, Json
from ..rendering import Renderer
from ..visibility import role

__all__ = ["RequestContext", "paged"]

_R = TypeVar("_R")


@dataclass(frozen=True)
class RequestContext:
    """A GET request of a user (``login`` None: anybody) who may see the repository."""

    fleet: Fleet
    at: Addresses
    render: Renderer
    request: Request
    login: str | None
    repository: Repository

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The query, decoded."""
        return self.request.parameters

    @property
    def history(self) -> History:
        """What has happened in the repository."""
        return self.fleet.history(self.repository)

    @property
    def url(self) -> str:
        """The repository's address by its name, which objects carry."""
        return self.at.repository(self.repository.full_name)

    @property
    def may_write(self) -> bool:
        """Whether the user may push: drafts are for those only."""
        return role(self.fleet, self.repository, self.login) in ("admin", "write")

    def short(self, login: str | None) -> Json | None:
        """The account as it stands inside other objects; None where there is none."""
        account = None if login is None else self.fleet.account(login)
        return None if account is None else short(account, self.at)

    def association(self, login: str | None) -> str:
        """What somebody is to the repository: OWNER, MEMBER, CONTRIBUTOR or NONE."""
        owner = self.fleet.owner_of(self.repository)
        if login is not None and login == owner.login:
            return "OWNER"
        if isinstance(owner, Organization) and login in owner.members:
            return "MEMBER"
        return "CONTRIBUTOR" if any(login == person.login for person in self.repository.contributors) else "NONE"

    def pages(self, rows: Sequence[_R], show: Callable[[_R], object]) -> Response:
        """The page of the rows that is asked for."""
        return paged(self.request, rows, show, self._numbered())

    def wrapped(self, key: str, rows: Sequence[_R], show: Callable[[_R], object]) -> Response:
        """The same within an object that says how many there are."""
        return paged(self.request, rows, show, self._numbered(), key)

    def _numbered(self) -> str:
        """This address with the repository's number: the links on are by that, as on the service."""
        return self.at.numbered(self.repository.id, self._named_path(), "")

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
    """A page of a list at ``url``; with a ``key`` the list is wrapped in an object with ``total_count``.

    Only the rows of the page are made into JSON by ``show``. ``more`` are further keys of the object, or another total.
    """
    page = Page.from_parameters(request.parameters)
    shown = [show(row) for row in rows[page.bounds()]]
    link = page.link(url, request.query, len(rows))
    body: object = shown if key is None else {"total_count": len(rows), **(more or {}), key: shown}
    return json_response(body, 200, () if link is None else (("Link", link),))
