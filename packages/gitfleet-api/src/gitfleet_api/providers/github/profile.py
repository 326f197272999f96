"""How to talk to GitHub."""

from __future__ import annotations

from ...client import ProviderProfile, ProviderType, RateLimitPolicy

__all__ = ["PROFILE"]


def _resource_of(path: str) -> str:
    if path.startswith("/search/"):
        return "code_search" if path.startswith("/search/code") else "search"
    return "graphql" if path.startswith("/graphql") else "core"


def _graphql_url(base_url: str) -> str:
    """Return ``/graphql`` below the base URL. Enterprise Server has it beside ``/api/v3``."""
    return f"{base_url.removesuffix('/v3')}/graphql" if base_url.endswith("/api/v3") else f"{base_url}/graphql"


PROFILE = ProviderProfile(
    type=ProviderType.GITHUB,
    name="GitHub",
    base_url="https://api.github.com",
    headers=(("accept", "application/vnd.github+json, application/json"), ("x-github-api-version", "2022-11-28")),
    token_header=lambda token: ("authorization", f"Bearer {token}"),
    limit_headers=("x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-resource"),
    request_id_header="x-github-request-id",
    resource_of=_resource_of,
    # The published secondary limits: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
    rate_limit_policy=RateLimitPolicy(points=900, seconds=60.0, concurrent=100),
    graphql_url=_graphql_url,
)
