"""The Click group ``gitfleet``, with all commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from gitfleet_api import __version__

from .commands import api, listings, lookups, misc
from .exit_codes import EXIT_CODES_HELP, ClosedPipe

__all__ = ["app"]

_HELP = """Read whole fleets from Git hosting providers.

\b
  gitfleet repos github:python gitlab:gnome --sort stars --limit 20
  gitfleet issues github:python/cpython --state open -o issues.csv
  gitfleet api github /repos/{owner}/{repo}/license -F owner=python -F repo=cpython

Rows are written to stdout as they arrive, or to a file (-o) that appears when it is complete. Progress and errors
are written to stderr. Tokens are read from GH_TOKEN, GITHUB_TOKEN and GITLAB_TOKEN, or from a file (--token-file).
Several tokens, separated by commas, are used as a pool."""


class _Group(click.Group):
    """Turns a closed stdout pipe into ClosedPipe (exit code 141); Click would exit with 1."""

    def make_context(self, *given: Any, **named: Any) -> click.Context:
        """Parse the arguments. Click prints --help here."""
        with _closed_pipe():
            return super().make_context(*given, **named)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        with _closed_pipe():
            return super().invoke(ctx)


@contextmanager
def _closed_pipe() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise ClosedPipe from None


@click.group(
    cls=_Group,
    help=_HELP,
    epilog=EXIT_CODES_HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="gitfleet %(version)s")
def app() -> None:
    """The group of all commands."""


for _command in (*listings.COMMANDS, *lookups.COMMANDS, *api.COMMANDS, *misc.COMMANDS):
    app.add_command(_command)
