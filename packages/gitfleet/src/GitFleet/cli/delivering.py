"""Listings on their way from the providers to the output."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gitfleet_api import ProviderType

from . import stopping
from .clients import Clients
from .collecting import Failed, Source, collect
from .exits import Exit, Interrupted, exit_of
from .output import Output
from .progress import Display, SilentDisplay, Tally, display_for, say
from .rows import Column, sort_rows
from .settings import Settings
from .writers import Writer

__all__ = ["Delivery", "deliver"]

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Delivery:
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
    sources: Callable[[Clients], Sequence[Source]]
    row: Callable[[int, object], object]
    order: Column | None = None
    reverse: bool = False
    limit: int | None = None
    in_turn: bool = False


def deliver(delivery: Delivery, settings: Settings, output: Output, writer: Writer) -> Exit:
    """Fetch all, and write it as it comes; errors of single listings are told, and what they mean comes back."""
    tally = Tally(delivery.what, limit=delivery.limit if delivery.order is None else None)
    display = display_for(tally, verbose=settings.verbose)
    try:
        failed = stopping.run(_fetch(delivery, settings, output, writer, display))
    except Interrupted as stopped:
        display.stop()  # or the line would begin behind what it shows
        fate = "" if output.is_standard else f"; {output.name} is as it was"
        say(f"stopped after {tally.summary()}{fate}")
        return stopped.code
    finally:
        display.stop()
    if settings.debug:
        for item in failed:
            traceback.print_exception(item.error)
    if len(failed) < tally.targets:
        output.keep()
    if output.is_terminal and not tally.rows and not failed:
        say(f"there are no {delivery.what}")
    return exit_of(*(item.error for item in failed))


async def _fetch(
    delivery: Delivery, settings: Settings, output: Output, writer: Writer, display: Display
) -> list[Failed]:
    live = not isinstance(display, SilentDisplay)
    tally = display.tally
    clients = Clients(settings, delivery.providers, display.heard, tally.pages_known if live else None)
    async with clients:
        sources = delivery.sources(clients)
        tally.targets = len(sources)
        display.start()
        way = _Way(delivery, writer, display, output)
        failed = await collect(sources, way.give, display)
        display.stop()
        # What is left of an answer that nobody completed should not look complete.
        if len(failed) < len(sources):
            await way.end()
    return failed


@dataclass(slots=True)
class _Way:
    """Turns pages into rows, and holds them back where all are needed first."""

    delivery: Delivery
    writer: Writer
    display: Display
    output: Output
    held: dict[int, list[object]] = field(default_factory=dict)

    async def give(self, number: int, page: Sequence[object]) -> None:
        rows = [self.delivery.row(number, item) for item in page]
        if self.delivery.order is not None or self.delivery.in_turn or self.writer.collects:
            self.held.setdefault(number, []).extend(rows)
        elif rows:
            if self.output.is_terminal:
                self.display.stop()  # from now on the rows show how far it is
            await self.writer.rows(rows)

    async def end(self) -> None:
        rows = [row for _, found in sorted(self.held.items()) for row in found]
        if self.delivery.order is not None:
            rows = sort_rows(rows, self.delivery.order.path, reverse=self.delivery.reverse)[: self.delivery.limit]
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            await self.writer.rows(rows[start : start + _ROWS_AT_ONCE])
        await self.writer.end()
