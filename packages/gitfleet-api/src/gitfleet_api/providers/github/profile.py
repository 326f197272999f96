"""How to talk to GitHub."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from ...client import ProviderProfile, ProviderType, RateLimitPolicy, RateWindow, shorten_repr
from ...errors import ConfigurationError
from .completeness import COMPLETENESS
from .templates import PATH_ALIASES, PATH_TEMPLATES

__all__ = ["API_VERSION", "PROFILE", "profile_for"]

API_VERSION = "2022-11-28"
"""The version that clients request by default: Enterprise Servers know it, and it has all fields of the models."""
_VERSION_HEADER = "x-github-api-version"


def _resource_of(path: str) -> str:
    if path.startswith("/search/"):
        return "code_search" if path.startswith("/search/code") else "search"
    return "graphql" if path.startswith("/graphql") else "core"


def _graphql_url(base_url: str) -> str:
    """Return ``/graphql`` below the base URL. Enterprise Server has it beside ``/api/v3``."""
    return f"{base_url.removesuffix('/v3')}/graphql" if base_url.endswith("/api/v3") else f"{base_url}/graphql"


# The published secondary limits: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
# Mutations of the GraphQL API count as writes, too.
_POLICY = RateLimitPolicy(
    windows=(RateWindow(900, 60.0, write=5),),
    concurrent=100,
    separate={
        "graphql": (RateWindow(2000, 60.0, write=5),),
        "writes": (RateWindow(80, 60.0), RateWindow(500, 3600.0)),
    },
)


def _owner_of(path: str) -> str | None:
    """Return the owner in ``/repos/{owner}/...``, ``/orgs/{org}/...`` and ``/users/{login}/...``."""
    kind, _, rest = path[1:].partition("/")
    return rest.partition("?")[0].partition("/")[0].lower() or None if kind in ("repos", "orgs", "users") else None


# What GitHub sends with 403, see https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api
_REFUSALS = (
    ("account was suspended", "account_suspended"),
    ("account has been suspended", "account_suspended"),
    ("account is suspended", "account_suspended"),
    ("saml enforcement", "sso_required"),
    ("saml sso", "sso_required"),
    ("lifetime is greater than", "token_lifetime"),
    ("token's lifetime", "token_lifetime"),
    ("access via a personal access token", "token_forbidden"),
    ("access via a fine-grained personal access token", "token_forbidden"),
    ("oauth app access restrictions", "token_forbidden"),
    ("ip allow list", "ip_not_allowed"),
    ("resource not accessible by", "token_forbidden"),
    ("repository access blocked", "object_blocked"),
    ("repository is disabled", "object_blocked"),
    ("was archived so is read-only", "object_blocked"),
    ("too large to list", "object_blocked"),
)

PROFILE = ProviderProfile(
    type=ProviderType.GITHUB,
    name="GitHub",
    base_url="https://api.github.com",
    headers=(("accept", "application/vnd.github+json, application/json"), (_VERSION_HEADER, API_VERSION)),
    token_header=lambda token: ("authorization", f"Bearer {token}"),
    limit_headers=("x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-resource"),
    request_id_header="x-github-request-id",
    resource_of=_resource_of,
    rate_limit_policy=_POLICY,
    endpoint_of=lambda _path, reads: None if reads else "writes",
    graphql_url=_graphql_url,
    owner_of=_owner_of,
    check_path=lambda _token: "/rate_limit",
    scopes_header="x-oauth-scopes",
    refusals=_REFUSALS,
    foreign_headers=(("x-gitlab-", "GitLab"), ("gitlab-", "GitLab"), ("x-gitea-", "Gitea")),
    completeness=COMPLETENESS,
    path_templates=PATH_TEMPLATES,
    path_aliases=PATH_ALIASES,
)


def profile_for(api_version: str) -> ProviderProfile:
    """Return the profile for a version of the REST API.

    Raises:
        ConfigurationError: ``api_version`` is not a date.
    """
    if api_version == API_VERSION:
        return PROFILE
    if not isinstance(api_version, str) or not _is_date(api_version):
        raise ConfigurationError(
            f"api_version must be a date like '2022-11-28' or '2026-03-10', not {shorten_repr(api_version)}"
        )
    headers = {**dict(PROFILE.headers), _VERSION_HEADER: api_version}
    return replace(PROFILE, headers=tuple(headers.items()))


def _is_date(text: str) -> bool:
    try:
        return bool(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
