"""The fleet: many repositories of many owners as one object."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Unpack, overload

from gitfleet_api import (
    BranchInfo,
    CommitInfo,
    ContributorInfo,
    GitProviderClient,
    IssueInfo,
    PullRequestInfo,
    ReleaseInfo,
    RepoDetails,
    TagInfo,
)
from gitfleet_api.client import callable_or_none, gather_all, positive

from .calls import Call, kinds_of_calls
from .clients import Clients
from .errors import IncompleteFleetError
from .events import OnFleetEvent
from .filters import FilterOptions, filters_of
from .kinds import Kind, LanguageShare, PerRepository, Work, kind_of
from .ledger.summary import RunSummary
from .outcome import Outcome
from .plan import Plan
from .progress import Progress
from .repositories import Found, RepositoryLister, groups_of
from .repository import Repository
from .table_rows import TableRows
from .tables import FleetTables
from .targets import Target, TargetLike, parse_targets
from .workers import Feeder, Put, run_all

if TYPE_CHECKING:
    from .audit.findings import AuditReport
    from .ledger.calls import Calls

__all__ = ["Fleet"]

T = TypeVar("T")

_Outcomes = AsyncGenerator[Outcome[T], None]
_Function = Callable[[GitProviderClient, Repository], Awaitable[T]]


class Fleet(FleetTables):
    """The repositories of some owners, on any number of servers.

    Creating a fleet sends nothing.

    ::

        fleet = Fleet("github:python", "gitlab:gnome", clients=[github, gitlab], archived=False)
        async for outcome in fleet.each("branches"):
            print(outcome.target, outcome.status, len(outcome.rows))

    Args:
        targets: What belongs to the fleet: ``"github:owner"``, ``"github:owner/name"``, a group of GitLab with all
            groups inside it (``"gitlab:group/sub"``; with a slash at the end it is never a project), the URL of an
            owner or a repository (``https://...``, ``git@...``), ``"@file"`` with one target per line,
            :class:`RepoInfo` objects, or a :class:`Listing` of them. In place of the provider a target may name the
            host of a server, as ``"git.example.org:tools"``. A repository that several targets name belongs to it once.
        clients: The clients, one per server. The fleet does not close them.
        concurrency: Maximum number of repositories per client that are worked on at the same time. None for the
            client's ``max_concurrency``.
        on_event: Function called with each :data:`FleetEvent`, for progress.
        archived: True for archived repositories only, False for all others.
        fork: True for forks only, False for all others.
        visibility: ``public``, ``private`` or ``internal``, or a list of them.
        language: Most used language, or a list of them. GitHub only: GitLab does not list it.
        topic: A topic, or a list of which one is enough.
        pushed_before: Only repositories whose last push is before this time, or that have none. An aware datetime.
        pushed_after: Only repositories whose last push is at this time or later. An aware datetime.
        name: Pattern of the name, as ``"*-api"``, or of the full name if it contains a slash, or a list of patterns.
        where: Function that returns whether a :class:`RepoInfo` belongs to the fleet.

    Raises:
        ConfigurationError: An invalid argument, or a target that no client serves.
    """

    def __init__(
        self,
        *targets: TargetLike,
        clients: GitProviderClient | Iterable[GitProviderClient] | None = None,
        concurrency: int | None = None,
        on_event: OnFleetEvent | None = None,
        **filters: Unpack[FilterOptions],
    ) -> None:
        self._clients = Clients(clients)
        self._filters = filters_of(filters)
        self._targets = parse_targets(targets, self._clients)
        for target in self._targets:
            if target.client is not None:
                self._filters.check(target.client.provider_type)
        self._concurrency = None if concurrency is None else positive("concurrency", concurrency)
        self._on_event = callable_or_none("on_event", on_event)

    def __repr__(self) -> str:
        shown = ", ".join(repr(target.text) for target in self._targets[:3])
        more = f", and {len(self._targets) - 3} more" if len(self._targets) > 3 else ""
        return f"<Fleet of {shown}{more}>"

    async def repositories(self) -> list[Repository]:
        """Return all repositories of the fleet. Owners are listed; named repositories are looked up.

        Returns:
            The repositories, in any order. Each has ``info``.

        Raises:
            IncompleteFleetError: A target could not be listed completely. It has the others' repositories.
        """
        found: list[Repository] = []
        failed: list[Outcome[Any]] = []

        async def put(item: Found | Outcome[Any]) -> None:
            if isinstance(item, Outcome):
                failed.append(item)
            else:
                found.append(item[1])

        lister = self._lister(Progress(self._on_event, len(self._targets)), looks_up=True)
        await gather_all(lister.feed(group, put) for group in groups_of(self._targets))
        if failed:
            raise IncompleteFleetError.of(failed, found)
        return found

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
    def each(self, call: str | PerRepository, /, **arguments: object) -> _Outcomes[Any]: ...
    async def each(self, call: str | PerRepository, /, **arguments: object) -> AsyncGenerator[Outcome[Any], None]:
        """Do something for each repository of the fleet, and yield the outcome of each as it comes.

        What happens to one repository affects no other. At most twice ``concurrency`` outcomes wait for the reader;
        while they wait, no further request is sent. To end early, leave the loop inside ``async with aclosing(...)``:
        all requests end at once. Without ``aclosing`` they end when the generator is garbage-collected.

        Args:
            call: Name of a per-repository method of the clients, as ``"branches"``, ``"details"`` or
                ``"fetch_pull_requests"``. Or a coroutine function of the client and the :class:`Repository`, whose
                result is the rows: a list, or one object.
            arguments: Further arguments of the method, as ``state="open"``.

        Yields:
            One outcome per repository, in any order, and one for each target that could not be listed.

        Raises:
            ConfigurationError: There is no such method, or an argument is invalid. Nothing was sent.
        """
        kind = kind_of(call, arguments)
        for client in self._clients:
            kind.check(client)
        progress = Progress(self._on_event, len(self._targets))
        lister = self._lister(progress, looks_up=False)
        feeders = [_feeder(lister, group, kind) for group in groups_of(self._targets)]
        async with aclosing(run_all(feeders, self._clients, self._concurrency)) as outcomes:
            async for outcome in outcomes:
                progress.done(outcome)
                yield outcome

    async def run(
        self,
        calls: Calls,
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

            summary = await fleet.run(("branches", "contributors"), ledger="night.sqlite")
            print(summary)

        Each unit, which is one call for one repository, is committed in a transaction with its rows. If a run was
        interrupted, by an error or a killed process, the next one continues: it repeats no unit with a result other
        than ``failed``. After a complete run the next one refreshes all units, those with the oldest results first.
        A unit without a new result keeps its older rows: ``stale`` of the summary counts these.

        Args:
            calls: A call or several: names as for :meth:`each`, coroutine functions, or pairs of a name and its
                arguments, as ``("pull_requests", {"state": "open"})``. A function is recognized by its name.
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
        # Imported here because it takes 5 ms, and few programs need it.
        from .ledger.calls import kinds_of_run
        from .ledger.file import checked_path
        from .ledger.parquet import checked_store
        from .run import LedgerRun

        kinds = kinds_of_run(calls, arguments, self._clients)
        path, folder = checked_path(ledger), checked_store(store)
        remote = None
        if executor is not None:
            from .remote.prepare import prepare

            remote = prepare(executor, self._clients, kinds)
        run = LedgerRun(self._targets, self._clients, self._filters, self._concurrency, self._on_event, remote)
        return await run.run(kinds, path, folder, failed_only=failed)

    async def audit(
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
        from .audit.findings import AuditRules
        from .audit.run import run_audit  # few programs need it

        rules = AuditRules(
            stale_branch=timedelta(days=positive("stale_days", stale_days)),
            old_pull_request=timedelta(days=positive("pull_request_days", pull_request_days)),
            inactive=timedelta(days=positive("inactive_days", inactive_days)),
        )
        return await run_audit(self.each, checks, rules, datetime.now(UTC))

    async def plan(self, *calls: Call, ledger: str | os.PathLike[str] | None = None, **arguments: object) -> Plan:
        """Return what calls for each repository of the fleet will cost, before they are done.

        Checks the tokens first. Then it counts the repositories, and the rows of their listings by GraphQL where that
        is possible, or measures the calls for some repositories. It takes at most one in 20 of the calls that are left.

        ::

            plan = await fleet.plan("details", "branches", ("pull_requests", {"state": "open"}))
            print(plan)

        Args:
            calls: Names as for :meth:`each`, coroutine functions, or pairs of a name and its arguments. Functions are
                not called.
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
        # Imported here because few programs need them.
        from .ledger.file import checked_path
        from .plan.planner import Planner

        kinds = kinds_of_calls(calls, arguments, self._clients, "a plan", "plan({})")
        path = None if ledger is None else checked_path(ledger)
        return await Planner(self._targets, self._clients, self._filters, self._concurrency, path).plan(kinds)

    def _table_rows(self, call: str | PerRepository, arguments: dict[str, Any], choice: str) -> TableRows:
        kind = kind_of(call, arguments)
        return TableRows(kind, lambda: self.each(call, **arguments), choice, self._on_event)

    def _lister(self, progress: Progress, *, looks_up: bool) -> RepositoryLister:
        return RepositoryLister(
            self._targets,
            self._clients,
            self._filters,
            self._concurrency,
            looks_up=looks_up,
            on_listed=progress.listed,
        )


def _feeder(lister: RepositoryLister, targets: Sequence[Target], kind: Kind) -> Feeder:
    """Return the feeder that lists targets and puts one unit of work per repository, or per batch of them."""

    async def feed(put: Put) -> None:
        waiting: dict[str, list[Repository]] = {}
        clients: dict[str, GitProviderClient] = {}

        async def take(item: Found | Outcome[Any]) -> None:
            if isinstance(item, Outcome):
                await put(item)
                return
            client, repo = item
            size = kind.batch_size(client)
            if size == 1:
                await put(Work(client, kind, [repo]))
                return
            clients[client.base_url] = client
            batch = waiting.setdefault(client.base_url, [])
            batch.append(repo)
            if len(batch) == size:
                await put(Work(client, kind, waiting.pop(client.base_url)))

        await lister.feed(targets, take)
        for url, batch in waiting.items():
            await put(Work(clients[url], kind, batch))

    return feed
