"""Listings on their way from the providers to the output."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gitfleet_api import ProviderType

from . import signals
from .clients import Clients
from .exit_codes import ExitCode, Interrupted, exit_code_for
from .fetching import FailedListing, NamedListing, fetch_all
from .output.rows import OutputField, sort_rows
from .output.target import Output
from .output.writers import Writer
from .progress.choose import choose_display
from .progress.displays import Display, SilentDisplay
from .progress.tally import Tally
from .settings import Settings
from .stderr import print_message

__all__ = ["Job", "run_job"]

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be fetched, and what comes out of it.

    Attributes:
        what: what a row is, in the plural.
        providers: who is asked.
        sources: makes the listings; called before anything is sent.
        row: makes a row of an object of the listing of that number.
        order: the column to sort by, which needs all rows; None leaves them as they come.
        reverse: sort the other way round.
        limit: how many rows to give; None for all.
        in_turn: give the rows of the first listing first, and so on, although others may be there sooner.
    """

    what: str
    providers: Sequence[ProviderType]
    sources: Callable[[Clients], Sequence[NamedListing]]
    row: Callable[[int, object], object]
    order: OutputField | None = None
    reverse: bool = False
    limit: int | None = None
    in_turn: bool = False


def run_job(job: Job, settings: Settings, output: Output, writer: Writer) -> ExitCode:
    """Fetch all, and write it as it comes; errors of single listings are told, and what they mean comes back."""
    tally = Tally(job.what, limit=job.limit if job.order is None else None)
    display = choose_display(tally, verbose=settings.verbose)
    try:
        failed = signals.run(_fetch(job, settings, output, writer, display))
    except Interrupted as stopped:
        display.stop()  # or the line would begin behind what it shows
        fate = "" if output.is_standard else f"; {output.name} is as it was"
        print_message(f"stopped after {tally.summary()}{fate}")
        return stopped.code
    finally:
        display.stop()
    if settings.debug:
        for item in failed:
            traceback.print_exception(item.error)
    if len(failed) < tally.targets:
        output.keep()
    if output.is_terminal and not tally.rows and not failed:
        print_message(f"there are no {job.what}")
    return exit_code_for(*(item.error for item in failed))


async def _fetch(job: Job, settings: Settings, output: Output, writer: Writer, display: Display) -> list[FailedListing]:
    live = not isinstance(display, SilentDisplay)
    tally = display.tally
    clients = Clients(settings, job.providers, display.on_event, tally.add_page_count if live else None)
    async with clients:
        sources = job.sources(clients)
        tally.targets = len(sources)
        display.start()
        pipeline = _Pipeline(job, writer, display, output)
        failed = await fetch_all(sources, pipeline.give, display)
        display.stop()
        # What is left of an answer that nobody completed should not look complete.
        if len(failed) < len(sources):
            await pipeline.end()
    return failed


@dataclass(slots=True)
class _Pipeline:
    """Turns pages into rows, and holds them back where all are needed first."""

    job: Job
    writer: Writer
    display: Display
    output: Output
    held: dict[int, list[object]] = field(default_factory=dict)

    async def give(self, number: int, page: Sequence[object]) -> None:
        rows = [self.job.row(number, item) for item in page]
        if self.job.order is not None or self.job.in_turn or self.writer.buffers_rows:
            self.held.setdefault(number, []).extend(rows)
        elif rows:
            if self.output.is_terminal:
                self.display.stop()  # from now on the rows show how far it is
            await self.writer.rows(rows)

    async def end(self) -> None:
        rows = [row for _, found in sorted(self.held.items()) for row in found]
        if self.job.order is not None:
            rows = sort_rows(rows, self.job.order.path, reverse=self.job.reverse)[: self.job.limit]
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            await self.writer.rows(rows[start : start + _ROWS_AT_ONCE])
        await self.writer.end()
