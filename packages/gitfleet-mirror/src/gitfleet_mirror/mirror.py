"""The mirror: a fleet in one SQLite file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from gitfleet_api import ConfigurationError, GitProviderClient, RepoInfo
from gitfleet_api.client import callable_or_none, shorten_repr
from gitfleet_fleet.clients import Clients
from gitfleet_fleet.events import OnFleetEvent
from gitfleet_fleet.filters import FilterOptions, filters_of
from gitfleet_fleet.targets import Target, parse_targets

from .file import checked_path, existing_path, open_read_only
from .reader import MirrorReader
from .update.kinds import DEFAULT_KINDS, kinds_of_update
from .update.unit import Rules

if TYPE_CHECKING:
    from .update.summary import UpdateSummary

__all__ = ["Mirror", "last_targets"]

_DAY = timedelta(days=1)
_LAST = "SELECT targets FROM _update ORDER BY number DESC LIMIT 1"


class Mirror(MirrorReader):
    """A fleet of repositories in one SQLite file.

    Creating it opens nothing. The file is created by the first update.

    ::

        mirror = Mirror("fleet.sqlite")
        print(await mirror.update("github:python", clients=github))
        print(mirror.query("SELECT full_name FROM repository ORDER BY pushed_at DESC LIMIT 3"))

    Args:
        path: Path of the file.

    Raises:
        ConfigurationError: It is not the path of a file.
    """

    async def update(
        self,
        *targets: str | RepoInfo,
        clients: GitProviderClient | Iterable[GitProviderClient],
        kinds: Iterable[str] = DEFAULT_KINDS,
        since: datetime | None = None,
        complete: bool | None = None,
        complete_every: timedelta = _DAY,
        max_deleted: float = 0.2,
        allow_deletions: bool = False,
        on_event: OnFleetEvent | None = None,
        **filters: Unpack[FilterOptions],
    ) -> UpdateSummary:
        """Bring the file up to date. It can be killed at any time; the next update continues.

        Responses are stored beside the file (``FILE-cache``), so that unchanged data costs no call on GitHub. What does
        not exist any more gets a ``deleted_at``: only after a complete listing, and only if the same token saw it
        before or everyone can see it. What cannot be read keeps its rows.

        Args:
            targets: Owners and repositories, as for a :class:`Fleet`. None for those of the last update.
            clients: The clients, one per server. They are not closed.
            kinds: What is read of each repository, as ``("branches", "issues")``; ``members`` for those of owners.
            since: Only commits, issues and pull requests that were changed at this time or later. An aware datetime.
                What is older stays in the file as it was. If a former update had a time that is up to 31 days earlier,
                that one is kept: unchanged data then costs no call on GitHub.
            complete: Long lists of issues and pull requests are read by their changes. True to read all of them
                completely, which also finds deleted ones; False never to do that; None to do it from time to time.
            complete_every: Age of the last complete reading of a long list after which the next one is due.
            max_deleted: Largest share of the rows of a table and an owner, from 0 to 1, that is marked as deleted
                without ``allow_deletions``. Ten rows always are.
            allow_deletions: Whether more rows may be marked, with repositories that are not visible any more.
            on_event: Function called with each :data:`FleetEvent`, for progress.
            filters: The filters of a :class:`Fleet`, as ``archived=False``.

        Returns:
            What was done. What could not be read is in its ``problems``; it raises nothing.

        Raises:
            ConfigurationError: An invalid argument, or the file is no mirror, or the mirror of another server with the
                same label. Nothing was sent.
            MirrorError: The file is in use by another update, or cannot be read or written.
        """
        # Imported here because reading needs no client.
        from importlib.metadata import version

        from .update.run import Update

        path = checked_path(self.path)
        found = Clients(clients)
        chosen = filters_of(filters)
        if isinstance(kinds, str):
            kinds = (kinds,)
        wanted = kinds_of_update(kinds, since)
        parsed = _targets(targets or last_targets(path), found)
        for target in parsed:
            if target.client is not None:
                chosen.check(target.client.provider_type)
        rules = Rules(complete, _positive(complete_every), _share(max_deleted), allow_deletions)
        listener = callable_or_none("on_event", on_event)
        update = Update(path, parsed, found, chosen, wanted, rules, listener)
        return await update.run(version("gitfleet-mirror"))


def last_targets(path: str | Path) -> tuple[str, ...]:
    """Return the targets of the last update of a mirror.

    Args:
        path: Path of the file.

    Raises:
        ConfigurationError: There is no such mirror, or it was never updated.
        MirrorError: The file cannot be read.
    """
    with closing(open_read_only(existing_path(path))) as connection:
        row = connection.execute(_LAST).fetchone()
    if row is None:
        raise ConfigurationError("the mirror has no targets yet: name owners or repositories, such as 'github:python'")
    return tuple(json.loads(row[0]))


def _targets(values: tuple[str | RepoInfo, ...], clients: Clients) -> list[Target]:
    found = parse_targets(values, clients)
    if any(target.listing is not None for target in found):
        raise ConfigurationError("a mirror needs targets that the next update can list again, not a Listing")
    # The next update reads the texts. Servers do not distinguish upper and lower case.
    unique: dict[str, Target] = {}
    for target in found:
        unique.setdefault(target.text.lower(), target)
    return list(unique.values())


def _positive(value: object) -> timedelta:
    if not isinstance(value, timedelta) or value < timedelta(0):
        raise ConfigurationError(f"complete_every must be a timedelta of at least 0, not {shorten_repr(value)}")
    return value


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value) or not 0 <= value <= 1:
        raise ConfigurationError(f"max_deleted must be a number from 0 to 1, not {shorten_repr(value)}")
    return float(value)
