"""Tokens in environment variables, also those of a workflow of GitHub Actions and of a job of GitLab CI."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from ...provider_type import ProviderType
from .credentials import FoundCredentials
from .server import Server, is_enterprise

__all__ = ["JOB_VARIABLE", "VARIABLES", "actions_url", "find", "job_url", "tokens_of", "uses_job_token"]

VARIABLES: Mapping[ProviderType, tuple[str, ...]] = {
    ProviderType.GITHUB: ("GH_TOKEN", "GITHUB_TOKEN"),
    ProviderType.GITLAB: ("GITLAB_TOKEN",),
}
"""The environment variables of each provider. The first one that is set is used."""

_ENTERPRISE = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
"""The variables for GitHub Enterprise Server, before the others."""
_WORKFLOW = "GITHUB_TOKEN"
JOB_VARIABLE = "CI_JOB_TOKEN"
"""The variable with the token of a CI job of GitLab, which has a separate header."""

_BLANK = " \t\r\n\v\f\ufeff"
"""Characters around a token that are no part of it: a shell may read them from a file."""


def actions_url() -> str | None:
    """Return the base URL of the API for a workflow of GitHub Actions; None outside of one."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return None
    return os.environ.get("GITHUB_API_URL") or os.environ.get("GITHUB_SERVER_URL") or None


def job_url() -> str | None:
    """Return the base URL of the API for a job of GitLab CI; None outside of one."""
    server = os.environ.get("CI_SERVER_URL")
    return os.environ.get("CI_API_V4_URL") or (f"{server.rstrip('/')}/api/v4" if server else None)


def uses_job_token() -> bool:
    """Return whether the token of GitLab is that of a CI job: there is one, and no GITLAB_TOKEN."""
    return bool(os.environ.get(JOB_VARIABLE)) and not os.environ.get("GITLAB_TOKEN", "").strip(" ,")


def find(server: Server, warn: Callable[[str], None]) -> FoundCredentials | None:  # noqa: ARG001  as all sources
    """Return the tokens of the first variable that is set. Tokens are separated by commas.

    The token of a workflow or of a CI job is for the server of the workflow or job only.

    Raises:
        ConfigurationError: A variable has text that cannot be a token.
    """
    for name in _variables(server):
        tokens = tokens_of(name)
        if tokens and _is_for(server, name):
            return FoundCredentials(server, "environment", name, tokens)
    if server.provider is ProviderType.GITLAB and uses_job_token() and server.is_at(job_url()):
        return FoundCredentials(server, "environment", JOB_VARIABLE, tokens_of(JOB_VARIABLE), kind="job")
    return None


def tokens_of(name: str) -> list[str]:
    """Return the tokens of a variable, which are separated by commas."""
    return [token for part in os.environ.get(name, "").split(",") if (token := part.strip(_BLANK))]


def _variables(server: Server) -> tuple[str, ...]:
    names = VARIABLES[server.provider]
    is_other = server.provider is ProviderType.GITHUB and is_enterprise(server.web)
    return (*_ENTERPRISE, *names) if is_other else names


def _is_for(server: Server, name: str) -> bool:
    """Return whether the token of a variable may be sent to a server."""
    url = actions_url() if name == _WORKFLOW else None
    return url is None or server.is_at(url)
