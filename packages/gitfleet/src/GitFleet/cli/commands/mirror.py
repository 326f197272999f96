"""``gitfleet mirror``: a fleet in one SQLite file."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from gitfleet_api import ConfigurationError, GitFleetError
from gitfleet_fleet import FleetEvent, TargetListed, UnitDone

from .. import signals
from ..clients import Clients
from ..exit_codes import CommandError, ExitCode, Interrupted, exit_code_for
from ..ledger_job import problem_line
from ..progress.choose import choose_display
from ..progress.displays import Display
from ..progress.tally import Tally
from ..selection import Selection, selection_options
from ..settings import Settings, shared_options
from ..stderr import print_message
from ..times import DURATION, TIME

if TYPE_CHECKING:
    from gitfleet_mirror import UpdateSummary

__all__ = ["COMMANDS"]

# Not a docstring: the linter requires a raw docstring for \b, and Click does not recognize \b in raw text.
_HELP = """Copy a fleet into one SQLite file, or update the copy.

\b
  gitfleet mirror github:python gitlab:gnome --db fleet.sqlite
  gitfleet mirror --from owners.txt --db fleet.sqlite --only branches,issues,pulls --since 1y
  gitfleet mirror github:python --db fleet.sqlite --every 6h

Data that has not changed costs no call on GitHub. The command can be stopped at any time; it continues when it is
started again. What does not exist any more is marked in the column deleted_at. Query the file with `gitfleet sql`,
look at it with `gitfleet report`. The exit code is 7 if something could not be read. Without targets, those of the last
update are read.
Needs `pip install gitfleet[mirror]`."""


def _last_targets(options: Mapping[str, Any]) -> tuple[str, ...]:
    from gitfleet_mirror.mirror import last_targets  # not at the top: the help needs no sqlite3

    return last_targets(options["db"])


@click.command("mirror", help=_HELP, short_help="Copy a fleet into one SQLite file, or update the copy.")
@functools.partial(selection_options, default=_last_targets)
@click.option("--db", required=True, metavar="FILE", type=click.Path(), help="The SQLite file.")
@click.option(
    "--only",
    metavar="NAMES",
    help="What is read, such as branches,commits,issues,pulls,releases,members. Default: details, branches, tags, "
    "commits, contributors, releases, issues, pulls, languages.",
)
@click.option(
    "--since", type=TIME, metavar="TIME", help="Only commits, issues and pull requests changed since, such as 1y."
)
@click.option("--every", type=DURATION, metavar="TIME", help="Update again after this time, such as 6h, until stopped.")
@click.option("--complete", is_flag=True, help="Read long lists completely, which also finds deleted issues.")
@click.option(
    "--allow-deletions",
    is_flag=True,
    help="Mark more than 20 % of the rows of an owner as deleted, if they are missing.",
)
@shared_options
def mirror(
    settings: Settings,
    selection: Selection,
    db: str,
    only: str | None,
    since: datetime | None,
    every: timedelta | None,
    complete: bool,
    allow_deletions: bool,
) -> int:
    """Copy a fleet into one SQLite file, or update the copy."""
    if settings.output != "-" or settings.fields is not None or settings.format is not None or settings.append:
        raise CommandError("a mirror keeps whole rows: it excludes -o, --format, --fields and --append")
    if settings.cache is not None or settings.errors is not None:
        raise CommandError("a mirror keeps responses and errors itself: it excludes --cache and --errors")
    options: dict[str, Any] = {"since": since, "complete": complete or None, "allow_deletions": allow_deletions}
    if only is not None:
        options["kinds"] = tuple(name.strip() for name in only.split(",") if name.strip())
        if not options["kinds"]:
            raise CommandError("--only is empty: name some kinds, such as --only branches,issues")
    while True:
        begun = time.monotonic()
        try:
            code = _update(selection, settings, db, options, is_repeated=every is not None)
            if every is None:
                return code
            signals.run_cancellable(asyncio.sleep(max(0.0, begun + every.total_seconds() - time.monotonic())))
        except Interrupted as error:
            return error.code


def _update(
    selection: Selection, settings: Settings, db: str, options: Mapping[str, Any], *, is_repeated: bool
) -> ExitCode:
    """Update once and print what was done.

    Raises:
        Interrupted: A signal stopped it.
    """
    tally = Tally("rows")
    display = choose_display(tally, verbose=settings.verbose, quiet=settings.quiet)
    try:
        summary = signals.run_cancellable(_run(selection, settings, display, db, options))
    except Interrupted:
        display.stop()
        print_message(f"stopped after {tally.summary()}; the same command continues {db}")
        raise
    except ConfigurationError:  # the next update would fail, too
        raise
    except GitFleetError as error:
        if not is_repeated:
            raise
        display.stop()
        print_message(str(error))
        return exit_code_for(error)
    finally:
        display.stop()
    for problem in summary.problems:
        print_message(problem_line(problem))
    if not settings.quiet:
        print_message(str(summary))
    return ExitCode.OK if summary.is_complete else ExitCode.INCOMPLETE


async def _run(
    selection: Selection, settings: Settings, display: Display, db: str, options: Mapping[str, Any]
) -> UpdateSummary:
    from gitfleet_mirror import Mirror  # not at the top: the help needs no sqlite3

    tally = display.tally
    tally.begin_fleet()

    def on_event(event: FleetEvent) -> None:
        if isinstance(event, TargetListed):
            tally.add_listed(event.repositories, is_growing=event.total is None)
        elif isinstance(event, UnitDone):
            tally.add_done()
            tally.targets = max(tally.done, event.total or 0)  # kinds of repositories
            tally.rows += event.rows
        display.on_page()

    async with Clients(settings, selection.providers, display.on_event) as clients:
        chosen = [clients[provider] for provider in selection.providers]
        display.start()
        found = Mirror(db)
        return await found.update(*selection.texts, clients=chosen, on_event=on_event, **options, **selection.filters)


COMMANDS = [mirror]
