"""``gitfleet report``: a page about a mirror."""

from __future__ import annotations

from contextlib import closing

import click

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
updated meanwhile. Needs `pip install gitfleet[report]`."""


@click.command("report", help=_HELP, short_help="Write a page with plots and tables about a mirror.")
@click.argument("mirror", metavar="FILE", type=click.Path())
@click.option(
    "-o", "--output", default="-", metavar="FILE", type=click.Path(allow_dash=True), help="The page. Default: stdout."
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("--debug", is_flag=True, help="Print the traceback of errors.")
def report(mirror: str, output: str, quiet: bool, debug: bool) -> int:  # noqa: ARG001  `main` reads --debug
    """Write a page about a mirror."""
    # Not at the top: the help needs no sqlite3.
    from gitfleet_mirror.report import report_page

    with closing(Output(output)) as target:
        if target.is_terminal:
            raise CommandError("a page is no text for a terminal: use -o report.html, or redirect stdout")
        page = report_page(mirror)
        try:
            signals.run_cancellable(target.write(page))
        except Interrupted as error:
            return error.code
        target.commit()
    if not quiet and not target.is_standard:
        print_message(f"wrote a report of {len(page.encode()) / 1e6:.1f} MB to {output}")
    return ExitCode.OK


COMMANDS = [report]
