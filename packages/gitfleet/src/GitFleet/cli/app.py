"""The command ``gitfleet`` and its parts."""

from __future__ import annotations

import click

from gitfleet_api import __version__

from . import api, listings, other, single
from .exits import EXPLAINED

__all__ = ["app"]

_HELP = """Read whole fleets from Git hosting providers.

\b
  gitfleet repos github:python gitlab:gnome --sort stars --limit 20
  gitfleet issues github:python/cpython --state open -o issues.csv
  gitfleet api github /repos/{owner}/{repo}/license -F owner=python -F repo=cpython

Rows go to stdout as they arrive, or to a file (-o) that is there when it is complete; progress and errors go to
stderr. Tokens are taken from GH_TOKEN, GITHUB_TOKEN and GITLAB_TOKEN, or a file (--token-file); several, with commas
between them, work as one."""


@click.group(
    help=_HELP,
    epilog=EXPLAINED,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="gitfleet %(version)s")
def app() -> None:
    """The group of all commands."""


for _command in (*listings.COMMANDS, *single.COMMANDS, *api.COMMANDS, *other.COMMANDS):
    app.add_command(_command)
