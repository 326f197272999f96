"""Credentials at a place that a text names, so that each process can read them by itself."""

from __future__ import annotations

import os
from pathlib import Path

from ...errors import ConfigurationError
from ...provider_type import ProviderType
from ...validation import parse_provider
from .credentials import CredentialKind, FoundCredentials
from .environment import JOB_VARIABLE, tokens_of
from .order import CREDENTIAL_SOURCES, search_credentials
from .server import Server

__all__ = ["credentials_at"]

_LARGEST = 1 << 20
"""Characters of a file at most."""


def credentials_at(place: str, provider: ProviderType | str, host: str | None = None) -> FoundCredentials:
    """Return the credentials at one place. Clients of a fleet with an executor use them, because workers can, too.

    ::

        GitHubClient(token=credentials_at("environment:MY_TOKENS", "github"))

    Args:
        place: ``environment:NAME`` for a variable with one token or several, separated by commas; ``file:PATH`` for a
            file with one ``TOKEN`` or ``PROVIDER=TOKEN`` per line; or a source of :func:`find_credentials`, as ``gh``.
        provider: The provider.
        host: Host name, or base URL of the API. None for the provider's public server. The tokens are sent to this
            server only.

    Raises:
        ConfigurationError: There are none at this place (``credentials_missing``), or an argument is invalid. No
            message shows a token.

    Warns:
        CredentialWarning: Credentials exist but cannot be used.
    """
    kind, colon, name = place.partition(":") if isinstance(place, str) else ("", "", "")
    member = parse_provider(provider)
    if colon and name and kind in ("environment", "file"):
        server = Server.of(member, host)
        found = _in_variable(server, name) if kind == "environment" else _in_file(server, Path(name).absolute())
    elif not colon and kind in CREDENTIAL_SOURCES:
        others = [source for source in CREDENTIAL_SOURCES if source != kind]
        found = next(search_credentials(member, host, without=others), None)
    else:
        known = ", ".join(("environment:NAME", "file:PATH", *CREDENTIAL_SOURCES))
        raise ConfigurationError(f"place must be one of {known}")  # it may be a token, so it is not shown
    if found is None:
        raise ConfigurationError(f"this process has no credentials at {place}", code="credentials_missing")
    return found


def _in_variable(server: Server, name: str) -> FoundCredentials | None:
    tokens = tokens_of(name)
    kind: CredentialKind = "job" if name == JOB_VARIABLE else "token"
    return FoundCredentials(server, "environment", name, tokens, kind=kind) if tokens else None


def _in_file(server: Server, path: Path) -> FoundCredentials | None:
    try:
        with path.open(encoding="utf-8-sig") as file:
            lines = file.read(_LARGEST).splitlines()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise ConfigurationError(f"cannot read the file {path}: {reason}", code="credentials_missing") from None
    tokens = []
    for line in lines:
        entry = line.strip()
        name, equals, token = entry.partition("=")
        if equals and name.strip() in list(ProviderType):
            entry = token.strip() if name.strip() == server.provider else ""
        if entry and not entry.startswith("#"):
            tokens.append(entry)
    return FoundCredentials(server, "file", os.fspath(path), tokens) if tokens else None
