"""The Click group ``gitfleet``, with all commands.

The module of a command is imported when the command is used: ``gitfleet --help`` needs only the table below.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from .._version import VERSION
from .exit_codes import EXIT_CODES_HELP, ClosedPipe
from .pipes import is_closed_pipe
from .suggestions import did_you_mean

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["COMMANDS", "CommandEntry", "app"]

_PACKAGE = __name__.rpartition(".")[0]
_HELP = """Read whole fleets from Git hosting providers.

\b
  gitfleet repos github:python gitlab:gnome --sort stars --limit 20
  gitfleet issues github:python/cpython --state open -o issues.csv
  gitfleet api github /repos/{owner}/{repo}/license -F owner=python -F repo=cpython

Rows are written to stdout as they arrive, or to a file (-o) that appears when it is complete. Progress and errors
are written to stderr. Tokens are read from GH_TOKEN, GITHUB_TOKEN and GITLAB_TOKEN, from a file (--token-file), or from
where you have them (gitfleet auth status). Several tokens, separated by commas, are used as a pool."""


class CommandEntry(NamedTuple):
    """A command before its module is imported.

    Attributes:
        module: the module in ``commands``. Its ``COMMANDS`` contain the command.
        help: the short help text, equal to the one of the command.
        aliases: other names of the command.
    """

    module: str
    help: str
    aliases: tuple[str, ...] = ()


COMMANDS: Mapping[str, CommandEntry] = {
    "repos": CommandEntry("listings", "List the repositories of users, organizations and groups."),
    "members": CommandEntry("listings", "List the members of organizations and groups."),
    "details": CommandEntry("listings", "Show repositories with the fields that lists lack, such as the license."),
    "branches": CommandEntry("listings", "List the branches of repositories."),
    "tags": CommandEntry("listings", "List the tags of repositories."),
    "contributors": CommandEntry("listings", "List the contributors of repositories."),
    "languages": CommandEntry("listings", "List the languages of repositories: bytes on GitHub, percent on GitLab."),
    "commits": CommandEntry("listings", "List the commits of repositories, newest first."),
    "issues": CommandEntry("listings", "List the issues of repositories, without pull requests."),
    "pulls": CommandEntry("listings", "List the pull requests (merge requests) of repositories.", ("prs", "mrs")),
    "releases": CommandEntry("listings", "List the releases of repositories, newest first."),
    "search": CommandEntry("search", "Search repositories, issues or code."),
    "plan": CommandEntry("plan", "Estimate the calls and the time that a fleet needs."),
    "audit": CommandEntry("audit", "Find what needs attention: old branches, unprotected branches, no license, ..."),
    "mirror": CommandEntry("mirror", "Copy a fleet into one SQLite file, or update the copy."),
    "sql": CommandEntry("sql", "Query a mirror with SQL."),
    "export": CommandEntry("export", "Write the tables of a mirror to Parquet files."),
    "report": CommandEntry("report", "Write a page with plots and tables about a mirror."),
    "user": CommandEntry("lookups", "Show an account; without LOGIN, the account of the token."),
    "rate-limit": CommandEntry("lookups", "Show the calls left of each token."),
    "api": CommandEntry("api", "Send a request to any endpoint."),
    "graphql": CommandEntry("api", "Send a GraphQL query."),
    "proxy": CommandEntry("proxy", "Serve the tokens and the cache to other programs, such as gh."),
    "auth": CommandEntry("auth", "Sign in, and show which credentials are used."),
    "doctor": CommandEntry("misc", "Check the installation, tokens and connections."),
    "demo": CommandEntry("misc", "List a generated fleet with each engine; kill and continue a job."),
    "completion": CommandEntry("shell", "Print the completion script of a shell."),
    "help": CommandEntry("shell", "Show the help of a command."),
}
"""All commands, in the order of the help."""

_ALIASES = {alias: name for name, entry in COMMANDS.items() for alias in entry.aliases}


class _Group(click.Group):
    """A group whose commands are imported when they are used.

    It turns a closed stdout pipe into ClosedPipe (exit code 141); Click would exit with 1.
    """

    def make_context(self, *given: Any, **named: Any) -> click.Context:
        """Parse the arguments. Click prints --help here."""
        with _closed_pipe():
            return super().make_context(*given, **named)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        with _closed_pipe():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, without aliases."""
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command by its name or an alias."""
        name = _ALIASES.get(cmd_name, cmd_name)
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"{_PACKAGE}.commands.{COMMANDS[name].module}")
        found: click.Command = next(command for command in module.COMMANDS if command.name == name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name; an unknown name gets suggestions."""
        name = args[0]
        if not ctx.resilient_parsing and name[:1].isalnum() and name not in COMMANDS and name not in _ALIASES:
            ctx.fail(f"no such command {name!r}{did_you_mean(name, (*COMMANDS, *_ALIASES))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        rows = [(", ".join((name, *entry.aliases)), entry.help) for name, entry in COMMANDS.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command without importing commands, or an option of the group."""
        from click.shell_completion import CompletionItem

        names = [(name, entry.help) for name, entry in COMMANDS.items()]
        names += [(alias, COMMANDS[name].help) for alias, name in _ALIASES.items()]
        items = [CompletionItem(name, help=text) for name, text in names if name.startswith(incomplete)]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]


@contextmanager
def _closed_pipe() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if not is_closed_pipe(error):
            raise
        raise ClosedPipe from None


@click.group(
    cls=_Group,
    help=_HELP,
    epilog=EXIT_CODES_HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(VERSION, message="gitfleet %(version)s")
def app() -> None:
    """The group of all commands."""
