"""The order in which credentials are searched."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module

from ..._internal.text import shorten_repr
from ...errors import ConfigurationError
from ...provider_type import ProviderType
from ...validation import parse_provider
from .credentials import CredentialSource, CredentialWarning, FoundCredentials
from .server import Server

__all__ = ["CREDENTIAL_SOURCES", "find_credentials", "search_credentials"]

_FINDERS: dict[CredentialSource, tuple[str, str]] = {
    "environment": ("environment", "find"),
    "gitfleet": ("stored", "find"),
    "gh": ("programs", "find_of_gh"),
    "glab": ("programs", "find_of_glab"),
    "git": ("programs", "find_of_git"),
    "netrc": ("netrc_file", "find"),
}
"""Module and function of each source; a module is imported when it is needed."""

CREDENTIAL_SOURCES: tuple[CredentialSource, ...] = tuple(_FINDERS)
"""All sources, in the order in which they are searched."""


def find_credentials(
    provider: ProviderType | str, host: str | None = None, *, without: Iterable[str] = ()
) -> FoundCredentials | None:
    """Return the first credentials for a server that this user already has, or None.

    Searched are, in this order: ``environment`` (GH_TOKEN, GITHUB_TOKEN, GITLAB_TOKEN, CI_JOB_TOKEN, for GitHub
    Enterprise Server GH_ENTERPRISE_TOKEN and GITHUB_ENTERPRISE_TOKEN), ``gitfleet`` (``gitfleet auth login``), ``gh``,
    ``glab``, ``git`` (``git credential fill``) and ``netrc``. No program asks the user for anything. Blocks for up to
    10 seconds per program; in a coroutine, run it with ``asyncio.to_thread``::

        GitHubClient(token=find_credentials("github"))

    Args:
        provider: The provider.
        host: Host name, or base URL of the API. None for the provider's public server. The tokens are sent to this
            server only.
        without: Sources to leave out, like ``("git", "netrc")``.

    Raises:
        ConfigurationError: An unknown provider or source, a host that is none, or text in a variable that cannot be a
            token.

    Warns:
        CredentialWarning: Credentials exist but cannot be used.
    """
    return next(search_credentials(provider, host, without=without), None)


def search_credentials(
    provider: ProviderType | str, host: str | None = None, *, without: Iterable[str] = ()
) -> Iterator[FoundCredentials]:
    """Yield the credentials of all sources for a server; see :func:`find_credentials`. Sources are searched lazily.

    Args:
        provider: The provider.
        host: Host name, or base URL of the API. None for the provider's public server.
        without: Sources to leave out.

    Raises:
        ConfigurationError: An unknown provider or source, a host that is none, or text in a variable that cannot be a
            token.
    """
    server = Server.of(parse_provider(provider), host)
    omitted = {without} if isinstance(without, str) else set(without)
    unknown = omitted - set(CREDENTIAL_SOURCES)
    if unknown:
        names = ", ".join(sorted(map(shorten_repr, unknown)))
        raise ConfigurationError(f"without has unknown sources: {names}; known are {', '.join(CREDENTIAL_SOURCES)}")
    return _search(server, [name for name in CREDENTIAL_SOURCES if name not in omitted])


def _search(server: Server, sources: list[CredentialSource]) -> Iterator[FoundCredentials]:
    for source in sources:
        module, name = _FINDERS[source]
        finder: Callable[[Server, Callable[[str], None]], FoundCredentials | None]
        finder = getattr(import_module(f"{__package__}.{module}"), name)
        found = finder(server, _warn)
        if found is not None:
            yield found


def _warn(text: str) -> None:
    warnings.warn(text, CredentialWarning, stacklevel=4)
