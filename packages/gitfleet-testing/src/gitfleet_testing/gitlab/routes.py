"""The routes of GET requests."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from ..data.fleet import ADMIN, Fleet
from ..data.listed import ListCache, RepositoryList, without_page
from ..data.models import Account, Organization, Repository, User
from ..http.messages import Request, Response, json_response, segments
from . import accounts, errors, listings
from .paging import by_cursor, by_id, numbered
from .project_routes import ProjectRoutes
from .rendering import Renderer
from .request_context import RequestContext, page_response
from .searches import Searches
from .urls import ApiURLs, account_id
from .visibility import OWNER, group_level, lineage, visible

__all__ = ["Routes"]

_VERSION = {
    "version": "17.5.1-ee",
    "revision": "0a1b2c3d4e5",
    "kas": {"enabled": False, "externalUrl": None, "externalK8sProxyUrl": None, "version": None},
    "enterprise": True,
}
#: Largest offset; further rows need keyset pagination.
_FURTHEST = 50_000


class Routes:
    """The routes of one fleet."""

    def __init__(self, fleet: Fleet, urls: ApiURLs) -> None:
        self._fleet = fleet
        self._urls = urls
        self._render = Renderer(fleet, urls)
        self._projects = ProjectRoutes(fleet, urls, self._render)
        self._searches = Searches(fleet, self._projects)
        self._lists: ListCache[RepositoryList | Response] = ListCache()

    def respond(self, request: Request, login: str | None, *, job: bool) -> Response:
        """Return the response to a GET request. ``job`` is true for a CI job token."""
        url, parts = self._urls.api + request.path, segments(request.path)
        context = RequestContext(url, request.path, request.query, parts, request.parameters, login, job)
        known: dict[str, Callable[[RequestContext], Response]] = {
            "version": self._version,
            "job": self._job,
            "user": self._own,
            "users": self._users,
            "namespaces": self._namespace,
            "groups": self._groups,
            "projects": self._project,
            "issues": self._issues,
            "search": self._search,
        }
        found = known.get(parts[0])
        return errors.no_route() if found is None else found(context)

    # -- users

    def _version(self, context: RequestContext) -> Response:
        if len(context.parts) > 1:
            return errors.no_route()
        return errors.unauthorized() if context.login is None else json_response(_VERSION)

    def _own(self, context: RequestContext) -> Response:
        if len(context.parts) > 1:
            return errors.no_route()
        # Job tokens have no access to /user.
        account = None if context.login is None or context.job else self._fleet.account(context.login)
        return json_response(accounts.own(account)) if isinstance(account, User) else errors.unauthorized()

    def _job(self, context: RequestContext) -> Response:
        account = None if context.login is None or not context.job else self._fleet.account(context.login)
        return json_response(accounts.job(account)) if isinstance(account, User) else errors.unauthorized()

    def _users(self, context: RequestContext) -> Response:
        match context.parts[1:]:
            case []:
                return self._list_of_users(context)
            case [key]:
                if context.login is None:
                    return errors.forbidden("Not authorized!")
                user = self._fleet.account_by_id(_number(key))
                return json_response(accounts.public(user)) if isinstance(user, User) else errors.not_found("User")
            case [key, "projects"]:
                # This is the only route that accepts a login as well as a number.
                found = self._fleet.account_by_id(_number(key)) or self._fleet.account(key)
                if not isinstance(found, User):
                    return errors.not_found("User")
                return self._list_of_projects(context, lambda: listings.of_user(self._fleet, found))
            case _:
                return errors.no_route()

    def _list_of_users(self, context: RequestContext) -> Response:
        wanted, query = context.parameters.get("username"), context.parameters
        if wanted is None and context.login is None:
            return errors.forbidden("Not authorized to access /api/v4/users")
        asc = query.get("sort", "desc") == "asc"
        found = sorted(self._fleet.users, key=lambda user: user.id, reverse=not asc)
        chosen = [user for user in found if wanted is None or user.login.lower() == wanted.lower()]
        if query.get("pagination") != "keyset":
            return context.pages(chosen, accounts.short)
        page = by_cursor(chosen, context.page_request, lambda user: user.id)
        return page if isinstance(page, Response) else page_response(page, accounts.short)

    def _namespace(self, context: RequestContext) -> Response:
        if context.login is None:
            return errors.unauthorized()
        match context.parts[1:]:
            case [key]:
                found = self._account_of_namespace(key)
                group = isinstance(found, Organization) and group_level(self._fleet, found, context.login) is not None
                # A namespace is visible to its members only.
                if found is None or not (group or found.login == context.login):
                    return errors.not_found("Namespace")
                return json_response(accounts.namespace(found, self._render.parent_of(found.login)))
            case _:
                return errors.no_route()

    # -- groups

    def _groups(self, context: RequestContext) -> Response:
        if len(context.parts) == 1:
            return self._list_of_groups(context, self._fleet.organizations)
        group = self._account(context.parts[1])
        return self._group_route(context, group) if isinstance(group, Organization) else errors.not_found("Group")

    def _list_of_groups(self, context: RequestContext, groups: Sequence[Organization]) -> Response:
        query, login = context.parameters, context.login
        all_available = listings.true(query, "all_available", default=login in (None, ADMIN))
        found = [
            group
            for group in groups
            if (all_available or login is None or group_level(self._fleet, group, login) is not None)
            and query.get("search", "").lower() in group.login.lower()
        ]
        by_number = query.get("order_by") == "id"
        found.sort(
            key=lambda group: (group.id if by_number else 0, accounts.name_of(group).lower()),
            reverse=query.get("sort") == "desc",
        )
        return context.pages(found, lambda group: accounts.group(group, self._render.parent_of(group.login)))

    def _issues(self, context: RequestContext) -> Response:
        return self._searches.issues(context, None) if len(context.parts) == 1 else errors.no_route()

    def _search(self, context: RequestContext) -> Response:
        return self._searches.code(context, None) if len(context.parts) == 1 else errors.no_route()

    def _group_route(self, context: RequestContext, group: Organization) -> Response:  # noqa: PLR0911  # one line per route
        match context.parts[2:]:
            case []:
                return self._group(context, group)
            case ["projects"]:
                return self._list_of_projects(
                    context,
                    lambda: listings.of_group(self._fleet, group, context.parameters),
                    keyset=False,
                    rights=False,
                )
            case ["subgroups"]:
                return context.pages(self._subgroups(group), lambda subgroup: accounts.group(subgroup, group))
            case ["descendant_groups"]:
                return self._list_of_groups(context, self._inside(group))
            case ["issues"]:
                return self._searches.issues(context, group)
            case ["search"]:
                return self._searches.code(context, group)
            case ["members", *rest] if rest in ([], ["all"]):
                return self._members(context, list(lineage(self._fleet, group)) if rest else [group])
            case _:
                return errors.no_route()

    def _group(self, context: RequestContext, group: Organization) -> Response:
        owner = group_level(self._fleet, group, context.login) == OWNER
        shown = accounts.group_details(group, self._render.parent_of(group.login), owner=owner)
        if listings.true(context.parameters, "with_projects", default=True):
            own: Sequence[Repository] = self._fleet.listed_by(group.login)
            # The first hundred, as on the service.
            for key, found in (("projects", own), ("shared_projects", self._fleet.shared_with(group.login))):
                seen = (item for item in found if visible(self._fleet, item, context.login))
                shown[key] = self._render.rows(itertools.islice(seen, 100), context.login)
        return json_response(shown)

    def _inside(self, group: Organization) -> list[Organization]:
        below = f"{group.login.lower()}/"
        return [other for other in self._fleet.organizations if other.login.lower().startswith(below)]

    def _subgroups(self, group: Organization) -> list[Organization]:
        path = group.login.lower()
        found = (other for other in self._fleet.organizations if other.login.lower().rpartition("/")[0] == path)
        return sorted(found, key=lambda subgroup: accounts.name_of(subgroup).lower())

    def _members(self, context: RequestContext, groups: list[Organization]) -> Response:
        if context.login is None:
            return errors.unauthorized()
        query = context.parameters.get("query", "").lower()
        rows = {}
        for group in groups:
            for login in group.members:
                user = self._fleet.account(login)
                if isinstance(user, User) and user.id not in rows and query in login.lower():
                    rows[user.id] = accounts.member(user, group_level(self._fleet, group, login) or 0, group)
        return context.pages([rows[number] for number in sorted(rows)])

    # -- projects

    def _project(self, context: RequestContext) -> Response:
        if len(context.parts) == 1:
            return self._list_of_projects(context, self._fleet.all_listed)
        key = context.parts[1]
        number = _number(key)
        owner, _, name = key.rpartition("/")
        found = self._fleet.repository_by_id(number) if number else self._fleet.find(owner, name)
        old = self._fleet.moved(owner, name) if found is None else None
        if old is not None and visible(self._fleet, old, context.login):
            onward = "".join(f"/{part}" for part in context.path.split("/")[3:])
            query = f"?{context.query}" if context.query else ""
            return errors.moved(f"{self._urls.project(old.id)}{onward}{query}")
        if found is None or not visible(self._fleet, found, context.login):
            return errors.not_found("Project")
        if self._fleet.block_of(found) is not None or self._fleet.forbidden(found) is not None:
            return errors.failure(403, "403 Forbidden")
        if context.parts[2:] == ["search"]:
            return self._searches.code(context, found)
        return self._projects.respond(context, found)

    def _list_of_projects(
        self, context: RequestContext, find: Callable[[], RepositoryList], *, keyset: bool = True, rights: bool = True
    ) -> Response:
        common = without_page(context.parameters)
        whole = self._lists.get(
            (self._fleet.version, *context.parts[:2], context.login, common),
            lambda: listings.ordered(self._fleet, find(), context.login, dict(common)),
        )
        if isinstance(whole, Response):
            return whole
        listed = listings.bounded(whole, context.parameters)
        if keyset and context.parameters.get("pagination") == "keyset":
            if context.parameters.get("order_by") != "id":
                return errors.no_keyset()
            page = by_id(listed, context.page_request, lambda item: item.id)
        else:
            page = numbered(listed, context.page_request)
        if isinstance(page, Response):
            return page
        if keyset and dict(page.headers).get("X-Page", "0") != "0" and self._too_far(dict(page.headers)):
            return errors.too_far(_FURTHEST, "Project")
        simple = listings.true(context.parameters, "simple")
        return Response(200, self._render.listing(page.rows, context.login, simple=simple, rights=rights), page.headers)

    @staticmethod
    def _too_far(headers: dict[str, str]) -> bool:
        return (int(headers["X-Page"]) - 1) * int(headers["X-Per-Page"]) > _FURTHEST

    # -- internal

    def _account(self, key: str) -> Account | None:
        number = _number(key)
        return self._fleet.account_by_id(number) if number else self._fleet.account(key)

    def _account_of_namespace(self, key: str) -> Account | None:
        number = _number(key)
        return self._fleet.account_by_id(account_id(number)) if number else self._fleet.account(key)


def _number(text: str) -> int:
    """Return an id from a URL, or 0, which no object has, if it is not a number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
