"""The synchronous fleet: the methods of :class:`gitfleet_fleet.Fleet` without ``await``.

Users import it from ``GitFleet.sync``.
"""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, Literal, TextIO, TypeVar, Unpack, overload

from gitfleet_api import (
    BranchInfo,
    CommitInfo,
    ConfigurationError,
    ContributorInfo,
    IssueInfo,
    PullRequestInfo,
    ReleaseInfo,
    RepoDetails,
    RepoInfo,
    TagInfo,
)
from gitfleet_api import GitProviderClient as AsyncGitProviderClient
from gitfleet_api.client import shorten_repr
from gitfleet_api.sync import GitProviderClient, Listing, run, steps, unwrap, wrap

from .events import OnFleetEvent
from .filters import FilterOptions
from .fleet import Fleet as AsyncFleet
from .kinds import LanguageShare, PerRepository
from .ledger.summary import RunSummary
from .outcome import Outcome
from .plan import Plan
from .repository import Repository
from .tables import BATCH_ROWS, OnIncomplete

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from .audit.findings import AuditReport

__all__ = ["Fleet"]

T = TypeVar("T")

SyncTarget = str | RepoInfo | Listing[RepoInfo]
SyncPerRepository = Callable[[GitProviderClient, Repository], object]
"""A function of the user: it takes a sync client and a repository."""
_Outcomes = Generator[Outcome[T], None, None]
_Function = Callable[[GitProviderClient, Repository], T]


