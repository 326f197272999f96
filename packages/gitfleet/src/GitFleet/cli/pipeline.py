"""The pipeline from listings to the output: fetch, convert to rows, sort, write."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gitfleet_api import ProviderType

from . import signals
from .clients import Clients
from .errors_file import ErrorsFile
from .exit_codes import ExitCode, Interrupted, exit_code_for
from .fetching import FailedListing, NamedListing, fetch_all
from .fleet_fetching import FleetSource, fetch_fleet
from .output.base import Writer
from .output.rows import OutputField, sort_rows
from .output.target import Output
from .owner_suggestions import owner_suggestions
from .plurals import counted
from .progress.choose import choose_display
from .progress.displays import Display, SilentDisplay
from .progress.tally import Tally
from .report import Report, written_line
from .settings import Settings
from .stderr import print_message, print_traceback

__all__ = ["Job", "Work", "run_job"]

Work = Callable[[Callable[[Any, Sequence[object]], Awaitable[None]], Display, Report], Awaitable[list[FailedListing]]]
"""Work that is no listing. It gets a function that takes rows, the display and the report, and returns the failures."""

_ROWS_PER_WRITE = 1000


@dataclass(frozen=True, slots=True)
class Job:
    """The work of one command.

    Attributes:
        noun: what a row is, in the plural.
        providers: the providers that are used.
        listings: creates the listings, or what is fetched for each repository of a fleet; called before the first
            request.
        to_row: converts an object to a row. It takes the number of its listing, or the repository, and the object.
        order: the field to sort by, which needs all rows; None writes rows as they arrive.
        reverse: reverse the sort order.
        limit: maximum number of rows; None for all.
        in_turn: write the rows of the first listing first, then the second, and so on.
        kind: name of the command, for the file of errors.
        targets: what a listing is read from, in the plural.
        position: returns where the rows of a listing, by its number, or of a repository are in sorted output.
    """

    noun: str
    providers: Sequence[ProviderType]
    listings: Callable[[Clients], Sequence[NamedListing] | FleetSource | Work]
    to_row: Callable[[Any, object], object]
    order: OutputField | None = None
    reverse: bool = False
    limit: int | None = None
    in_turn: bool = False
    kind: str = ""
    targets: str = "targets"
    position: Callable[[Any], Any] = lambda number: number


def run_job(job: Job, settings: Settings, output: Output, writer: Writer) -> ExitCode:
    """Fetch all listings and write their rows as they arrive.

    The error of a listing is printed and does not stop the others.

    Returns:
        The exit code for the errors of the listings.
    """
    tally = Tally(job.noun, limit=job.limit if job.order is None else None)
    display = choose_display(tally, verbose=settings.verbose, quiet=settings.quiet)
    errors = None if settings.errors is None else ErrorsFile(settings.errors)
    report = Report(job.kind, display.print_line, errors)
    try:
        failed = signals.run_cancellable(_fetch(job, settings, output, writer, display, report))
    except Interrupted as error:
        display.stop()  # otherwise the message would be appended to the progress line
        fate = "" if output.is_standard else f"; {output.name} is unchanged"
        print_message(f"stopped after {tally.summary()}{fate}")
        return error.code
    finally:
        display.stop()
        if errors is not None:
            errors.close()
    if settings.debug:
        for item in failed:
            print_traceback(item.error)
    report.finish()
    if _has_rows(failed, tally.targets):
        output.commit()
        if not settings.quiet:
            for note in writer.notes:
                print_message(note)
            _print_end(job, settings, output, tally, report)
    return _exit_code(failed, tally.targets)


def _print_end(job: Job, settings: Settings, output: Output, tally: Tally, report: Report) -> None:
    """Print what was written and what is missing. Nothing if all is well and stderr or stdout show it."""
    failures = report.statuses.total()
    is_watched = settings.verbose or (sys.stderr is not None and sys.stderr.isatty())
    if output.is_terminal and not tally.rows and not failures:
        print_message(f"no {job.noun} found")
    elif (failures and tally.targets > 1) or (is_watched and not output.is_standard):
        line = written_line(
            counted(tally.written, job.noun),
            done=tally.targets - failures,
            targets=tally.targets,
            noun=job.targets,
            output=None if output.is_standard else output.name,
            statuses=report.statuses,
            errors=settings.errors,
        )
        print_message(line)


async def _fetch(
    job: Job, settings: Settings, output: Output, writer: Writer, display: Display, report: Report
) -> list[FailedListing]:
    live = not isinstance(display, SilentDisplay)
    tally = display.tally
    clients = Clients(settings, job.providers, display.on_event, tally.add_page_count if live else None)
    async with clients:
        source = job.listings(clients)
        display.start()
        pipeline = _Pipeline(job, writer, display, output)
        if isinstance(source, FleetSource):
            failed = await fetch_fleet(source, pipeline.add_page, display, report)
        elif callable(source):
            failed = await source(pipeline.add_page, display, report)
        else:
            tally.targets = len(source)
            failed = await fetch_all(source, pipeline.add_page, display, report)
        display.stop()
        # If every listing failed, the output is not closed, so that it does not look complete.
        if _has_rows(failed, tally.targets):
            await pipeline.finish()
        report.hints = [] if settings.quiet else await owner_suggestions(clients, report.missing)
    return failed


def _has_rows(failed: Sequence[FailedListing], count: int) -> bool:
    return not failed or len(failed) < count or any(item.has_rows for item in failed)


def _exit_code(failed: Sequence[FailedListing], count: int) -> ExitCode:
    """Return the exit code for failures. Repositories of an owner that fail are missing rows if others have rows."""
    if not _has_rows(failed, count) or all(item.is_named for item in failed):
        return exit_code_for(*(item.error for item in failed))
    named = exit_code_for(*(item.error for item in failed if item.is_named))
    return ExitCode.INCOMPLETE if named in (ExitCode.OK, ExitCode.INCOMPLETE) else ExitCode.FAILED


@dataclass(slots=True)
class _Pipeline:
    """Converts pages to rows, and buffers them if all rows are needed before the first is written."""

    job: Job
    writer: Writer
    display: Display
    output: Output
    buffered: dict[Any, list[object]] = field(default_factory=dict)

    async def add_page(self, source: Any, page: Sequence[object]) -> None:
        rows = [self.job.to_row(source, item) for item in page]
        if self.job.order is not None or self.job.in_turn or self.writer.buffers_rows:
            self.buffered.setdefault(self.job.position(source), []).extend(rows)
        elif rows:
            if self.output.is_terminal:
                self.display.stop()  # the rows themselves now show the progress
            await self._write(rows)

    async def _write(self, rows: Sequence[object]) -> None:
        await self.writer.write_rows(rows)
        self.display.tally.written += len(rows)

    async def finish(self) -> None:
        rows = [row for _, found in sorted(self.buffered.items()) for row in found]
        if self.job.order is not None:
            rows = sort_rows(rows, self.job.order.path, reverse=self.job.reverse)[: self.job.limit]
        for start in range(0, len(rows), _ROWS_PER_WRITE):
            await self._write(rows[start : start + _ROWS_PER_WRITE])
        await self.writer.end()
