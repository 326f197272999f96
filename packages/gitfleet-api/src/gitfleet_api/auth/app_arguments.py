"""Validation of the arguments of GitHubApp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ConfigurationError

__all__ = ["checked_installation", "checked_issuer", "checked_permissions", "checked_repositories"]

_LEVELS = ("read", "write", "admin")
_MOST_REPOSITORIES = 500
"""The server accepts no more in one request."""
_LONGEST_ID = 100


def checked_issuer(app_id: object, client_id: object) -> str:
    """Return how JSON web tokens name the app.

    Raises:
        ConfigurationError: It is not one of a number and a client id.
    """
    if (app_id is None) == (client_id is None):
        raise ConfigurationError("give the app as app_id or as client_id")
    if app_id is not None:
        text = str(app_id) if isinstance(app_id, int | str) and not isinstance(app_id, bool) else ""
        if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_ID:
            raise ConfigurationError("app_id must be the number of the app")
        return text
    if not isinstance(client_id, str) or not client_id.isascii() or not client_id.replace(".", "").isalnum():
        raise ConfigurationError("client_id must be the client id of the app, like 'Iv23liAbCdEfGhIjKlMn'")
    return client_id


def checked_installation(number: object) -> int:
    """Return the number of an installation.

    Raises:
        ConfigurationError: It is no positive integer.
    """
    if isinstance(number, int) and not isinstance(number, bool) and number > 0:
        return number
    raise ConfigurationError("installation_id must be a positive integer")


def checked_permissions(permissions: Mapping[str, str] | None) -> dict[str, Any]:
    """Return the part of a request for a token that names permissions.

    Raises:
        ConfigurationError: It is no mapping from names to levels.
    """
    if permissions is None:
        return {}
    if not isinstance(permissions, Mapping) or not permissions:
        raise ConfigurationError("permissions must map names to levels, like {'contents': 'read'}")
    for name, level in permissions.items():
        if not isinstance(name, str) or level not in _LEVELS:
            raise ConfigurationError(f"permissions: the level of {name!r} must be read, write or admin")
    return {"permissions": dict(permissions)}


def checked_repositories(names: Sequence[str] | None) -> dict[str, Any]:
    """Return the part of a request for a token that names repositories.

    Raises:
        ConfigurationError: It is no list of names.
    """
    if names is None:
        return {}
    if isinstance(names, str | bytes) or not isinstance(names, Sequence) or not names:
        raise ConfigurationError("repositories must be a list of names")
    if len(names) > _MOST_REPOSITORIES:
        raise ConfigurationError(f"repositories can have {_MOST_REPOSITORIES} names at most")
    for name in names:
        if not isinstance(name, str) or not name or "/" in name:
            raise ConfigurationError(f"repositories must be names without owners: {name!r}")
    return {"repositories": list(names)}
