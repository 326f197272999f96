"""What each address answers, to whom; GET only, the service takes care of the rest."""

from __future__ import annotations

from collections.abc import Callable

from ..fleet import Fleet
from ..messages import Answer, Request, json_answer, segments
from ..model import Account, Organization, Repository, User
from . import accounts, errors, listings
from .addresses import Addresses, account_id
from .paging import by_cursor, by_id, numbered
from .project_routes import ProjectRoutes
from .rendering import Renderer
from .visibility import OWNER, group_level, lineage, visible
from .visit import Visit, answer_of

_VERSION = {
    "version": "17.5.1-ee",
    "revision": "0a1b2c3d4e5",
    "kas": {"enabled": False, "externalUrl": None, "externalK8sProxyUrl": None, "version": None},
    "enterprise": True,
}
#: Pages by number end here; beyond are pages by key.
_FURTHEST = 50_000


class Routes:
    """The addresses of one fleet, as one user at a time sees them."""

    def __init__(self, fleet: Fleet, at: Addresses) -> None:
        self._fleet = fleet
        self._at = at
        self._render = Renderer(fleet, at)
        self._projects = ProjectRoutes(fleet, at, self._render)

    def answer(self, request: Request, login: str | None, *, job: bool) -> Answer:
        """The answer to a GET request; ``job``: its token is that of a CI job."""
        url, parts = self._at.api + request.path, segments(request.path)
        visit = Visit(url, request.path, request.query, parts, request.parameters, login, job)
        known: dict[str, Callable[[Visit], Answer]] = {
            "version": self._version,
            "job": self._job,
            "user": self._own,
            "users": self._users,
            "namespaces": self._namespace,
            "groups": self._groups,
            "projects": self._project,
        }
        found = known.get(parts[0])
        return errors.no_route() if found is None else found(visit)

    # -- users

    def _version(self, visit: Visit) -> Answer:
        if len(visit.parts) > 1:
            return errors.no_route()
        return errors.unauthorized() if visit.login is None else json_answer(_VERSION)

    def _own(self, visit: Visit) -> Answer:
        if len(visit.parts) > 1:
            return errors.no_route()
        # Not for the tokens of jobs, which may ask for little.
        account = None if visit.login is None or visit.job else self._fleet.account(visit.login)
        return json_answer(accounts.own(account)) if isinstance(account, User) else errors.unauthorized()

    def _job(self, visit: Visit) -> Answer:
        account = None if visit.login is None or not visit.job else self._fleet.account(visit.login)
        return json_answer(accounts.job(account)) if isinstance(account, User) else errors.unauthorized()

    def _users(self, visit: Visit) -> Answer:
        match visit.parts[1:]:
            case []:
                return self._list_of_users(visit)
            case [key]:
                if visit.login is None:
                    return errors.forbidden("Not authorized!")
                user = self._fleet.account_by_id(_number(key))
                return json_answer(accounts.public(user)) if isinstance(user, User) else errors.not_found("User")
            case [key, "projects"]:
                # A login is as good as a number here, and here only.
                found = self._fleet.account_by_id(_number(key)) or self._fleet.account(key)
                if not isinstance(found, User):
                    return errors.not_found("User")
                listed = listings.of_user(self._fleet, found, visit.login, visit.parameters)
                return self._list_of_projects(visit, listed)
            case _:
                return errors.no_route()

    def _list_of_users(self, visit: Visit) -> Answer:
        wanted, query = visit.parameters.get("username"), visit.parameters
        if wanted is None and visit.login is None:
            return errors.forbidden("Not authorized to access /api/v4/users")
        asc = query.get("sort", "desc") == "asc"
        found = sorted(self._fleet.users, key=lambda user: user.id, reverse=not asc)
        chosen = [user for user in found if wanted is None or user.login.lower() == wanted.lower()]
        if query.get("pagination") != "keyset":
            return visit.pages(chosen, accounts.short)
        page = by_cursor(chosen, visit.asked, lambda user: user.id)
        return page if isinstance(page, Answer) else answer_of(page, accounts.short)

    def _namespace(self, visit: Visit) -> Answer:
        if visit.login is None:
            return errors.unauthorized()
        match visit.parts[1:]:
            case [key]:
                found = self._account_of_namespace(key)
                group = isinstance(found, Organization) and group_level(self._fleet, found, visit.login) is not None
                # Namespaces are told to their members only.
                if found is None or not (group or found.login == visit.login):
                    return errors.not_found("Namespace")
                return json_answer(accounts.namespace(found, self._render.above(found.login)))
            case _:
                return errors.no_route()

    # -- groups

    def _groups(self, visit: Visit) -> Answer:
        if len(visit.parts) == 1:
            found = sorted(self._fleet.organizations, key=lambda group: accounts.name_of(group).lower())
            return visit.pages(found, lambda group: accounts.group(group, self._render.above(group.login)))
        group = self._account(visit.parts[1])
        return self._below_group(visit, group) if isinstance(group, Organization) else errors.not_found("Group")

    def _below_group(self, visit: Visit, group: Organization) -> Answer:
        match visit.parts[2:]:
            case []:
                return self._group(visit, group)
            case ["projects"]:
                listed = listings.of_group(self._fleet, group, visit.login, visit.parameters)
                return self._list_of_projects(visit, listed, keyset=False, rights=False)
            case ["subgroups"]:
                return visit.pages(self._below(group), lambda below: accounts.group(below, group))
            case ["members", *rest] if rest in ([], ["all"]):
                return self._members(visit, list(lineage(self._fleet, group)) if rest else [group])
            case _:
                return errors.no_route()

    def _group(self, visit: Visit, group: Organization) -> Answer:
        owner = group_level(self._fleet, group, visit.login) == OWNER
        shown = accounts.group_details(group, self._render.above(group.login), owner=owner)
        if listings.true(visit.parameters, "with_projects", default=True):
            own = listings.of_group(self._fleet, group, visit.login, {"with_shared": "false"})
            shared = listings.of_group(self._fleet, group, visit.login, {})[len(own) :]
            # As on the service: the first hundred.
            for key, found in (("projects", own), ("shared_projects", shared)):
                shown[key] = self._render.rows(found[:100], visit.login)
        return json_answer(shown)

    def _below(self, group: Organization) -> list[Organization]:
        path = group.login.lower()
        found = (other for other in self._fleet.organizations if other.login.lower().rpartition("/")[0] == path)
        return sorted(found, key=lambda below: accounts.name_of(below).lower())

    def _members(self, visit: Visit, groups: list[Organization]) -> Answer:
        if visit.login is None:
            return errors.unauthorized()
        query = visit.parameters.get("query", "").lower()
        rows = {}
        for group in groups:
            for login in group.members:
                user = self._fleet.account(login)
                if isinstance(user, User) and user.id not in rows and query in login.lower():
                    rows[user.id] = accounts.member(user, group_level(self._fleet, group, login) or 0, group)
        return visit.pages([rows[number] for number in sorted(rows)])

    # -- projects

    def _project(self, visit: Visit) -> Answer:
        if len(visit.parts) == 1:
            listed = listings.of_all(self._fleet, visit.login, visit.parameters)
            return self._list_of_projects(visit, listed)
        key = visit.parts[1]
        number = _number(key)
        owner, _, name = key.rpartition("/")
        found = self._fleet.repository_by_id(number) if number else self._fleet.find(owner, name)
        old = self._fleet.moved(owner, name) if found is None else None
        if old is not None and visible(self._fleet, old, visit.login):
            onward = "".join(f"/{part}" for part in visit.path.split("/")[3:])
            query = f"?{visit.query}" if visit.query else ""
            return errors.moved(f"{self._at.project(old.id)}{onward}{query}")
        if found is None or not visible(self._fleet, found, visit.login):
            return errors.not_found("Project")
        if self._fleet.block_of(found) is not None:
            return errors.failure(403, "403 Forbidden")
        return self._projects.answer(visit, found)

    def _list_of_projects(
        self, visit: Visit, found: list[Repository], *, keyset: bool = True, rights: bool = True
    ) -> Answer:
        listed = listings.ordered(found, visit.parameters)
        if isinstance(listed, Answer):
            return listed
        if keyset and visit.parameters.get("pagination") == "keyset":
            if visit.parameters.get("order_by") != "id":
                return errors.no_keyset()
            page = by_id(listed, visit.asked, lambda item: item.id)
        else:
            page = numbered(listed, visit.asked)
        if isinstance(page, Answer):
            return page
        if keyset and dict(page.headers).get("X-Page", "0") != "0" and self._too_far(dict(page.headers)):
            return errors.too_far(_FURTHEST, "Project")
        simple = listings.true(visit.parameters, "simple")
        return Answer(200, self._render.listing(page.rows, visit.login, simple=simple, rights=rights), page.headers)

    @staticmethod
    def _too_far(headers: dict[str, str]) -> bool:
        return (int(headers["X-Page"]) - 1) * int(headers["X-Per-Page"]) > _FURTHEST

    # -- within

    def _account(self, key: str) -> Account | None:
        number = _number(key)
        return self._fleet.account_by_id(number) if number else self._fleet.account(key)

    def _account_of_namespace(self, key: str) -> Account | None:
        number = _number(key)
        return self._fleet.account_by_id(account_id(number)) if number else self._fleet.account(key)


def _number(text: str) -> int:
    """An id from an address; 0, which nothing has, when it isn't a number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
