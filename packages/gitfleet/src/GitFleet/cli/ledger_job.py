"""Listing commands with a ledger: rows go to a SQLite file, and a run that was killed continues."""

from __future__ import annotations

from gitfleet_fleet import Fleet, FleetEvent, Problem, RunSummary, TargetListed, UnitDone

from . import signals
from .clients import Clients
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

__all__ = ["problem_line", "run_with_ledger"]


def run_with_ledger(
    resource: Resource, selection: Selection, filters: Filters, settings: Settings, ledger: str, *, failed: bool
) -> ExitCode:
    """Do what a listing command does for each repository, and keep the rows in a ledger.

    Args:
        resource: what is listed.
        selection: the targets and filters of repositories.
        filters: the filters of rows.
        settings: the shared options. Those of the output have no meaning here.
        ledger: path of the ledger.
        failed: whether only failures are repeated.

    Returns:
        0, or 7 if rows are missing.

    Raises:
        CommandError: an option does not work with a ledger.
    """
    if settings.output != "-" or settings.fields is not None or settings.format is not None:
        raise CommandError("--ledger keeps whole rows in the ledger: it excludes -o, --format and --fields")
    if settings.append or settings.errors is not None:
        raise CommandError("--ledger keeps rows and errors in the ledger: it excludes --append and --errors")
    if filters.created_before is not None or filters.created_after is not None:
        raise CommandError("--ledger keeps all rows: it excludes --created-before and --created-after")
    tally = Tally(resource.noun)
    display = choose_display(tally, verbose=settings.verbose, quiet=settings.quiet)
    try:
        summary = signals.run_cancellable(_run(resource, selection, filters, settings, display, ledger, failed=failed))
    except Interrupted as error:
        display.stop()
        print_message(f"stopped after {tally.summary()}; the same command continues {ledger}")
        return error.code
    finally:
        display.stop()
    for problem in summary.problems:
        print_message(problem_line(problem))
    if not settings.quiet:
        print_message(str(summary))
    return ExitCode.OK if summary.is_complete else ExitCode.INCOMPLETE


async def _run(
    resource: Resource,
    selection: Selection,
    filters: Filters,
    settings: Settings,
    display: Display,
    ledger: str,
    *,
    failed: bool,
) -> RunSummary:
    tally = display.tally
    tally.begin_fleet()

    def on_event(event: FleetEvent) -> None:
        if isinstance(event, TargetListed):
            tally.add_listed(event.repositories, is_growing=event.total is None)
        elif isinstance(event, UnitDone):
            tally.add_done(is_target=event.kind == "repositories")
            tally.rows += event.rows
        display.on_page()

    async with Clients(settings, selection.providers, display.on_event, shares=True) as clients:
        chosen = [clients[provider] for provider in selection.providers]
        fleet = Fleet(*selection.texts, clients=chosen, on_event=on_event, **selection.filters)
        display.start()
        call = (resource.kind, resource.arguments(filters))
        return await fleet.run([call], ledger=ledger, failed=failed)


def problem_line(problem: Problem) -> str:
    """Return the line about equal errors: the first targets, their number, and the message."""
    rest = problem.count - len(problem.examples)
    more = f" and {rest:,} more" if rest else ""
    count = f" ({counted(problem.count, 'repositories')} {problem.status})" if problem.count > 1 else ""
    return f"{', '.join(problem.examples)}{more}: {status_text(problem.message, problem.status)}{count}"
