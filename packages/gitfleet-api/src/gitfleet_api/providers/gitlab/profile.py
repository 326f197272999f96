"""How to talk to GitLab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from ...client import ProviderProfile, ProviderType, RateLimitPolicy, RateWindow
from .completeness import COMPLETENESS
from .templates import PATH_TEMPLATES

__all__ = ["PROFILE", "TOKEN_TYPES", "TokenType", "profile_for"]

TokenType = Literal["private", "oauth", "job"]
TOKEN_TYPES = ("private", "oauth", "job")

_HEADERS: dict[str, Callable[[str], tuple[str, str]]] = {
    "private": lambda token: ("private-token", token),
    "oauth": lambda token: ("authorization", f"Bearer {token}"),
    "job": lambda token: ("job-token", token),
}
_JOB_PREFIX = "glcbt-"
_BUDGETS = {"": "core", "api": "core", "files_api": "files", "packages_api": "packages"}


def _token_header(token: str, kind: TokenType) -> tuple[str, str]:
    # A job token shows its type by its prefix, and GitLab accepts it in this header only.
    return _HEADERS["job" if token.startswith(_JOB_PREFIX) else kind](token)


def _resource_of(path: str) -> str:
    bare = path.partition("?")[0]
    return "files" if "/repository/files/" in bare else "packages" if "/packages/" in f"{bare}/" else "core"


def _resource_named(name: str) -> str:
    """Return the budget of a throttle like ``throttle_authenticated_files_api``."""
    kind = name.removeprefix("throttle_").removeprefix("un").removeprefix("authenticated").removeprefix("_")
    return _BUDGETS.get(kind, name)


_ENDPOINTS = {
    "projects": (RateWindow(2000, 600.0),),
    "projects/:id": (RateWindow(400, 60.0),),
    "groups": (RateWindow(200, 60.0),),
    "groups/:id": (RateWindow(400, 60.0),),
    "groups/:id/projects": (RateWindow(600, 60.0),),
    "groups/:id/invited_groups": (RateWindow(60, 60.0),),
    "users/:id/projects": (RateWindow(300, 60.0),),
    "users/:id/contributed_projects": (RateWindow(100, 60.0),),
    "users/:id/starred_projects": (RateWindow(100, 60.0),),
    "users/:id/followers": (RateWindow(100, 60.0),),
    "users/:id/following": (RateWindow(100, 60.0),),
    "users/:id/status": (RateWindow(240, 60.0),),
    "users/:id/keys": (RateWindow(120, 60.0),),
    "users/:id/gpg_keys": (RateWindow(120, 60.0),),
    "search": (RateWindow(30, 60.0),),
}
"""Limits of GET requests on gitlab.com, per user: https://docs.gitlab.com/user/gitlab_com/

Responses with status 429 of these endpoints have no limit headers. Administrators of other servers may set such limits.
"""


def _endpoint_of(path: str, reads: bool) -> str | None:
    if not reads:
        return None
    parts = path.partition("?")[0].split("/", 4)[1:]  # /users/1/keys/2 counts as /users/1/keys
    if parts[-1:] == ["search"] and len(parts) in (1, 3):  # in all projects, in a group or in a project
        return "search"
    if len(parts) > 1:
        parts[1] = ":id"
    name = "/".join(parts[:3])
    return name if name in _ENDPOINTS and (len(parts) < 4 or name.endswith("keys")) else None


def _graphql_url(base_url: str) -> str:
    """Return ``/api/graphql``, which is beside ``/api/v4``."""
    return f"{base_url.removesuffix('/v4')}/graphql"


def _owner_of(path: str) -> str | None:
    """Return the namespace in ``/projects/{path}`` and ``/groups/{path}``; an id is kept."""
    kind, _, rest = path[1:].partition("/")
    name = rest.partition("?")[0].partition("/")[0].lower().replace("%2f", "/")
    if kind == "groups":
        return name or None
    return name.rpartition("/")[0] or name or None if kind == "projects" else None


_REFUSALS = (
    ("your account has been blocked", "account_suspended"),
    ("account has been deactivated", "account_suspended"),
    ("your account is pending approval", "account_suspended"),
    ("insufficient_scope", "missing_scope"),
    ("insufficient_granular_scope", "missing_scope"),
    ("saml sso", "sso_required"),
    ("must accept the terms of service", "account_suspended"),
    ("ip address is not allowed", "ip_not_allowed"),
)

PROFILE = ProviderProfile(
    type=ProviderType.GITLAB,
    name="GitLab",
    base_url="https://gitlab.com/api/v4",
    headers=(("accept", "application/json"),),
    token_header=lambda token: _token_header(token, "private"),
    limit_headers=("ratelimit-remaining", "ratelimit-reset", "ratelimit-name"),
    request_id_header="x-request-id",
    resource_of=_resource_of,
    rate_limit_policy=RateLimitPolicy(separate=_ENDPOINTS),
    endpoint_of=_endpoint_of,
    nested_names=True,
    resource_named=_resource_named,
    counts_confirmations=True,
    has_secondary_limits=False,
    graphql_url=_graphql_url,
    owner_of=_owner_of,
    # A job token may request nothing about its user.
    check_path=lambda token: "/job" if token.startswith(_JOB_PREFIX) else "/user",
    refusals=_REFUSALS,
    foreign_headers=(("x-github-", "GitHub"), ("x-gitea-", "Gitea")),
    completeness=COMPLETENESS,
    path_templates=PATH_TEMPLATES,
)


def profile_for(kind: TokenType) -> ProviderProfile:
    """Return the profile for tokens of a type."""
    check_path = (lambda _token: "/job") if kind == "job" else PROFILE.check_path
    return replace(PROFILE, token_header=lambda token: _token_header(token, kind), check_path=check_path)
