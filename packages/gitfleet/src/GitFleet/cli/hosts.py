"""The servers of the providers, from variables of GitFleet, ``gh``, ``glab`` and GitLab CI."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from gitfleet_api import ProviderType

__all__ = ["is_enterprise", "url_from_environment", "uses_job_token"]

_JOB_TOKEN, _JOB_URL = "CI_JOB_TOKEN", "CI_API_V4_URL"
_PUBLIC = frozenset(("github.com", "api.github.com"))
_TENANCY = ".ghe.com"


def url_from_environment(provider: ProviderType) -> str | None:
    """Return the API root of a provider; None for the public server.

    The first of these that is set decides: GITFLEET_GITHUB_URL, GH_HOST; GITFLEET_GITLAB_URL, GITLAB_HOST, and in a job
    of GitLab CI without GITLAB_TOKEN, CI_API_V4_URL.
    """
    url = os.environ.get(f"GITFLEET_{provider.upper()}_URL")
    if url:
        return url
    if provider is ProviderType.GITHUB:
        return _github_url(os.environ.get("GH_HOST", "").strip())
    host = os.environ.get("GITLAB_HOST", "").strip()
    if host:
        return _gitlab_url(host)
    return (os.environ.get(_JOB_URL) or None) if uses_job_token() else None


def uses_job_token() -> bool:
    """Return whether the token of GitLab is that of a CI job: there is one, and no GITLAB_TOKEN."""
    return bool(os.environ.get(_JOB_TOKEN)) and not os.environ.get("GITLAB_TOKEN", "").strip(" ,")


def is_enterprise(url: str | None) -> bool:
    """Return whether an API root of GitHub is that of an Enterprise Server, for which ``gh`` has own variables."""
    host = (urlsplit(url).hostname or "") if url else "github.com"
    return host not in _PUBLIC and not host.endswith(_TENANCY)


def _split(host: str) -> tuple[str, str]:
    """Return the scheme and the host of a host name or URL."""
    parts = urlsplit(host if "://" in host else f"https://{host}")
    return parts.scheme, parts.netloc


def _github_url(host: str) -> str | None:
    if not host:
        return None
    scheme, name = _split(host)
    if name.lower() in _PUBLIC:
        return None
    return f"{scheme}://api.{name}" if name.lower().endswith(_TENANCY) else f"{scheme}://{name}/api/v3"


def _gitlab_url(host: str) -> str | None:
    scheme, name = _split(host)
    return None if name.lower() == "gitlab.com" else f"{scheme}://{name}/api/v4"