class Fleet:
    """The repositories of some owners, on any number of servers.

    Creating a fleet sends nothing.

    ::

        fleet = Fleet("github:python", "gitlab:gnome", clients=[github, gitlab], archived=False)
        for outcome in fleet.each("branches"):
            print(outcome.target, outcome.status, len(outcome.rows))

    Args:
        targets: What belongs to the fleet: ``"github:owner"``, ``"github:owner/name"``, a group of GitLab with all
            groups inside it (``"gitlab:group/sub"``; with a slash at the end it is never a project), the URL of an
            owner or a repository (``https://...``, ``git@...``), ``"@file"`` with one target per line,
            :class:`RepoInfo` objects, or a sync :class:`Listing` of them. In place of the provider a target may name
            the host of a server, as ``"git.example.org:tools"``. A repository that several targets name belongs to it
            once.
        clients: The sync clients, one per server. The fleet does not close them.
        concurrency: Maximum number of repositories per client that are worked on at the same time. None for the
            client's ``max_concurrency``.
        on_event: Function called with each :data:`FleetEvent`, for progress. It runs in the thread that serves all
            sync clients, so it must not call one of them.
        archived: True for archived repositories only, False for all others.
        fork: True for forks only, False for all others.
        visibility: ``public``, ``private`` or ``internal``, or a list of them.
        language: Most used language, or a list of them. GitHub only: GitLab does not list it.
        topic: A topic, or a list of which one is enough.
        pushed_before: Only repositories whose last push is before this time, or that have none. An aware datetime.
        pushed_after: Only repositories whose last push is at this time or later. An aware datetime.
        name: Pattern of the name, as ``"*-api"``, or of the full name if it contains a slash, or a list of patterns.
        where: Function that returns whether a :class:`RepoInfo` belongs to the fleet. It runs in the same thread as
            ``on_event``.

    Raises:
        ConfigurationError: An invalid argument, or a target that no client serves.
    """

    def __init__(
        self,
        *targets: SyncTarget,
        clients: GitProviderClient | Iterable[GitProviderClient] | None = None,
        concurrency: int | None = None,
        on_event: OnFleetEvent | None = None,
        **filters: Unpack[FilterOptions],
    ) -> None:
        given = [] if clients is None else list(clients) if isinstance(clients, Iterable) else [clients]
        self._clients = {client.base_url: client for client in given if isinstance(client, GitProviderClient)}
        self._async = AsyncFleet(
            *(unwrap(target) if isinstance(target, Listing) else target for target in targets),
            clients=[unwrap(client) for client in given],
            concurrency=concurrency,
            on_event=on_event,
            **filters,
        )

    def __repr__(self) -> str:
        if not hasattr(self, "_async"):
            return "<sync Fleet without a constructor call>"
        return f"<sync {repr(self._async).removeprefix('<')}"

    def repositories(self) -> list[Repository]:
        """Return all repositories of the fleet. Owners are listed; named repositories are looked up.

        Returns:
            The repositories, in any order. Each has ``info``.

        Raises:
            IncompleteFleetError: A target could not be listed completely. It has the others' repositories.
        """
        return run(self._async.repositories())

    @overload
    def each(self, call: Literal["details"], /, **arguments: object) -> _Outcomes[RepoDetails]: ...
    @overload
    def each(self, call: Literal["branches"], /, **arguments: object) -> _Outcomes[BranchInfo]: ...
    @overload
    def each(self, call: Literal["tags"], /, **arguments: object) -> _Outcomes[TagInfo]: ...
    @overload
    def each(self, call: Literal["commits"], /, **arguments: object) -> _Outcomes[CommitInfo]: ...
    @overload
    def each(self, call: Literal["contributors"], /, **arguments: object) -> _Outcomes[ContributorInfo]: ...
    @overload
    def each(self, call: Literal["issues"], /, **arguments: object) -> _Outcomes[IssueInfo]: ...
    @overload
    def each(self, call: Literal["pull_requests"], /, **arguments: object) -> _Outcomes[PullRequestInfo]: ...
    @overload
    def each(self, call: Literal["releases"], /, **arguments: object) -> _Outcomes[ReleaseInfo]: ...
    @overload
    def each(self, call: Literal["languages"], /, **arguments: object) -> _Outcomes[LanguageShare]: ...
    @overload
    def each(self, call: _Function[list[T]], /) -> _Outcomes[T]: ...
    @overload
    def each(self, call: _Function[T], /) -> _Outcomes[T]: ...
    @overload
    def each(self, call: str | SyncPerRepository, /, **arguments: object) -> _Outcomes[Any]: ...
    def each(self, call: str | SyncPerRepository, /, **arguments: object) -> _Outcomes[Any]:
        """Do something for each repository of the fleet, and yield the outcome of each as it comes.

        What happens to one repository affects no other. At most twice ``concurrency`` outcomes wait for the reader;
        while they wait, no further request is sent. When the generator is closed, for example by ``break``, all
        requests end.

        Args:
            call: Name of a per-repository method of the clients, as ``"branches"``, ``"details"`` or
                ``"fetch_pull_requests"``. Or a function of the sync client and the :class:`Repository`, whose result
                is the rows: a list, or one object. Functions run in threads, several at the same time.
            arguments: Further arguments of the method, as ``state="open"``.

        Yields:
            One outcome per repository, in any order, and one for each target that could not be listed.

        Raises:
            ConfigurationError: There is no such method, or an argument is invalid. Nothing was sent.
        """
        return steps(self._async.each(self._call(call), **arguments))

    def run(
        self,
        calls: str | SyncPerRepository | Sequence[str | SyncPerRepository | tuple[str, Mapping[str, object]]],
        /,
        *,
        ledger: str | os.PathLike[str],
        store: str | os.PathLike[str] | None = None,
        failed: bool = False,
        executor: Executor | None = None,
        **arguments: object,
    ) -> RunSummary:
        """Do something for each repository, and keep outcomes and rows in a SQLite file. It can be killed at any time.

        ::

            summary = fleet.run(("branches", "contributors"), ledger="night.sqlite")
            print(summary)

        Each unit, which is one call for one repository, is committed in a transaction with its rows. If a run was
        interrupted, by an error or a killed process, the next one continues: it repeats no unit with a result other
        than ``failed``. After a complete run the next one refreshes all units, those with the oldest results first.
        A unit without a new result keeps its older rows: ``stale`` of the summary counts these.

        Args:
            calls: A call or several: names or functions as for :meth:`each`, or pairs of a name and its arguments, as
                ``("pull_requests", {"state": "open"})``. A function is recognized by its name.
            ledger: Path of the ledger. The file is created, readable only by its owner, if there is none. One run uses
                it at a time.
            store: None for tables in the ledger only, one per call. Or a folder for Parquet files as well, one per
                call, with the columns of :meth:`table`; they are written at the end and appear complete.
            failed: True to repeat only units that are ``failed``, ``forbidden``, ``gone`` or ``blocked``, with the
                targets that could not be listed.
            executor: None to do the work in this process. Or any ``concurrent.futures.Executor``, whose workers do it:
                a ``ProcessPoolExecutor`` that spawns its processes, or ``client.get_executor()`` of Dask. They need
                this library and the same credentials, which the clients name by their place: see
                :func:`gitfleet_api.auth.credentials_at`. The executor is not shut down. Then ``concurrency`` of the
                fleet is the number of units that are given out at the same time.
            arguments: Further arguments of the method, if there is one call.

        Returns:
            What was done. Missing rows are in its ``problems``; they raise nothing.

        Raises:
            ConfigurationError: A call, an argument, the ledger or the store is invalid. Nothing was sent.
            LedgerError: The ledger is in use by another process, or cannot be read or written.
            GitFleetError: The workers cannot work (``worker_failed``), or the executor accepts no work any more
                (``executor_failed``). The ledger has all results so far.
            OSError: A file of the store cannot be written.
        """
        several: list[Any] = list(calls) if isinstance(calls, list | tuple) else [calls]
        own: list[Any] = [call if isinstance(call, tuple | Mapping) else self._call(call) for call in several]
        return run(self._async.run(own, ledger=ledger, store=store, failed=failed, executor=executor, **arguments))

    def audit(
        self,
        *checks: str,
        stale_days: int = 90,
        pull_request_days: int = 30,
        inactive_days: int = 365,
    ) -> AuditReport:
        """Find what needs attention: old branches and pull requests, missing protection and licenses, no activity.

        All checks cost three calls per listed repository, and none for archived ones; fewer checks may cost fewer:
        ``archived`` and ``inactive`` cost none. On GitHub one of the calls is a GraphQL query for the times of 100
        branches; without a token there is a call per branch instead.

        Args:
            checks: Names of checks: ``archived``, ``inactive``, ``no_license``, ``unprotected_default_branch``,
                ``stale_branch``, ``old_pull_request``. All if omitted.
            stale_days: Days without a commit after which a branch is stale.
            pull_request_days: Days after which an open pull request is old.
            inactive_days: Days without a push after which a repository is inactive.

        Returns:
            The findings, and the outcomes of what could not be read.

        Raises:
            ConfigurationError: A check is unknown, or a number of days is invalid. Nothing was sent.
        """
        return run(
            self._async.audit(
                *checks, stale_days=stale_days, pull_request_days=pull_request_days, inactive_days=inactive_days
            )
        )

    def plan(
        self,
        *calls: str | SyncPerRepository | tuple[str, Mapping[str, object]],
        ledger: str | os.PathLike[str] | None = None,
        **arguments: object,
    ) -> Plan:
        """Return what calls for each repository of the fleet will cost, before they are done.

        Checks the tokens first. Then it counts the repositories, and the rows of their listings by GraphQL where that
        is possible, or measures the calls for some repositories. It takes at most one in 20 of the calls that are left.

        Args:
            calls: Names as for :meth:`each`, functions, or pairs of a name and its arguments. Functions are not called.
            ledger: Path of the ledger of :meth:`run`. If its last run was interrupted, the plan counts only what
                remains. It is read, never created, changed or locked. None for a plan of everything.
            arguments: Further arguments of the method, if there is one call.

        Returns:
            The plan. What will fail is in its ``problems``.

        Raises:
            ConfigurationError: There is no such method, or an argument is invalid. Nothing was sent.
            AuthError: A server refuses every token.
            RateLimitError: No calls are left for the plan itself.
            LedgerError: The ledger cannot be read.
        """
        own: list[Any] = [call if isinstance(call, tuple) else self._call(call) for call in calls]
        return run(self._async.plan(*own, ledger=ledger, **arguments))

    def table(
        self, call: str | SyncPerRepository, /, *, on_incomplete: OnIncomplete = "raise", **arguments: Any
    ) -> pa.Table:
        """Return the rows of all repositories as a PyArrow table.

        Args:
            call: Name of a per-repository method, as ``"pull_requests"``, or a function, as for :meth:`each`.
            on_incomplete: What happens if rows are missing: ``raise``, ``warn`` or ``ignore``.
            arguments: Further arguments of the method, as ``state="open"``.

        Returns:
            A ``pyarrow.Table``.

        Raises:
            ConfigurationError: PyArrow is not installed (``pip install gitfleet[arrow]``), an argument is invalid, or
                the rows are not instances of one dataclass.
            IncompleteFleetError: Rows are missing. Its ``result`` is the table without them.
        """
        return run(self._async.table(self._call(call), on_incomplete=on_incomplete, **arguments))

    def batches(
        self,
        call: str | SyncPerRepository,
        /,
        *,
        batch_rows: int = BATCH_ROWS,
        on_incomplete: OnIncomplete = "raise",
        **arguments: Any,
    ) -> Generator[pa.RecordBatch, None, None]:
        """Yield the rows of all repositories as Arrow record batches with the same schema, while they arrive.

        Args:
            call: Name of a per-repository method, or a function, as for :meth:`each`.
            batch_rows: Rows of a batch. The last one has fewer.
            on_incomplete: What happens if rows are missing: ``raise``, ``warn`` or ``ignore``.
            arguments: Further arguments of the method.

        Yields:
            A ``pyarrow.RecordBatch``. None if there are no rows.

        Raises:
            ConfigurationError: As for :meth:`table`.
            IncompleteFleetError: Rows are missing. It is raised after the last batch.
        """
        found = self._async.batches(self._call(call), batch_rows=batch_rows, on_incomplete=on_incomplete, **arguments)
        return steps(found)

    def to_pandas(
        self, call: str | SyncPerRepository, /, *, on_incomplete: OnIncomplete = "raise", **arguments: Any
    ) -> pd.DataFrame:
        """Return the rows of all repositories as a pandas data frame.

        Args:
            call: Name of a per-repository method, or a function, as for :meth:`each`.
            on_incomplete: What happens if rows are missing: ``raise``, ``warn`` or ``ignore``.
            arguments: Further arguments of the method.

        Returns:
            A ``pandas.DataFrame``.

        Raises:
            ConfigurationError: pandas is not installed (``pip install gitfleet[pandas]``), or as for :meth:`table`.
            IncompleteFleetError: Rows are missing. Its ``result`` is the data frame without them.
        """
        return run(self._async.to_pandas(self._call(call), on_incomplete=on_incomplete, **arguments))

    def to_polars(
        self, call: str | SyncPerRepository, /, *, on_incomplete: OnIncomplete = "raise", **arguments: Any
    ) -> pl.DataFrame:
        """Return the rows of all repositories as a Polars data frame.

        Args:
            call: Name of a per-repository method, or a function, as for :meth:`each`.
            on_incomplete: What happens if rows are missing: ``raise``, ``warn`` or ``ignore``.
            arguments: Further arguments of the method.

        Returns:
            A ``polars.DataFrame``.

        Raises:
            ConfigurationError: Polars is not installed (``pip install gitfleet[polars]``), or as for :meth:`table`.
            IncompleteFleetError: Rows are missing. Its ``result`` is the data frame without them.
        """
        return run(self._async.to_polars(self._call(call), on_incomplete=on_incomplete, **arguments))

    def to_parquet(
        self,
        file: str | os.PathLike[str],
        call: str | SyncPerRepository,
        /,
        *,
        on_incomplete: OnIncomplete = "raise",
        **arguments: Any,
    ) -> None:
        """Write the rows of all repositories to a Parquet file, in portions while they arrive.

        Args:
            file: The path. The file appears, or replaces an existing one, when it is complete.
            call: Name of a per-repository method, or a function, as for :meth:`each`.
            on_incomplete: What happens if rows are missing: ``raise``, ``warn`` or ``ignore``.
            arguments: Further arguments of the method.

        Raises:
            ConfigurationError: ``file`` is not a path, or as for :meth:`table`. No file is written.
            IncompleteFleetError: Rows are missing. The file has the others.
            OSError: The file cannot be written.
        """
        run(self._async.to_parquet(file, self._call(call), on_incomplete=on_incomplete, **arguments))

    def to_csv(
        self,
        file: str | os.PathLike[str] | TextIO,
        call: str | SyncPerRepository,
        /,
        *,
        on_incomplete: OnIncomplete = "raise",
        **arguments: Any,
    ) -> None:
        """Write the rows of all repositories to a CSV file, in portions while they arrive.

        Args:
            file: The path, where the file appears when it is complete, or a text file opened with ``newline=""``.
            call: Name of a per-repository method, or a function, as for :meth:`each`.
            on_incomplete: What happens if rows are missing: ``raise``, ``warn`` or ``ignore``.
            arguments: Further arguments of the method.

        Raises:
            ConfigurationError: ``file`` is neither a path nor a text file, or as for :meth:`table`.
            IncompleteFleetError: Rows are missing. The file has the others.
            OSError: The file cannot be written.
        """
        run(self._async.to_csv(file, self._call(call), on_incomplete=on_incomplete, **arguments))

    def _call(self, call: str | SyncPerRepository) -> str | PerRepository:
        """Return a call for the asynchronous fleet."""
        if isinstance(call, str):
            return call
        if not callable(call) or inspect.iscoroutinefunction(call):
            raise ConfigurationError(
                "the call is a name as 'branches' or a function of a sync client and a repository, "
                f"not {shorten_repr(call)}"
            )
        return _InThread(call, self._clients)


class _InThread:
    """A function of the user, as a coroutine function for the asynchronous fleet.

    Args:
        function: The function of the user.
        clients: The sync clients by the base URL of their server.
    """

    def __init__(self, function: SyncPerRepository, clients: Mapping[str, GitProviderClient]) -> None:
        self._function = function
        self._clients = clients
        self.__name__ = getattr(function, "__name__", type(function).__name__)

    def __reduce__(self) -> tuple[type[_InThread], tuple[SyncPerRepository, dict[str, GitProviderClient]]]:
        return _InThread, (self._function, {})  # each worker has a separate client

    async def __call__(self, client: AsyncGitProviderClient, repo: Repository) -> object:
        # In a thread: calls of sync clients wait for the thread that runs this.
        own = self._clients.get(client.base_url)
        return await asyncio.to_thread(self._call, wrap(client) if own is None else own, repo)

    def _call(self, client: GitProviderClient, repo: Repository) -> object:
        try:
            return self._function(client, repo)
        except StopIteration as error:  # as of next(); a future cannot have it, and nothing would end the wait for it
            raise RuntimeError("the function raised StopIteration") from error
