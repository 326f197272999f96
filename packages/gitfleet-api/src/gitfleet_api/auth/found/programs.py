"""Tokens of other programs: ``gh``, ``glab`` and the credential helpers of ``git``."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..._internal.redacted import RedactedBytes, RedactedStr
from ...errors import ConfigurationError
from ...provider_type import ProviderType
from .credentials import CredentialKind, CredentialSource, FoundCredentials
from .program import ProgramError, run_program
from .server import Server

__all__ = ["find_of_gh", "find_of_git", "find_of_glab"]

Warn = Callable[[str], None]


def find_of_gh(server: Server, warn: Warn) -> FoundCredentials | None:
    """Return the token of ``gh auth login``."""
    if server.provider is not ProviderType.GITHUB:
        return None
    arguments = ["gh", "auth", "token", "--hostname", server.host]
    return _printed_token(server, "gh", arguments, {"GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1"}, warn)


def find_of_glab(server: Server, warn: Warn) -> FoundCredentials | None:
    """Return the token of ``glab auth login``.

    It may be of OAuth or a personal one; GitLab accepts both as bearer tokens.
    """
    if server.provider is not ProviderType.GITLAB:
        return None
    arguments = ["glab", "config", "get", "token", "--host", server.host]
    changed = {"NO_PROMPT": "1", "GLAB_CHECK_UPDATE": "false"}
    return _printed_token(server, "glab", arguments, changed, warn)


def find_of_git(server: Server, warn: Warn) -> FoundCredentials | None:
    """Return the password that a credential helper of ``git`` has for the server. Git is kept from asking the user."""
    arguments = ["git", "-c", "core.askPass=", "-c", "credential.interactive=false", "credential", "fill"]
    changed = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": "", "GCM_INTERACTIVE": "never"}
    given = f"protocol={server.scheme}\nhost={server.host}\n\n".encode()
    output = _run(arguments, given, changed, warn)
    if output is None:
        return None
    entry = _parse(output)
    if entry is None or "password" not in entry:
        warn("git credential fill: the output is no credential")
        return None
    if (entry.get("protocol"), entry.get("host")) != (server.scheme, server.host):
        warn(f"git credential fill: the credential is not for {server.host}")
        return None
    expiry = entry.get("password_expiry_utc", "")
    if expiry.isascii() and expiry.isdigit() and int(expiry) <= time.time():
        warn(f"git credential fill: the credential for {server.host} has expired")
        return None
    return _credentials(server, "git", "git credential fill", entry["password"], warn, entry.get("username"))


def _printed_token(
    server: Server, source: CredentialSource, arguments: list[str], changed: dict[str, str], warn: Warn
) -> FoundCredentials | None:
    output = _run(arguments, b"", changed, warn)
    text = None if output is None else _decoded(output)
    if output is None or (text is not None and not text.strip()):
        return None
    where = " ".join(arguments)
    if text is None:
        warn(f"{where}: the output is no token")
        return None
    return _credentials(server, source, where, RedactedStr(text.strip()), warn)


def _credentials(
    server: Server, source: CredentialSource, where: str, token: str, warn: Warn, login: str | None = None
) -> FoundCredentials | None:
    kind: CredentialKind = "bearer" if server.provider is ProviderType.GITLAB else "token"
    try:
        return FoundCredentials(server, source, where, [token], login=_printable(login), kind=kind)
    except ConfigurationError as error:
        warn(str(error))
        return None


def _printable(login: str | None) -> str | None:
    return login if login and login.isprintable() and len(login) <= 255 else None


def _run(arguments: list[str], given: bytes, changed: dict[str, str], warn: Warn) -> RedactedBytes | None:
    try:
        return run_program(arguments, given, changed)
    except ProgramError as error:
        warn(f"{' '.join(arguments)}: {error}")
        return None


def _decoded(output: bytes) -> RedactedStr | None:
    try:
        return RedactedStr(output.decode())
    except UnicodeDecodeError:
        return None


def _parse(output: bytes) -> dict[str, RedactedStr] | None:
    """Return the attributes of a credential; None if it has not that shape, or has one of them twice."""
    text = _decoded(output)
    if text is None:
        return None
    entry: dict[str, RedactedStr] = {}
    for line in text.split("\n"):
        name, equals, value = line.partition("=")
        if not line or name.endswith("[]"):
            continue
        if not equals or name in entry:
            return None
        entry[name] = RedactedStr(value)
    return entry
