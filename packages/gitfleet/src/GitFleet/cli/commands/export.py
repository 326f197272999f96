"""``gitfleet export``: the tables of a mirror as Parquet files."""

from __future__ import annotations

import textwrap
import threading
from pathlib import Path

import click

from gitfleet_fleet.files.thread import FileThread
from gitfleet_mirror.export import EXPORTED, Exported
from gitfleet_mirror.export import export as export_tables

from .. import signals
from ..exit_codes import CommandError, ExitCode, Interrupted, OutputError
from ..plurals import counted
from ..stderr import print_message

__all__ = ["COMMANDS"]

# Not a docstring: the linter requires a raw docstring for \b, and Click does not recognize \b in raw text.
_HELP = """Write the tables of a mirror to Parquet files, one per table.

\b
  gitfleet export fleet.sqlite -o tables
  gitfleet export fleet.sqlite -o tables --only issue,pull_request
  duckdb -c "select state, count(*) from 'tables/issue.parquet' group by state"

The files have the state of one moment. They appear together when all are complete; existing ones are replaced. Rows
that the provider has no more are included; they have a deleted_at. Needs PyArrow: pip install 'gitfleet[arrow]'.

\b
Tables: """ + textwrap.fill(", ".join(EXPORTED), 100)  # noqa: S608  an example


@click.command("export", help=_HELP, short_help="Write the tables of a mirror to Parquet files.")
@click.argument("file", metavar="FILE", type=click.Path())
@click.option(
    "-o", "--output", "folder", required=True, metavar="DIR", type=click.Path(), help="Folder; created if missing."
)
@click.option("--only", metavar="NAMES", help="Only these tables, such as issue,pull_request.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("--debug", is_flag=True, expose_value=False, help="Print the traceback of errors.")
def export(file: str, folder: str, only: str | None, quiet: bool) -> int:
    """Write the tables of a mirror to Parquet files."""
    tables = None if only is None else [name.strip() for name in only.split(",") if name.strip()]
    if tables == []:
        raise CommandError("--only is empty: name some tables, such as --only issue,pull_request")
    try:
        found = signals.run_cancellable(_export(file, folder, tables))
    except Interrupted as error:
        print_message(f"stopped; {folder} is unchanged")
        return error.code
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error.strerror or error}") from error
    if not quiet:
        rows = sum(item.rows for item in found)
        print_message(f"{counted(rows, 'rows')} of {counted(len(found), 'tables')} written to {Path(folder)}")
    return ExitCode.OK


async def _export(file: str, folder: str, tables: list[str] | None) -> list[Exported]:
    """Write the files in a thread, so that a signal can stop it."""
    stopped = threading.Event()
    thread = FileThread()
    try:
        return await thread.call(export_tables, file, folder, tables, lambda: not stopped.is_set())
    finally:
        stopped.set()
        await thread.finish(lambda: None)


COMMANDS = [export]
