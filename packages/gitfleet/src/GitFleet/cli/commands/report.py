"""``gitfleet report``: a page about a mirror."""

from __future__ import annotations

import asyncio
from contextlib import closing

import click

from gitfleet_mirror.file import check_output
from gitfleet_mirror.report import report_page

from .. import signals
from ..exit_codes import CommandError, ExitCode, Interrupted
from ..output.target import Output
from ..stderr import print_message

__all__ = ["COMMANDS"]

# Not a docstring: the linter requires a raw docstring for \b, and Click does not recognize \b in raw text.
_HELP = """Write a page about a mirror: one HTML file with plots and tables, which loads nothing.

\b
  gitfleet report fleet.sqlite -o report.html

It shows the size and growth of the fleet, activity by month, languages and licenses, open pull requests, stale
branches, contributors, all repositories, and what could not be read and why. It sends no request. The mirror can be
updated meanwhile. Needs `pip install 'gitfleet[report]'`."""


@click.command("report", help=_HELP, short_help="Write a page with plots and tables about a mirror.")
@click.argument("mirror", metavar="FILE", type=click.Path())
@click.option(
    "-o", "--output", default="-", metavar="FILE", type=click.Path(allow_dash=True), help="The page. Default: stdout."
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("--debug", is_flag=True, expose_value=False, help="Print the traceback of errors.")
def report(mirror: str, output: str, quiet: bool) -> int:
    """Write a page about a mirror."""
    if output != "-":
        check_output(mirror, output)
    with closing(Output(output)) as target:
        if target.is_terminal:
            raise CommandError("a page is no text for a terminal: use -o report.html, or redirect stdout")
        try:
            size = signals.run_cancellable(_report(mirror, target))
        except Interrupted as error:
            return error.code
        target.commit()
    if not quiet and not target.is_standard:
        print_message(f"wrote a report of {size / 1e6:.1f} MB to {output}")
    return ExitCode.OK


async def _report(mirror: str, target: Output) -> int:
    """Write the page, and return its size in bytes. It is built in a thread, so that a signal stops the command."""
    page = await asyncio.to_thread(report_page, mirror)
    await target.write(page)
    return len(page.encode())


COMMANDS = [report]
