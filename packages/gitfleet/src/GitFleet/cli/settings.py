"""The options that all commands share."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any, Literal

import click

from gitfleet_api import ProviderType

from .completion import complete_fields
from .exit_codes import CommandError
from .hosts import url_from_environment
from .output.formats import FORMATS, Format
from .targets import parse_provider_name

__all__ = ["OutputSettings", "Settings", "base_urls", "connection_options", "output_options", "shared_options"]

Engine = Literal["native", "python"]


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """The values of the shared options. The attributes have the names of the options."""

    format: Format | None
    output: str
    fields: str | None
    csv_exact: bool
    engine: Engine | None
    base_url: tuple[str, ...]
    token_file: str | None
    without: tuple[str, ...]
    app_id: str | None
    app_key: str | None
    allow_http: bool
    max_wait: float
    on_incomplete: str
    cache: str | None
    budgets: str | None
    timeout: float | None
    concurrency: int
    append: bool
    errors: str | None
    quiet: bool
    verbose: bool
    debug: bool

    def __post_init__(self) -> None:
        """Check combinations of options.

        Raises:
            CommandError: two options exclude each other.
        """
        if self.quiet and self.verbose:
            raise CommandError("--quiet and --verbose exclude each other")
        if self.errors is not None and self.errors == self.output:
            raise CommandError("-o and --errors name the same file")


@dataclasses.dataclass(frozen=True, slots=True)
class OutputSettings:
    """The values of the options of commands that send nothing. The attributes have the names of the options."""

    format: Format | None
    output: str
    append: bool
    csv_exact: bool
    quiet: bool
    debug: bool


_QUIET = click.option("-q", "--quiet", is_flag=True, help="Print errors only: no progress, waits and notes.")
_DEBUG = click.option("--debug", is_flag=True, help="Print the traceback of errors.")
_CSV_EXACT = click.option(
    "--csv-exact", is_flag=True, help="Do not escape cells that a spreadsheet would evaluate as formulas."
)
_FILE = (
    click.option(
        "--format",
        type=click.Choice(FORMATS),
        help="Default: by the ending of -o FILE; otherwise table on a terminal, jsonl elsewhere.",
    ),
    click.option(
        "-o", "--output", default="-", metavar="FILE", type=click.Path(allow_dash=True), help="Default: stdout."
    ),
    click.option("--append", is_flag=True, help="Append rows to the file of -o, which must have the same fields."),
)
_ON_INCOMPLETE = click.option(
    "--on-incomplete",
    type=click.Choice(["fail", "warn", "ignore"]),
    default="fail",
    show_default=True,
    help="What to do if rows are missing at the end: exit with code 7, only print a line, or nothing.",
)
_CONNECTION = (
    click.option("--engine", type=click.Choice(["native", "python"]), help="Require this engine."),
    click.option(
        "--base-url",
        multiple=True,
        metavar="[PROVIDER=]URL",
        help="API root of a self-hosted server. Repeat the option for several providers.",
    ),
    click.option(
        "--token-file",
        metavar="FILE",
        type=click.Path(allow_dash=True),
        help="File with one TOKEN or PROVIDER=TOKEN per line. Default: credentials that you already have.",
    ),
    click.option(
        "--without",
        multiple=True,
        metavar="SOURCE",
        help="Do not search tokens there: environment, gitfleet, gh, glab, git, netrc or all. "
        "Repeat the option, or set GITFLEET_WITHOUT.",
    ),
    click.option("--app-id", metavar="ID", help="Use a GitHub App: its id or client id. Or set GITFLEET_APP_ID."),
    click.option(
        "--app-key",
        metavar="FILE",
        type=click.Path(),
        help="File with the private key of the app. Or set GITFLEET_APP_KEY_FILE.",
    ),
    click.option(
        "--allow-http", is_flag=True, help="Also send tokens over plain http. Use it in trusted networks only."
    ),
    click.option(
        "--max-wait",
        type=click.FloatRange(min=0),
        default=120.0,
        show_default=True,
        metavar="SECONDS",
        help="Fail if a rate limit requires a longer wait.",
    ),
    _ON_INCOMPLETE,
    click.option(
        "--cache",
        metavar="FILE|URL",
        type=click.Path(),
        help="Store responses in this file, in responses.sqlite in this folder, or in Redis (redis://HOST). "
        "Data that has not changed costs no call on GitHub.",
    ),
    click.option(
        "--budgets",
        envvar="GITFLEET_BUDGETS",
        show_envvar=True,
        metavar="FILE|URL|none",
        help="Share rate limits with other processes through this file or Redis. "
        "Default: a file of yours if a ledger or several processes are used, else none.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        help="Limit for connecting, for silence and for a whole call. Default: 10, 30 and 300.",
    ),
    click.option(
        "--concurrency",
        type=click.IntRange(min=1),
        default=16,
        show_default=True,
        metavar="N",
        help="At most N requests at the same time to each provider.",
    ),
    _QUIET,
    click.option("-v", "--verbose", is_flag=True, help="Print all retries, waits and progress to stderr."),
    _DEBUG,
)
_OUTPUT = (
    *_FILE,
    click.option(
        "--errors",
        metavar="FILE",
        type=click.Path(),
        help="Write a JSON line for each target that failed: target, kind, status, code, message.",
    ),
    click.option(
        "--fields",
        metavar="NAMES",
        shell_complete=complete_fields,
        help="Fields in this order, such as name,owner.login,stars.",
    ),
    _CSV_EXACT,
)


_WITHOUT_OUTPUT: dict[str, Any] = {
    **dict.fromkeys(("format", "fields", "errors")),
    "output": "-",
    "append": False,
    "csv_exact": False,
    "on_incomplete": "fail",
}


def shared_options(command: Callable[..., int]) -> Callable[..., int]:
    """Decorator: add the output and connection options. The command receives them as :class:`Settings`."""
    return _with_options(command, Settings, (*_OUTPUT, *_CONNECTION))


def connection_options(command: Callable[..., int]) -> Callable[..., int]:
    """Decorator: add the connection options alone, for commands that write no rows and list nothing.

    The command receives :class:`Settings`, with the output options unset.
    """

    def settings(**given: Any) -> Settings:
        return Settings(**_WITHOUT_OUTPUT, **given)

    names = [option.name for option in dataclasses.fields(Settings) if option.name not in _WITHOUT_OUTPUT]
    return _decorated(command, settings, names, [option for option in _CONNECTION if option is not _ON_INCOMPLETE])


def output_options(command: Callable[..., int]) -> Callable[..., int]:
    """Decorator: add the options of the output. The command receives them as :class:`OutputSettings`."""
    return _with_options(command, OutputSettings, (*_FILE, _CSV_EXACT, _QUIET, _DEBUG))


def _with_options(
    command: Callable[..., int], settings: Callable[..., object], options: Sequence[Callable[..., Any]]
) -> Callable[..., int]:
    names = [option.name for option in dataclasses.fields(settings)]  # type: ignore[arg-type]
    return _decorated(command, settings, names, options)


def _decorated(
    command: Callable[..., int],
    settings: Callable[..., object],
    names: Sequence[str],
    options: Sequence[Callable[..., Any]],
) -> Callable[..., int]:
    @functools.wraps(command)
    def gathered(**given: Any) -> int:
        return command(settings(**{name: given.pop(name) for name in names}), **given)

    decorated: Callable[..., int] = gathered
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def base_urls(given: Sequence[str], providers: Sequence[ProviderType]) -> dict[ProviderType, str | None]:
    """Return the API root of each provider; None for the public server.

    The root is taken from --base-url, or else from the environment: see :func:`.hosts.url_from_environment`.

    Args:
        given: the values of --base-url.
        providers: the providers that the command uses.

    Raises:
        CommandError: a URL does not name its provider, or names a provider that the command does not use.
    """
    found: dict[ProviderType, str | None] = {provider: url_from_environment(provider) for provider in providers}
    for text in given:
        name, equals, url = text.partition("=")
        if equals and "/" not in name:
            provider = parse_provider_name(name)
        elif len(providers) == 1:
            provider, url = providers[0], text
        else:
            raise CommandError(f"--base-url {text}: name the provider, as in --base-url github={text}")
        if provider not in found:
            raise CommandError(f"--base-url {text}: the command does not use {provider}")
        found[provider] = url
    return found
