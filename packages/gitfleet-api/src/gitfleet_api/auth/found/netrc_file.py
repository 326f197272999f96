"""Passwords in a netrc file."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from ...errors import ConfigurationError
from ...provider_type import ProviderType
from .credentials import CredentialKind, FoundCredentials
from .server import Server

__all__ = ["find"]

_LARGEST = 1 << 20
"""Bytes of a file at most."""


def find(server: Server, warn: Callable[[str], None]) -> FoundCredentials | None:
    """Return the password for the host of the API or of the web pages; a ``default`` entry is for no server.

    The file is that of the variable NETRC, or else ``~/.netrc`` or ``~/_netrc``. Other users must not be able to read
    it.
    """
    path = _path()
    if path is None or not _is_usable(path, warn):
        return None
    hosts = _hosts(path, warn)
    for name in server.names:
        login, _, password = hosts.get(name, ("", None, None))
        if not password:
            continue
        kind: CredentialKind = "bearer" if server.provider is ProviderType.GITLAB else "token"
        where = f"{path} (machine {name})"
        shown = login if login and login.isprintable() else None
        try:
            return FoundCredentials(server, "netrc", where, [password], login=shown, kind=kind)
        except ConfigurationError as error:
            warn(str(error))
    return None


def _path() -> Path | None:
    named = os.environ.get("NETRC")
    if named:
        return Path(named).absolute()
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return next((home / name for name in (".netrc", "_netrc") if (home / name).exists()), None)


def _is_usable(path: Path, warn: Callable[[str], None]) -> bool:
    """Return whether it is a file of this user that no other user can read."""
    try:
        problem = _problem(path, path.stat())
    except FileNotFoundError:
        return False
    except OSError as error:
        problem = error.strerror
    if problem is not None:
        warn(f"{path} is not used: {problem}")
    return problem is None


def _problem(path: Path, state: os.stat_result) -> str | None:
    if not stat.S_ISREG(state.st_mode) or state.st_size > _LARGEST:
        return "it is no file, or larger than 1 MiB"
    if os.name == "nt":  # modes mean nothing there
        return None
    if state.st_uid not in (0, os.getuid()):
        return "it belongs to another user"
    if state.st_mode & 0o077:
        return f"other users may read or change it; run: chmod 600 {path}"
    return None


def _hosts(path: Path, warn: Callable[[str], None]) -> dict[str, tuple[str, str | None, str | None]]:
    """Return login, account and password by host name in lower case."""
    from netrc import NetrcParseError, netrc  # not at the top: clients do not need it

    try:
        found = netrc(os.fspath(path)).hosts
    except NetrcParseError as error:  # its message shows words of the file
        warn(f"{path} is damaged: line {error.lineno}")
    except (OSError, ValueError):
        warn(f"{path} cannot be read, or is no text in UTF-8")
    else:
        return {name.lower(): entry for name, entry in found.items() if name != "default"}
    return {}
