"""The routes of GET requests."""

from __future__ import annotations

from ..access.identity import InstallationIdentity
from ..data.fleet import Fleet
from ..data.listed import ListCache, RepositoryList, without_page
from ..data.models import Account, Organization, Repository, User
from ..http.messages import Headers, Request, Response, json_response, segments
from ..http.paging import Page
from . import accounts, errors, listings
from .organization_routes import OrganizationRoutes
from .rendering import Renderer
from .search.routes import SearchRoutes
from .subresources import routes as subresource_routes
from .subresources.request_context import RequestContext
from .urls import ApiURLs
from .visibility import is_member, lacking_permission, visible

__all__ = ["Routes"]


class Routes:
    """The routes of one fleet. ``login`` is None for a request without a token."""

    def __init__(self, fleet: Fleet, urls: ApiURLs, render: Renderer) -> None:
        self._fleet = fleet
        self._urls = urls
        self._render = render
        self._of_organizations = OrganizationRoutes(fleet, urls)
        self._search = SearchRoutes(fleet, urls, render)
        self._lists: ListCache[RepositoryList] = ListCache()

    def respond(self, request: Request, login: str | None) -> Response:  # noqa: PLR0911  # one line per route
        """Return the response to a GET request."""
        match segments(request.path):
            case ["user"] | ["user", "repos" | "orgs" | "installations"] as own:
                return self._own(request, login, own[1:])
            case ["installation", "repositories"]:
                return self._of_installation(request, login)
            case ["users" | "orgs" | "user" | "organizations", _, *rest]:
                return self._below_account(request, login, rest)
            case ["repos", owner, name, *rest]:
                return self._named(request, login, owner, name, rest)
            case ["repositories", number, *rest]:
                found = self._fleet.repository_by_id(_number(number))
                return self._repository(request, login, found, rest)
            case ["search", kind]:
                return self._search.respond(request, login, kind)
            case _:
                return errors.not_found()

    # -- accounts

    def _own(self, request: Request, login: str | None, rest: list[str]) -> Response:
        if login is None or isinstance(login, InstallationIdentity):
            return errors.requires_authentication() if login is None else errors.not_accessible()
        if rest == ["installations"]:
            return self._of_organizations.installations(request, login)
        if rest == ["orgs"]:
            return self._of_organizations.own(request, login)
        if not rest:
            return self._account(self._fleet.account(login), login)
        if listings.is_contradicting(request.parameters):
            return errors.contradicting_parameters()
        listed = self._lists.get(
            (self._fleet.version, login, without_page(request.parameters)),
            lambda: listings.of_viewer(self._fleet, login, request.parameters),
        )
        return self._page_of_repositories(request, login, listed, f"{self._urls.api}/user/repos")

    def _of_installation(self, request: Request, login: str | None) -> Response:
        if not isinstance(login, InstallationIdentity):
            return errors.requires_authentication() if login is None else errors.not_an_installation()
        owned = [item for item in self._fleet.listed_by(login.owner) if login.covers(item)]
        page = Page.from_parameters(request.parameters)
        selection = "all" if login.repositories is None else "selected"
        body = self._render.accessible(owned[page.bounds()], login, len(owned), selection)
        return Response(200, body, self._link(request, page, f"{self._urls.api}/installation/repositories", len(owned)))

    def _account(self, account: Account | None, login: str | None) -> Response:
        if account is None:
            return errors.not_found()
        owned = self._fleet.listed_by(account.login)
        return json_response(accounts.profile(account, owned, self._urls, self_view=account.login == login))

    def _organization(self, account: Account | None, login: str | None) -> Response:
        if not isinstance(account, Organization):
            return errors.not_found()
        owned = self._fleet.listed_by(account.login)
        member = is_member(self._fleet, account.login, login)
        return json_response(accounts.organization(account, owned, self._urls, member=member))

    def _below_account(self, request: Request, login: str | None, rest: list[str]) -> Response:
        kind, key, *_ = segments(request.path)
        account = self._numbered(key) if kind in ("user", "organizations") else self._fleet.account(key)
        organizations = kind in ("orgs", "organizations")
        # As on the service, /users/ORG exists and /orgs/USER does not.
        if account is None or _nested(account) or (organizations and isinstance(account, User)):
            return errors.not_found()
        if rest == ["repos"]:
            listed = self._lists.get(
                (self._fleet.version, account.id, login, without_page(request.parameters)),
                lambda: listings.of_account(self._fleet, account, login, request.parameters),
            )
            # Links contain the number, as on the service, so that a rename of the owner does not break a listing.
            root = "organizations" if organizations else "user"
            return self._page_of_repositories(request, login, listed, f"{self._urls.api}/{root}/{account.id}/repos")
        if rest:
            known = account if organizations else None
            return self._of_organizations.respond(request, login, known, rest)
        return self._organization(account, login) if organizations else self._account(account, login)

    # -- repositories

    def _named(self, request: Request, login: str | None, owner: str, name: str, rest: list[str]) -> Response:
        found = self._fleet.find(owner, name)
        old = self._fleet.moved(owner, name) if found is None else None
        if old is None or not visible(self._fleet, old, login):
            return self._repository(request, login, found, rest)
        return errors.moved(self._urls.numbered(old.id, request.path, request.query))

    def _repository(self, request: Request, login: str | None, found: Repository | None, rest: list[str]) -> Response:
        if found is None or not visible(self._fleet, found, login):
            return errors.not_found("https://docs.github.com/rest/repos/repos#get-a-repository")
        refusal = errors.refusal_of(self._fleet, found)
        if refusal is not None:
            return refusal
        lacking = lacking_permission(found, login, rest)
        if lacking is not None:
            return errors.not_accessible(lacking)
        return subresource_routes.respond(
            RequestContext(self._fleet, self._urls, self._render, request, login, found), rest
        )

    # -- pages

    def _page_of_repositories(self, request: Request, login: str | None, listed: RepositoryList, url: str) -> Response:
        page = Page.from_parameters(request.parameters)
        body = self._render.listing(listed[page.bounds()], login)
        return Response(200, body, self._link(request, page, url, len(listed)))

    @staticmethod
    def _link(request: Request, page: Page, url: str, rows: int) -> Headers:
        link = page.link(url, request.query, rows)
        return () if link is None else (("Link", link),)

    def _numbered(self, text: str) -> Account | None:
        return self._fleet.account_by_id(_number(text))


def _nested(account: Account) -> bool:
    """Return whether the account is a subgroup, which GitHub does not have."""
    return "/" in account.login


def _number(text: str) -> int:
    """Return an id from a URL, or 0, which no object has, if it is not a number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
