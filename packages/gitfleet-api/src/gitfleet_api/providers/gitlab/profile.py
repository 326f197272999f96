"""How to talk to GitLab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from ...client import ProviderProfile, ProviderType

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


def _graphql_url(base_url: str) -> str:
    """Return ``/api/graphql``, which is beside ``/api/v4``."""
    return f"{base_url.removesuffix('/v4')}/graphql"


PROFILE = ProviderProfile(
    type=ProviderType.GITLAB,
    name="GitLab",
    base_url="https://gitlab.com/api/v4",
    headers=(("accept", "application/json"),),
    token_header=lambda token: _token_header(token, "private"),
    limit_headers=("ratelimit-remaining", "ratelimit-reset", "ratelimit-name"),
    request_id_header="x-request-id",
    resource_of=_resource_of,
    rate_limit_policy=None,
    nested_names=True,
    resource_named=_resource_named,
    has_secondary_limits=False,
    graphql_url=_graphql_url,
)


def profile_for(kind: TokenType) -> ProviderProfile:
    """Return the profile for tokens of a type."""
    return replace(PROFILE, token_header=lambda token: _token_header(token, kind))
