"""The options that all commands share."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import click

from gitfleet_api import ProviderType

from .exit_codes import CommandError
from .output.writers import FORMATS, Format
from .targets import parse_provider_name

__all__ = ["Settings", "base_urls", "connection_options", "output_options"]

Engine = Literal["native", "python"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the shared options say."""

    format: Format | None
    output: str
    fields: str | None
    csv_exact: bool
    engine: Engine | None
    base_url: tuple[str, ...]
    token_file: str | None
    allow_http: bool
    max_wait: float
    verbose: bool
    debug: bool


_CONNECTION = (
    click.option("--engine", type=click.Choice(["native", "python"]), help="Insist on an engine."),
    click.option(
        "--base-url",
        multiple=True,
        metavar="[PROVIDER=]URL",
        help="Root of the API of a server of your own; repeatable with several providers.",
    ),
    click.option(
        "--token-file",
        metavar="FILE",
        type=click.Path(allow_dash=True),
        help="Tokens, one a line, TOKEN or PROVIDER=TOKEN. Without it: GH_TOKEN, GITHUB_TOKEN, GITLAB_TOKEN.",
    ),
    click.option(
        "--allow-http", is_flag=True, help="Send tokens over plain http too: only where the network is trusted."
    ),
    click.option(
        "--max-wait",
        type=click.FloatRange(min=0),
        default=120.0,
        show_default=True,
        metavar="SECONDS",
        help="Give up when a rate limit asks for a longer wait.",
    ),
    click.option("-v", "--verbose", is_flag=True, help="Say more on stderr: retries, waits, how far it is."),
    click.option("--debug", is_flag=True, help="Show where in the program an error came from."),
)
_OUTPUT = (
    click.option(
        "--format",
        type=click.Choice(FORMATS),
        help="Default: by the ending of -o FILE, or a table on a terminal and jsonl elsewhere.",
    ),
    click.option(
        "-o", "--output", default="-", metavar="FILE", type=click.Path(allow_dash=True), help="Default: stdout."
    ),
    click.option("--fields", metavar="NAMES", help="Which fields, in which order: name,owner.login,stars"),
    click.option(
        "--csv-exact", is_flag=True, help="Leave cells that a spreadsheet would take for formulas as they are."
    ),
)


def output_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add what says where to fetch from, and where and how to write; the command gets it as :class:`Settings`."""
    return _with((*_OUTPUT, *_CONNECTION), command)


def connection_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add only what says where to fetch from."""
    return _with(_CONNECTION, command)


def _with(
    options: Sequence[Callable[[Callable[..., int]], Callable[..., int]]], command: Callable[..., int]
) -> Callable[..., int]:
    @functools.wraps(command)
    def gathered(**given: Any) -> int:
        settings = Settings(
            format=given.pop("format", None),
            output=given.pop("output", "-"),
            fields=given.pop("fields", None),
            csv_exact=given.pop("csv_exact", False),
            engine=cast("Engine | None", given.pop("engine")),
            base_url=given.pop("base_url"),
            token_file=given.pop("token_file"),
            allow_http=given.pop("allow_http"),
            max_wait=given.pop("max_wait"),
            verbose=given.pop("verbose"),
            debug=given.pop("debug"),
        )
        return command(settings, **given)

    decorated: Callable[..., int] = gathered
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def base_urls(given: Sequence[str], providers: Sequence[ProviderType]) -> dict[ProviderType, str | None]:
    """The root of each provider's API: from --base-url, or GITFLEET_GITHUB_URL and the like; None for the public one.

    Raises:
        CommandError: it is not said whose it is, or it is nobody's who is asked.
    """
    found: dict[ProviderType, str | None] = {
        provider: os.environ.get(f"GITFLEET_{provider.upper()}_URL") or None for provider in providers
    }
    for text in given:
        name, equals, url = text.partition("=")
        if equals and "/" not in name:
            provider = parse_provider_name(name)
        elif len(providers) == 1:
            provider, url = providers[0], text
        else:
            raise CommandError(f"--base-url {text}: say whose it is, as in --base-url github={text}")
        if provider not in found:
            raise CommandError(f"--base-url {text}: nothing is asked of {provider}")
        found[provider] = url
    return found
