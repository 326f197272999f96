"""The routes of apps: /app with a JSON web token, and the token of an installation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..access.quotas import Quotas
from ..auth.apps import App, Installation
from ..auth.github_oauth import GitHubOAuth
from ..auth.jwt import JWTRefusal, issuer_of
from ..auth.sign_in import SignInState
from ..data.fleet import Fleet
from ..data.hosts import WEB
from ..data.models import Organization, User
from ..http.messages import Request, Response, json_response, segments
from . import errors
from .accounts import short
from .rendering import Renderer
from .subresources.request_context import paged
from .urls import ApiURLs, Json, node_id
from .visibility import is_member

__all__ = ["AppRoutes", "is_sign_in"]

_DOCS = "https://docs.github.com/rest/apps/apps"
_MINT_DOCS = f"{_DOCS}#create-an-installation-access-token-for-an-app"
_NOT_GRANTED = "The permissions requested are not granted to this installation."
_NO_REPOSITORY = "There is at least one repository that does not exist or is not accessible to the parent installation."
_CREATED = "2024-01-02T03:04:05Z"
_LEVELS = ("read", "write", "admin")


class AppRoutes:
    """The routes of apps. Used by the server's thread only.

    Args:
        fleet: the data to serve.
        urls: the URLs of the API.
        render: renders repositories.
        sign_in: the apps.
    """

    def __init__(self, fleet: Fleet, urls: ApiURLs, render: Renderer, sign_in: SignInState) -> None:
        self._fleet = fleet
        self._urls = urls
        self._render = render
        self._sign_in = sign_in
        self._oauth = GitHubOAuth(sign_in, urls.api)

    def respond(self, request: Request) -> Response | None:  # noqa: PLR0911  # one line per route
        """Return the response, or None if the request is none of an app."""
        match segments(request.path):
            case ["app", *rest]:
                return self._with_jwt(request, rest)
            case ["orgs" | "users" | "organizations" | "user", _, "installation"]:
                return self._with_jwt(request, None)
            case ["repos", _, _, "installation"] | ["repositories", _, "installation"]:
                return self._with_jwt(request, None)
            case ["applications", client_id, kind]:
                return self._oauth.revoke(request, client_id, kind)
            case ["installation", "token"] if request.method == "DELETE":
                return self._revoke(request)
            case ["user", "installations"] if request.method == "GET":
                return self._of_user(request)
            case _:
                return None

    def quotas(self, request: Request) -> Quotas | None:
        """Return the rate limits of the app whose JSON web token the request has, or None."""
        issuer = None if request.token is None else issuer_of(request.token)
        app = None if issuer is None else self._sign_in.apps.find(issuer)
        return None if app is None else app.quotas

    def _with_jwt(self, request: Request, rest: list[str] | None) -> Response:
        minting = request.method == "POST" and request.path.endswith("/access_tokens")
        if minting:
            self._sign_in.token_requests += 1
        app = self._sign_in.apps.authenticate(request.token)
        if isinstance(app, JWTRefusal):
            response = errors.failure(app.status, app.message)
            if minting:
                self._sign_in.last_error = app.message
            return response
        with self._fleet.lock:
            return self._found(request, app) if rest is None else self._below_app(request, app, rest)

    def _below_app(self, request: Request, app: App, rest: list[str]) -> Response:
        match request.method, rest:
            case "GET" | "HEAD", []:
                return json_response(self._app(app))
            case "GET" | "HEAD", ["installations"]:
                url = f"{self._urls.api}/app/installations"
                return paged(request, app.installations, self._installation, url)
            case _, ["installations", number, *below]:
                return self._of_installation(request, app.installation(_number(number)), below)
            case _:
                return errors.not_found()

    def _of_installation(self, request: Request, found: Installation | None, below: list[str]) -> Response:
        if found is None:
            if below == ["access_tokens"]:
                self._sign_in.last_error = "Not Found"
            return errors.not_found(_MINT_DOCS)
        match request.method, below:
            case "GET" | "HEAD", []:
                return json_response(self._installation(found))
            case "DELETE", []:
                found.uninstall()
            case "PUT", ["suspended"]:
                found.suspend()
            case "DELETE", ["suspended"]:
                found.unsuspend()
            case "POST", ["access_tokens"]:
                return self._minted(request, found)
            case _:
                return errors.not_found()
        return Response(204)

    def _found(self, request: Request, app: App) -> Response:
        """Return the installation of the app on an owner or a repository."""
        kind, key, *rest = segments(request.path)
        if kind in ("repos", "repositories"):
            named = kind == "repos"
            repository = self._fleet.find(key, rest[0]) if named else self._fleet.repository_by_id(_number(key))
            old = self._fleet.moved(key, rest[0]) if repository is None and named else None
            if old is not None:
                return errors.moved(self._urls.numbered(old.id, request.path, request.query))
            found = None if repository is None else app.installation_of(repository.owner)
            found = found if found is not None and repository is not None and found.covers(repository) else None
        else:
            numbered = kind in ("organizations", "user")
            account = self._fleet.account_by_id(_number(key)) if numbered else self._fleet.account(key)
            wrong = kind in ("orgs", "organizations") and isinstance(account, User)
            found = None if account is None or wrong else app.installation_of(account.login)
        return errors.not_found(_DOCS) if found is None else json_response(self._installation(found))

    def _of_user(self, request: Request) -> Response | None:
        """Return the installations that a user's token of an app can access, or None if it is no such token."""
        viewer = self._sign_in.access.viewer(request, "github")
        family = self._sign_in.issued.of_access_token((viewer.token if viewer is not None else None) or "")
        app = None if family is None else self._sign_in.apps.find(family.client.client_id)
        if family is None or app is None:
            return None
        login = family.login
        seen = [
            found
            for found in app.installations
            if found.account.login == login or is_member(self._fleet, found.account.login, login)
        ]
        return paged(request, seen, self._installation, f"{self._urls.api}/user/installations", "installations")

    def _minted(self, request: Request, found: Installation) -> Response:
        if found.suspended:
            return self._refused(403, "This installation has been suspended")
        try:
            wanted = json.loads(request.body or b"{}")
        except ValueError:
            return errors.bad_json()
        if not isinstance(wanted, dict):
            return errors.not_an_object()
        permissions = wanted.get("permissions")
        if permissions is not None and not _are_granted(permissions, found.permissions):
            return self._refused(422, _NOT_GRANTED)
        repositories = self._wanted_repositories(wanted, found)
        if repositories is not None and not repositories:
            return self._refused(422, _NO_REPOSITORY)
        token, ends = found.mint(repositories, permissions)
        stated = datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        chosen = found.repositories if repositories is None else repositories
        fields: Json = {
            "token": token,
            "expires_at": stated,
            "permissions": dict(found.permissions if permissions is None else {"metadata": "read", **permissions}),
            "repository_selection": "all" if chosen is None else "selected",
        }
        shown = self._sign_in.shown(fields)
        if repositories is not None:
            rows = (self._fleet.repository_by_id(number) for number in sorted(repositories))
            body = self._render.listing((row for row in rows if row is not None), None)
            shown["repositories"] = json.loads(body.data)
        return json_response(shown, 201)

    def _wanted_repositories(self, wanted: Mapping[str, Any], found: Installation) -> frozenset[int] | None:
        """Return the ids that the request names, None if it names none, or no ids if one of them is not accessible."""
        names, numbers = wanted.get("repositories"), wanted.get("repository_ids")
        if not names and not numbers:
            return None
        if not all(value is None or isinstance(value, list) for value in (names, numbers)):
            return frozenset()
        named = [self._fleet.find(found.account.login, str(name)) for name in names or ()]
        chosen = [
            *named,
            *(self._fleet.repository_by_id(number) for number in numbers or () if isinstance(number, int)),
        ]
        accessible = [one for one in chosen if one is not None and found.covers(one)]
        return frozenset(one.id for one in accessible) if len(accessible) == len(chosen) else frozenset()

    def _revoke(self, request: Request) -> Response:
        viewer = self._sign_in.access.viewer(request, "github")
        if viewer is None or viewer.token is None:
            return errors.bad_credentials()
        if viewer.kind != "installation":
            return errors.failure(403, "You must authenticate with an installation access token.")
        self._sign_in.access.revoke(viewer.token)
        return Response(204)

    def _refused(self, status: int, message: str) -> Response:
        self._sign_in.last_error = message
        return errors.failure(status, message, _MINT_DOCS)

    def _app(self, app: App) -> Json:
        owner = self._fleet.account(app.owner)
        return {
            "id": app.id,
            "client_id": app.client_id,
            "slug": app.slug,
            "node_id": node_id("A", app.id),
            "owner": None if owner is None else short(owner, self._urls),
            "name": app.slug,
            "description": None,
            "external_url": "https://app.invalid",
            "html_url": f"{WEB}/apps/{app.slug}",
            "created_at": _CREATED,
            "updated_at": _CREATED,
            "permissions": dict(app.permissions),
            "events": ["push"],
            "installations_count": len(app.installations),
        }

    def _installation(self, found: Installation) -> Json:
        account = found.account
        organization = isinstance(account, Organization)
        page = f"organizations/{account.login}/settings" if organization else "settings"
        return {
            "id": found.id,
            "client_id": found.app.client_id,
            "account": short(account, self._urls),
            "repository_selection": "all" if found.repositories is None else "selected",
            "access_tokens_url": f"{self._urls.api}/app/installations/{found.id}/access_tokens",
            "repositories_url": f"{self._urls.api}/installation/repositories",
            "html_url": f"{WEB}/{page}/installations/{found.id}",
            "app_id": found.app.id,
            "app_slug": found.app.slug,
            "target_id": account.id,
            "target_type": "Organization" if organization else "User",
            "permissions": dict(found.permissions),
            "events": ["push"],
            "created_at": _CREATED,
            "updated_at": _CREATED,
            "single_file_name": None,
            "has_multiple_single_files": False,
            "single_file_paths": [],
            "suspended_by": None if not found.suspended else short(account, self._urls),
            "suspended_at": None if not found.suspended else _CREATED,
        }


def _number(text: str) -> int:
    """Return an id from a URL, or 0, which no object has, if it is not a number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _are_granted(wanted: object, granted: Mapping[str, str]) -> bool:
    if not isinstance(wanted, dict):
        return False
    return all(
        name in granted and level in _LEVELS and _LEVELS.index(level) <= _LEVELS.index(granted[name])
        for name, level in wanted.items()
    )


def is_sign_in(path: str) -> bool:
    """Return whether a path is that of an app or a token, whose requests change no data of the fleet."""
    return path.startswith(("/app/", "/applications/", "/installation/"))
