"""Installation: a GitHub App on one account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .._internal.lazy_dataclass import dataclass, field

__all__ = ["Installation", "installation_of"]


@dataclass(frozen=True, slots=True)
class Installation:
    """A GitHub App on one account."""

    id: int
    """Its number. Webhooks name it ``installation.id``."""
    account: str
    """Login of the organization or user that has installed the app."""
    account_type: str
    """``Organization``, ``User`` or ``Enterprise``."""
    app_slug: str | None = None
    """Name of the app in URLs. None if the server does not state it."""
    repository_selection: str = "all"
    """``all``, or ``selected`` if the account has chosen repositories."""
    permissions: Mapping[str, str] = field(default_factory=dict)
    """What the account has granted: ``read``, ``write`` or ``admin`` by permission."""
    suspended_at: datetime | None = None
    """When it was suspended. None if it is active."""
    created_at: datetime | None = None
    """When the app was installed. None if the server does not state it."""


def installation_of(row: Any) -> Installation | None:
    """Return the installation that an object of the API describes. None if it is no such object."""
    try:
        account = row["account"]
        login = account.get("login") or account["slug"]  # an enterprise has a slug
        kind = account.get("type") or row.get("target_type") or "Enterprise"
        granted = {str(name): str(level) for name, level in (row.get("permissions") or {}).items()}
        slug = row.get("app_slug")
        return Installation(
            int(row["id"]),
            str(login),
            str(kind),
            app_slug=slug if isinstance(slug, str) and slug else None,
            repository_selection=str(row.get("repository_selection") or "all"),
            permissions=granted,
            suspended_at=_time(row.get("suspended_at")),
            created_at=_time_or_none(row.get("created_at")),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def _time(text: Any) -> datetime | None:
    return None if not isinstance(text, str) else datetime.fromisoformat(text)


def _time_or_none(text: Any) -> datetime | None:
    """Return a time that nothing depends on. None if the text is none."""
    try:
        return _time(text)
    except ValueError:
        return None
