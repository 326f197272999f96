"""Listing commands with a ledger: rows go to a SQLite file, and a run that was killed continues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitfleet_fleet import Fleet, FleetEvent, Problem, RunSummary, TargetListed, UnitDone

from . import signals
from .clients import Clients
from .executors import open_executor
from .exit_codes import CommandError, ExitCode, Interrupted
from .plurals import counted
from .progress.choose import choose_display
from .progress.displays import Display
from .progress.tally import Tally
from .report import status_text
from .resources import Filters, Resource
from .selection import Selection
from .settings import Settings
from .stderr import print_message

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["LedgerJob", "problem_line", "run_with_ledger"]


@dataclass(frozen=True, slots=True)
class LedgerJob:
    """What a listing command does for each repository, and the ledger that keeps the rows."""

    resource: Resource
    """What is listed."""
    selection: Selection
    """The targets and filters of repositories."""
    filters: Filters
    """The filters of rows."""
    settings: Settings
    """The shared options. Those of the output have no meaning here."""
    ledger: str
    """Path of the ledger."""
    failed: bool
    """Whether only failures are repeated."""
    executor: str | None
    """Which workers send the requests, as ``processes:8``. None for this process."""


def run_with_ledger(job: LedgerJob) -> ExitCode:
    """Do a job.

    Returns:
        0, or 7 if rows are missing.

    Raises:
        CommandError: an option does not work with a ledger.
    """
    settings = job.settings
    if settings.output != "-" or settings.fields is not None or settings.format is not None:
        raise CommandError("--ledger keeps whole rows in the ledger: it excludes -o, --format and --fields")
    if settings.append or settings.errors is not None:
        raise CommandError("--ledger keeps rows and errors in the ledger: it excludes --append and --errors")
    if job.filters.created_before is not None or job.filters.created_after is not None:
        raise CommandError("--ledger keeps all rows: it excludes --created-before and --created-after")
    tally = Tally(job.resource.noun)
    display = choose_display(tally, verbose=settings.verbose, quiet=settings.quiet)
    try:
        with open_executor(job.executor) as executor:
            summary = signals.run_cancellable(_run(job, display, executor))
    except Interrupted as error:
        display.stop()
        print_message(f"stopped after {tally.summary()}; the same command continues {job.ledger}")
        return error.code
    finally:
        display.stop()
    for problem in summary.problems:
        print_message(problem_line(problem))
    if not settings.quiet:
        print_message(str(summary))
    return ExitCode.OK if summary.is_complete else ExitCode.INCOMPLETE


async def _run(job: LedgerJob, display: Display, executor: Executor | None) -> RunSummary:
    tally = display.tally
    tally.begin_fleet()

    def on_event(event: FleetEvent) -> None:
        if isinstance(event, TargetListed):
            tally.add_listed(event.repositories, is_growing=event.total is None)
        elif isinstance(event, UnitDone):
            tally.add_done(is_target=event.kind == "repositories")
            tally.rows += event.rows
        display.on_page()

    selection = job.selection
    settings, by_reference = job.settings, executor is not None
    providers, report = selection.providers, display.on_event
    async with Clients(settings, providers, report, shares=True, by_reference=by_reference) as clients:
        chosen = [clients[provider] for provider in selection.providers]
        fleet = Fleet(*selection.texts, clients=chosen, on_event=on_event, **selection.filters)
        display.start()
        call = (job.resource.kind, job.resource.arguments(job.filters))
        return await fleet.run([call], ledger=job.ledger, failed=job.failed, executor=executor)


def problem_line(problem: Problem) -> str:
    """Return the line about equal errors: the first targets, their number, and the message."""
    rest = problem.count - len(problem.examples)
    more = f" and {rest:,} more" if rest else ""
    count = f" ({counted(problem.count, 'repositories')} {problem.status})" if problem.count > 1 else ""
    return f"{', '.join(problem.examples)}{more}: {status_text(problem.message, problem.status)}{count}"
