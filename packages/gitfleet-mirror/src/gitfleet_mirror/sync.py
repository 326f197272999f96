"""The synchronous mirror: the methods of :class:`gitfleet_mirror.Mirror` without ``await``.

Users import it from ``GitFleet.sync``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Unpack

from gitfleet_api import RepoInfo
from gitfleet_api.sync import GitProviderClient, run, unwrap
from gitfleet_fleet.events import OnFleetEvent
from gitfleet_fleet.filters import FilterOptions

from .mirror import Mirror as AsyncMirror
from .reader import MirrorReader
from .update.kinds import DEFAULT_KINDS
from .update.summary import UpdateSummary

__all__ = ["Mirror"]


class Mirror(MirrorReader):
    """A fleet of repositories in one SQLite file.

    Creating it opens nothing. The file is created by the first update.

    ::

        mirror = Mirror("fleet.sqlite")
        print(mirror.update("github:python", clients=github))
        print(mirror.query("SELECT full_name, stars FROM repository ORDER BY stars DESC LIMIT 3"))

    Args:
        path: Path of the file.

    Raises:
        ConfigurationError: It is not the path of a file.
    """

    def update(
        self,
        *targets: str | RepoInfo,
        clients: GitProviderClient | Iterable[GitProviderClient],
        kinds: Iterable[str] = DEFAULT_KINDS,
        since: datetime | None = None,
        complete: bool | None = None,
        complete_every: timedelta = timedelta(days=1),
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
            clients: The sync clients, one per server. They are not closed.
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
            on_event: Function called with each :data:`FleetEvent`, for progress. It runs in the thread that serves all
                sync clients, so it must not call one of them.
            filters: The filters of a :class:`Fleet`, as ``archived=False``.

        Returns:
            What was done. What could not be read is in its ``problems``; it raises nothing.

        Raises:
            ConfigurationError: An invalid argument, or the file is no mirror. Nothing was sent.
            MirrorError: The file is in use by another update, or cannot be read or written.
        """
        given = [clients] if not isinstance(clients, Iterable) else clients
        return run(
            AsyncMirror(self.path).update(
                *targets,
                clients=[unwrap(client) for client in given],
                kinds=kinds,
                since=since,
                complete=complete,
                complete_every=complete_every,
                max_deleted=max_deleted,
                allow_deletions=allow_deletions,
                on_event=on_event,
                **filters,
            )
        )
