"""GitLab, gitlab.com and self-managed: so far its address and its ways; the calls are not there yet."""

from __future__ import annotations

from ..client import GitProviderClient
from ..models import ProviderType
from ..profile import ProviderProfile

__all__ = ["GitLabClient"]


class GitLabClient(GitProviderClient):
    """A client of GitLab's REST API. Every call still raises :class:`gitfleet_api.UnsupportedError`.

    For a self-managed instance give ``base_url="https://HOST/api/v4"``.
    """

    profile = ProviderProfile(
        type=ProviderType.GITLAB,
        name="GitLab",
        base_url="https://gitlab.com/api/v4",
        headers=(("accept", "application/json"),),
        token_header=lambda token: ("private-token", token),
        limit_headers=("ratelimit-remaining", "ratelimit-reset", "ratelimit-name"),
        request_id_header="x-request-id",
        resource_of=lambda _path: "core",
        pace=None,
        nested_names=True,
    )
