"""The servers of the providers, from variables of GitFleet, ``gh``, ``glab``, GitHub Actions and GitLab CI."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from gitfleet_api import ProviderType
from gitfleet_api.auth.found.environment import actions_url, job_url, uses_job_token

__all__ = ["url_from_environment", "url_of_host"]

_PUBLIC = frozenset(("github.com", "api.github.com"))
_TENANCY = ".ghe.com"
_GITLAB_PATH = "/api/v4"


def url_from_environment(provider: ProviderType) -> str | None:
    """Return the API root of a provider; None for the public server.

    The first of these that is set decides: GITFLEET_GITHUB_URL, GH_HOST, and in a workflow of GitHub Actions
    GITHUB_API_URL; GITFLEET_GITLAB_URL, GITLAB_HOST, and in a job of GitLab CI without GITLAB_TOKEN, CI_API_V4_URL.
    """
    url = os.environ.get(f"GITFLEET_{provider.upper()}_URL")
    if url:
        return url
    if provider is ProviderType.GITHUB:
        host = os.environ.get("GH_HOST", "").strip()
        return url_of_host(provider, host or actions_url() or "")
    host = os.environ.get("GITLAB_HOST", "").strip()
    if host:
        return url_of_host(provider, host)
    return job_url() if uses_job_token() else None


def url_of_host(provider: ProviderType, host: str) -> str | None:
    """Return the API root of a host name or URL; None for the public server."""
    return _github_url(host) if provider is ProviderType.GITHUB else _gitlab_url(host)


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
    if name.lower().endswith(_TENANCY):
        return f"{scheme}://{name}" if name.lower().startswith("api.") else f"{scheme}://api.{name}"
    return f"{scheme}://{name}/api/v3"


def _gitlab_url(host: str) -> str | None:
    parts = urlsplit(host if "://" in host else f"https://{host}")
    root = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix(_GITLAB_PATH)}"
    return None if parts.netloc.lower() == "gitlab.com" else root + _GITLAB_PATH
