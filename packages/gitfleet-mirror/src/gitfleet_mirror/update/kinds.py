"""The kinds of rows that an update can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gitfleet_api import ConfigurationError
from gitfleet_api.client import shorten_repr, utc_or_none
from gitfleet_fleet.files.cells import utc_text
from gitfleet_fleet.kinds import Kind, kind_of

from ..schema.tables import TABLES

__all__ = ["DEFAULT_KINDS", "MEMBERS", "MirrorKind", "kinds_of_update", "known_kinds"]

DEFAULT_KINDS = (
    "details",
    "branches",
    "tags",
    "commits",
    "contributors",
    "releases",
    "issues",
    "pull_requests",
    "languages",
)
"""Kinds that are read if the user names none."""
MEMBERS = "members"
_SINCE = ("commits", "issues", "pull_requests", "workflow_runs")
_FILTERED = ("commits", "issues", "workflow_runs")
"""Kinds whose methods have the argument ``since``."""


@dataclass(frozen=True, slots=True)
class MirrorKind:
    """A kind of rows."""

    name: str
    """Name of the call, as ``branches``."""
    table: str
    """Table of its rows."""
    call: Kind | None
    """The call of a fleet. None for members."""
    since: datetime | None = None
    """Only rows that were changed at this time or later."""

    @property
    def arguments(self) -> str:
        """The arguments as JSON. Empty if there are none."""
        return "" if self.since is None else f'{{"since":"{utc_text(self.since)}"}}'

    @property
    def filters(self) -> Mapping[str, Any]:
        """The arguments of the method."""
        return {"since": self.since} if self.since is not None and self.name in _FILTERED else {}


def known_kinds() -> dict[str, str]:
    """Return the table of each kind."""
    return {**{table.call: table.name for table in TABLES if table.call is not None}, MEMBERS: "member"}


def kinds_of_update(names: Iterable[str], since: datetime | None) -> list[MirrorKind]:
    """Return kinds by their names, branches before commits.

    Args:
        names: The names, as for :meth:`Fleet.each`.
        since: Only rows that were changed at this time or later, for the kinds that have such a time.

    Raises:
        ConfigurationError: There is no such kind, or a value is invalid.
    """
    if isinstance(names, str):
        names = (names,)
    utc_or_none("since", since)
    known = known_kinds()
    found: dict[str, MirrorKind] = {}
    for name in names:
        call = None if name == MEMBERS else kind_of(name, {})
        full = MEMBERS if call is None else call.name
        if full not in known:
            raise ConfigurationError(f"a mirror has no {shorten_repr(name)}; kinds are {', '.join(known)}")
        found[full] = MirrorKind(full, known[full], call, since if full in _SINCE else None)
    order = list(known)
    return sorted(found.values(), key=lambda kind: order.index(kind.name))
