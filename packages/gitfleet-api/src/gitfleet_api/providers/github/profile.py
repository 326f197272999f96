"""How to talk to GitHub."""

from __future__ import annotations

from ...client import ProviderProfile, ProviderType, RateLimitPolicy, RateWindow

__all__ = ["PROFILE"]


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

PROFILE = ProviderProfile(
    type=ProviderType.GITHUB,
    name="GitHub",
    base_url="https://api.github.com",
    headers=(("accept", "application/vnd.github+json, application/json"), ("x-github-api-version", "2022-11-28")),
    token_header=lambda token: ("authorization", f"Bearer {token}"),
    limit_headers=("x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-resource"),
    request_id_header="x-github-request-id",
    resource_of=_resource_of,
    rate_limit_policy=_POLICY,
    endpoint_of=lambda _path, reads: None if reads else "writes",
    graphql_url=_graphql_url,
)
