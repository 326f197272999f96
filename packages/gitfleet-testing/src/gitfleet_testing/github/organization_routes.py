"""Members, teams, hooks and secrets of an organization, and a user's installations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..data.fleet import ADMIN, Fleet
from ..data.hosts import WEB
from ..data.models import Account, Organization, Repository
from ..http.messages import Request, Response
from . import errors
from .accounts import short
from .subresources.access_routes import properties_of
from .subresources.request_context import paged
from .urls import ApiURLs, Json, node_id
from .visibility import is_member

__all__ = ["OrganizationRoutes"]


class OrganizationRoutes:
    """The routes below /orgs/LOGIN and /organizations/ID, without the repositories."""

    def __init__(self, fleet: Fleet, urls: ApiURLs) -> None:
        self._fleet = fleet
        self._urls = urls
        self._routes: dict[str, Callable[[Request, str | None, Organization, str], Response]] = {
            "members": self._members,
            "public_members": self._public_members,
            "teams": self._teams,
            "hooks": self._hooks,
            "actions/secrets": self._secrets,
            "properties/values": self._properties,
        }

    def respond(self, request: Request, login: str | None, account: Account | None, rest: list[str]) -> Response:
        """Return the response to a GET request. ``rest`` is the path below the organization."""
        name = "/".join(rest)
        if not isinstance(account, Organization) or name not in self._routes:
            return errors.not_found()
        # Links to further pages contain the number, as on the service.
        url = f"{self._urls.api}/organizations/{account.id}/{name}"
        return self._routes[name](request, login, account, url)

    def installations(self, request: Request, login: str) -> Response:
        """Return the apps that are installed in the user's organizations, one each."""
        return paged(
            request, self._own(login), self._installation, f"{self._urls.api}/user/installations", "installations"
        )

    def own(self, request: Request, login: str) -> Response:
        """Return the user's organizations."""
        return paged(request, self._own(login), self._short, f"{self._urls.api}/user/orgs")

    def _own(self, login: str) -> list[Organization]:
        return [item for item in self._fleet.organizations if login in item.members and "/" not in item.login]

    def _short(self, account: Organization) -> Json:
        url = f"{self._urls.api}/orgs/{account.login}"
        return {
            "login": account.login,
            "id": account.id,
            "node_id": node_id("O", account.id),
            "url": url,
            "repos_url": f"{url}/repos",
            "events_url": f"{url}/events",
            "hooks_url": f"{url}/hooks",
            "issues_url": f"{url}/issues",
            "members_url": f"{url}/members{{/member}}",
            "public_members_url": f"{url}/public_members{{/member}}",
            "avatar_url": short(account, self._urls)["avatar_url"],
            "description": account.description,
        }

    def _members(self, request: Request, login: str | None, account: Organization, url: str) -> Response:
        if not is_member(self._fleet, account.login, login):
            return self._public_members(request, login, account, url)
        role = request.parameters.get("role", "all")
        chosen = [member for member in account.members if role in ("all", "admin" if member == ADMIN else "member")]
        return self._people(request, chosen, url)

    def _public_members(self, request: Request, _login: str | None, account: Organization, url: str) -> Response:
        return self._people(request, [member for member in account.members if member not in account.concealed], url)

    def _people(self, request: Request, logins: Sequence[str], url: str) -> Response:
        known = [account for account in map(self._fleet.account, logins) if account is not None]
        known.sort(key=lambda account: account.id)
        return paged(request, known, lambda account: short(account, self._urls), url)

    def _teams(self, request: Request, login: str | None, account: Organization, url: str) -> Response:
        if not is_member(self._fleet, account.login, login):
            return errors.not_found()
        return paged(request, range(len(account.teams)), lambda index: self._team(account, index), url)

    def _hooks(self, request: Request, login: str | None, account: Organization, url: str) -> Response:
        if not is_member(self._fleet, account.login, login):
            return errors.not_found()
        return (
            paged(request, range(2), lambda index: self._hook(account, index), url)
            if login == ADMIN
            else errors.must_be_owner()
        )

    def _properties(self, request: Request, login: str | None, account: Organization, url: str) -> Response:
        if not is_member(self._fleet, account.login, login):
            return errors.not_found()
        return paged(request, self._fleet.owned_by(account.login), _properties, url)

    def _secrets(self, request: Request, login: str | None, account: Organization, url: str) -> Response:
        if not is_member(self._fleet, account.login, login):
            return errors.not_found()
        if login != ADMIN:
            return errors.must_be_owner()
        return paged(request, account.secrets, lambda name: self._secret(account, name), url, "secrets")

    def _team(self, account: Organization, index: int) -> Json:
        name = account.teams[index]
        number = account.id * 10_000 + index
        slug = name.lower().replace(" ", "-")
        url = f"{self._urls.api}/organizations/{account.id}/team/{number}"
        return {
            "id": number,
            "node_id": node_id("T", number),
            "url": url,
            "html_url": f"{WEB}/orgs/{account.login}/teams/{slug}",
            "name": name,
            "slug": slug,
            "description": None,
            "privacy": "closed",
            "notification_setting": "notifications_enabled",
            "permission": "pull",
            "members_url": f"{url}/members{{/member}}",
            "repositories_url": f"{url}/repos",
            "parent": None,
        }

    def _hook(self, account: Organization, index: int) -> Json:
        number = account.id * 10_000 + index
        url = f"{self._urls.api}/orgs/{account.login}/hooks/{number}"
        return {
            "id": number,
            "url": url,
            "ping_url": f"{url}/pings",
            "deliveries_url": f"{url}/deliveries",
            "name": "web",
            "events": ["push"],
            "active": True,
            "config": {"url": f"https://hooks.invalid/{index}", "content_type": "json", "insecure_ssl": "0"},
            "created_at": account.created_at,
            "updated_at": account.updated_at,
            "type": "Organization",
        }

    def _secret(self, account: Organization, name: str) -> Json:
        url = f"{self._urls.api}/orgs/{account.login}/actions/secrets/{name}"
        return {
            "name": name,
            "created_at": account.created_at,
            "updated_at": account.updated_at,
            "visibility": "selected",
            "selected_repositories_url": f"{url}/repositories",
        }

    def _installation(self, account: Organization) -> Json:
        number = 40_000_000 + account.id
        return {
            "id": number,
            "account": short(account, self._urls),
            "repository_selection": "all",
            "access_tokens_url": f"{self._urls.api}/app/installations/{number}/access_tokens",
            "repositories_url": f"{self._urls.api}/installation/repositories",
            "html_url": f"{WEB}/organizations/{account.login}/settings/installations/{number}",
            "app_id": 15368,
            "app_slug": "forge-actions",
            "target_id": account.id,
            "target_type": "Organization",
            "permissions": {"contents": "read", "metadata": "read"},
            "events": ["push"],
            "created_at": account.created_at,
            "updated_at": account.updated_at,
            "single_file_name": None,
            "has_multiple_single_files": False,
            "single_file_paths": [],
            "suspended_by": None,
            "suspended_at": None,
        }


def _properties(repository: Repository) -> Json:
    return {
        "repository_id": repository.id,
        "repository_name": repository.name,
        "repository_full_name": repository.full_name,
        "properties": properties_of(repository),
    }
