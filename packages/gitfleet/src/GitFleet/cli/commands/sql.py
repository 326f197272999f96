"""``gitfleet sql``: the rows of a query of a mirror."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import closing

import click

from gitfleet_fleet.files.thread import FileThread
from gitfleet_mirror.file import check_output
from gitfleet_mirror.query import Query

from .. import signals
from ..exit_codes import CommandError, ExitCode, Interrupted
from ..output.base import Writer
from ..output.formats import choose_format
from ..output.rows import OutputField
from ..output.target import Output
from ..output.writers import create_writer
from ..settings import OutputSettings, output_options
from ..stderr import print_message
from ..text_files import read_text

__all__ = ["COMMANDS"]

_PORTION = 1000
# Not a docstring: the linter requires a raw docstring for \b, and Click does not recognize \b in raw text.
_HELP = """Query a mirror with SQL. FILE is only read, also while `gitfleet mirror` updates it.

\b
  gitfleet sql fleet.sqlite "select repository, age_days, title from open_pull_requests order by age_days desc limit 10"
  gitfleet sql fleet.sqlite "select kind, title from search where search match 'deadlock'" --format csv
  gitfleet sql fleet.sqlite - < query.sql

\b
Tables: account, repository, repository_name, branch, tag, commit, contributor, release, issue, pull_request, topic,
language, member and those of other kinds. Views: commits, open_issues, open_pull_requests, stale_branches,
branches_without_date, bus_factor, activity_by_month, problems. Full-text search: search.

In tables, rows that the provider has no more have a deleted_at; views leave them out. QUERY is one statement; - is
stdin. Ctrl-C stops a query that takes long."""


@click.command("sql", help=_HELP, short_help="Query a mirror with SQL.")
@click.argument("file", metavar="FILE", type=click.Path())
@click.argument("query", metavar="QUERY")
@output_options
def sql(settings: OutputSettings, file: str, query: str) -> int:
    """Query a mirror with SQL."""
    text = _read_query() if query == "-" else query
    if settings.output != "-":
        check_output(file, settings.output)
    with closing(Output(settings.output, append=settings.append)) as output:
        form = choose_format(settings.format, settings.output, is_terminal=output.is_terminal)

        def create(names: Sequence[str]) -> Writer:
            columns = [OutputField(name, (name,)) for name in names]
            return create_writer(form, output, columns, all_fields=False, exact=settings.csv_exact)

        try:
            notes = signals.run_cancellable(_write(Query(file, text), create))
        except Interrupted as error:
            print_message("stopped" if output.is_standard else f"stopped; {output.name} is unchanged")
            return error.code
        output.commit()
        if output.is_terminal and not settings.quiet:
            for note in notes:
                print_message(note)
    return ExitCode.OK


async def _write(query: Query, create: Callable[[Sequence[str]], Writer]) -> list[str]:
    """Write all rows and return the notes for the user. A thread reads them, so that a signal can stop the query."""
    thread = FileThread()
    count = 0
    try:
        names = await thread.call(query.run)
        writer = create(names)
        while portion := await thread.call(query.fetch, _PORTION):
            await writer.write_rows([_as_row(names, cells) for cells in portion])
            count += len(portion)
        await writer.end()
    except asyncio.CancelledError:
        query.interrupt()
        raise
    finally:
        await thread.finish(query.close)
    return writer.notes if count else ["no rows found"]


def _as_row(names: Sequence[str], cells: Sequence[object]) -> dict[str, object]:
    return dict(zip(names, map(_value, cells), strict=True))


def _value(cell: object) -> object:
    """Return a value that all formats have."""
    if isinstance(cell, bytes):
        return cell.hex()
    if isinstance(cell, float) and not math.isfinite(cell):
        return str(cell)
    return cell


def _read_query() -> str:
    try:
        return read_text("-")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8 or UTF-16"
        raise CommandError(f"cannot read the query in stdin: {reason}") from None


COMMANDS = [sql]
