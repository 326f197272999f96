"""What each address answers, to whom; GET only, the server takes care of the rest."""

from __future__ import annotations

from ..fleet import Fleet
from ..messages import Answer, Body, Headers, Request, dump, json_answer, segments
from ..model import Account, Organization, Repository, User
from . import accounts, commits, errors, listings, search
from .addresses import Addresses
from .paging import Page
from .rendering import Renderer
from .visibility import is_member, visible

_BRANCH_DOCS = "https://docs.github.com/rest/branches/branches#get-a-branch"


class Routes:
    """The addresses of one fleet, as one user at a time sees them (``login`` None: anybody)."""

    def __init__(self, fleet: Fleet, at: Addresses, render: Renderer) -> None:
        self._fleet = fleet
        self._at = at
        self._render = render

    def answer(self, request: Request, login: str | None) -> Answer:  # noqa: PLR0911  # a line an address
        """The answer to a GET request."""
        match segments(request.path):
            case ["user", *rest] if not rest or rest == ["repos"]:
                return self._own(request, login, bool(rest))
            case ["users", name]:
                return self._account(self._fleet.account(name), login)
            case ["user", number]:
                return self._account(self._numbered(number), login)
            case ["orgs", name]:
                return self._organization(self._fleet.account(name), login)
            case ["organizations", number]:
                return self._organization(self._numbered(number), login)
            case ["users" | "orgs" | "user" | "organizations", _, "repos"]:
                return self._repositories_of(request, login)
            case ["repos", owner, name, *rest]:
                return self._named(request, login, owner, name, rest)
            case ["repositories", number, *rest]:
                found = self._fleet.repository_by_id(_number(number))
                return self._repository(request, login, found, rest)
            case ["search", "repositories"]:
                return self._search(request, login)
            case _:
                return errors.not_found()

    # -- accounts

    def _own(self, request: Request, login: str | None, repositories: bool) -> Answer:
        if login is None:
            return errors.requires_authentication()
        if not repositories:
            return self._account(self._fleet.account(login), login)
        listed = listings.of_viewer(self._fleet, login, request.parameters)
        if listed is None:
            return errors.contradicting_parameters()
        return self._page_of_repositories(request, login, listed, f"{self._at.api}/user/repos")

    def _account(self, account: Account | None, login: str | None) -> Answer:
        if account is None or _nested(account):
            return errors.not_found()
        owned = self._fleet.owned_by(account.login)
        return json_answer(accounts.profile(account, owned, self._at, self_view=account.login == login))

    def _organization(self, account: Account | None, login: str | None) -> Answer:
        if not isinstance(account, Organization) or _nested(account):
            return errors.not_found()
        owned = self._fleet.owned_by(account.login)
        member = is_member(self._fleet, account.login, login)
        return json_answer(accounts.organization(account, owned, self._at, member=member))

    def _repositories_of(self, request: Request, login: str | None) -> Answer:
        kind, key, _ = segments(request.path)
        account = self._numbered(key) if kind in ("user", "organizations") else self._fleet.account(key)
        # /users/ORG/repos is answered too, as on the service; /orgs/USER/repos isn't.
        if account is None or _nested(account) or (kind in ("orgs", "organizations") and isinstance(account, User)):
            return errors.not_found()
        listed = listings.of_account(self._fleet, account, login, request.parameters)
        # The links on are by number, as on the service: a renamed owner does not break a listing.
        place = "organizations" if kind in ("orgs", "organizations") else "user"
        return self._page_of_repositories(request, login, listed, f"{self._at.api}/{place}/{account.id}/repos")

    # -- repositories

    def _named(self, request: Request, login: str | None, owner: str, name: str, rest: list[str]) -> Answer:
        found = self._fleet.find(owner, name)
        old = self._fleet.moved(owner, name) if found is None else None
        if old is None or not visible(self._fleet, old, login):
            return self._repository(request, login, found, rest)
        return errors.moved(self._at.numbered(old.id, request.path, request.query))

    def _repository(  # noqa: PLR0911  # a line an address
        self, request: Request, login: str | None, found: Repository | None, rest: list[str]
    ) -> Answer:
        if found is None or not visible(self._fleet, found, login):
            return errors.not_found("https://docs.github.com/rest/repos/repos#get-a-repository")
        block = self._fleet.block_of(found)
        if block is not None:
            return errors.blocked(block)
        match rest:
            case []:
                return Answer(200, self._render.single(found, login))
            case ["branches"]:
                return self._branches(request, found)
            case ["branches", *parts] if parts != [""]:
                return self._branch(found, "/".join(parts))
            case ["contributors"]:
                return self._contributors(request, found)
            case _:
                return errors.not_found()

    def _branches(self, request: Request, repository: Repository) -> Answer:
        protected = {"true": True, "false": False}.get(request.parameters.get("protected", ""))
        branches = [item for item in repository.branches if protected in (None, item.protected)]
        page = Page.asked(request.parameters)
        rows = [commits.listed_branch(branch, repository, self._at) for branch in branches[page.bounds()]]
        url = f"{self._at.api}/repositories/{repository.id}/branches"
        return Answer(200, Body(dump(rows)), self._link(request, page, url, len(branches)))

    def _branch(self, repository: Repository, name: str) -> Answer:
        branch = next((branch for branch in repository.branches if branch.name == name), None)
        if branch is None:
            return errors.failure(404, "Branch not found", _BRANCH_DOCS)
        logins = [person.login for person in repository.contributors if person.login is not None]
        authors = (self._fleet.account(login) for login in logins)
        author = next((account for account in authors if account is not None), self._fleet.users[0])
        return json_answer(commits.single_branch(branch, repository, author, self._at))

    def _contributors(self, request: Request, repository: Repository) -> Answer:
        if repository.empty:
            return Answer(204)
        anonymous = request.parameters.get("anon") in ("1", "true")
        people = [person for person in repository.contributors if anonymous or person.login is not None]
        page = Page.asked(request.parameters)
        rows = [
            commits.contributor(person, self._fleet.account(person.login) if person.login else None, self._at)
            for person in people[page.bounds()]
        ]
        url = f"{self._at.api}/repositories/{repository.id}/contributors"
        return Answer(200, Body(dump(rows)), self._link(request, page, url, len(people)))

    # -- pages

    def _search(self, request: Request, login: str | None) -> Answer:
        asked = request.parameters.get("q", "").strip()
        if not asked:
            return errors.invalid("Search", "q", "missing", "https://docs.github.com/v3/search")
        page = Page.asked(request.parameters)
        if page.bounds().start >= search.MOST:
            return errors.beyond_search()
        found = search.repositories(self._fleet, login, asked, request.parameters)
        body = self._render.found(found[: search.MOST][page.bounds()], login, len(found))
        url = f"{self._at.api}/search/repositories"
        return Answer(200, body, self._link(request, page, url, min(len(found), search.MOST)))

    def _page_of_repositories(self, request: Request, login: str | None, listed: list[Repository], url: str) -> Answer:
        page = Page.asked(request.parameters)
        body = self._render.listing(listed[page.bounds()], login)
        return Answer(200, body, self._link(request, page, url, len(listed)))

    @staticmethod
    def _link(request: Request, page: Page, url: str, rows: int) -> Headers:
        link = page.link(url, request.query, rows)
        return () if link is None else (("Link", link),)

    def _numbered(self, text: str) -> Account | None:
        return self._fleet.account_by_id(_number(text))


def _nested(account: Account) -> bool:
    """Whether it is a group within another: GitHub has none of those."""
    return "/" in account.login


def _number(text: str) -> int:
    """An id from an address; 0, which nothing has, when it isn't a number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
