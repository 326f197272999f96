"""``gitfleet user`` and ``gitfleet rate-limit``: commands that fetch single objects."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import closing
from functools import partial

import click

from gitfleet_api import ProviderType, RateLimitInfo, UserInfo
from gitfleet_api.auth import TokenSource
from gitfleet_api.ratelimit.tokens import TokenInfo

from ..clients import Clients
from ..completion import FieldsCommand, complete_budget, complete_provider
from ..credentials import find_tokens, sources_to_omit
from ..exit_codes import CommandError
from ..fetching import NamedListing
from ..output.base import Writer
from ..output.formats import WHOLE_ROWS, choose_format
from ..output.rows import Row, as_row, model_fields, parse_fields
from ..output.target import Output
from ..output.writers import ValueWriter, create_writer
from ..pipeline import Job, run_job
from ..settings import Settings, shared_options
from ..targets import parse_provider_name

__all__ = ["COMMANDS"]

_SHORT = {"created": "created_at", "url": "html_url", "provider": "provider_type"}
_TOKEN = "token"  # noqa: S105  the name of a field
_USER_FIELDS = (*_SHORT, *(field.name for field in model_fields(UserInfo)))
_LIMIT_FIELDS = tuple(field.name for field in model_fields(RateLimitInfo, (_TOKEN,)))


async def _single_page(fetch: Callable[[], Awaitable[object]]) -> AsyncGenerator[Sequence[object], None]:
    """Fetch a single object, as a listing of one page."""
    yield [await fetch()]


@click.command(
    "user",
    cls=FieldsCommand,
    field_names=_USER_FIELDS,
    short_help="Show an account; without LOGIN, the account of the token.",
)
@click.argument("provider", default="github", metavar="[PROVIDER]", shell_complete=complete_provider)
@click.argument("login", required=False)
@shared_options
def user(settings: Settings, provider: str, login: str | None) -> int:
    """Show the account LOGIN, or without LOGIN the account of the token.

    For example: gitfleet user github octocat
    """
    name, colon, rest = provider.partition(":")
    if colon and login is not None:
        raise CommandError(f"{provider!r} and {login!r} are two accounts: name only one")
    chosen = parse_provider_name(name)
    wanted = rest or login

    def listings(clients: Clients) -> list[NamedListing]:
        client = clients[chosen]
        label = f"{chosen}:{wanted}" if wanted else chosen
        fetch = partial(client.fetch_user, wanted) if wanted else client.fetch_user_info
        return [NamedListing(label, _single_page(fetch))]

    shown = "login,name,type,company,location,public_repos,followers,created"
    with closing(Output(settings.output, append=settings.append)) as output:
        form = choose_format(settings.format, settings.output, is_terminal=output.is_terminal)
        columns = parse_fields(settings.fields or shown, UserInfo, _SHORT)
        if form in WHOLE_ROWS and settings.fields is None:
            columns = model_fields(UserInfo)
        whole = settings.fields is None
        if form == "json":
            writer: Writer = ValueWriter(output, None if whole else columns)
        else:
            writer = create_writer(form, output, columns, all_fields=whole, exact=settings.csv_exact)
        return run_job(
            Job("accounts", [chosen], listings, lambda _, item: as_row(item), kind="user", targets="accounts"),
            settings,
            output,
            writer,
        )


@click.command(
    "rate-limit", cls=FieldsCommand, field_names=_LIMIT_FIELDS, short_help="Show the calls left of each token."
)
@click.argument("provider", required=False, shell_complete=complete_provider)
@click.option(
    "--resource",
    default="core",
    show_default=True,
    shell_complete=complete_budget,
    help="Name of the budget: core, search, graphql, ...",
)
@shared_options
def rate_limit(settings: Settings, provider: str | None, resource: str) -> int:
    """Show the calls left: one row per token of PROVIDER, or of all providers with tokens."""
    providers = list(ProviderType) if provider is None else [parse_provider_name(provider)]
    # A provider without tokens needs no --base-url. Clients reads a token file, only once.
    if settings.token_file is None:
        found = find_tokens(
            providers,
            None,
            without=sources_to_omit(settings.without),
            app=(settings.app_id, settings.app_key),
        )
        providers = [item for item in providers if found.count(item)] or providers[:1]
    labels: list[str] = []

    def listings(clients: Clients) -> list[NamedListing]:
        found = []
        for item in [item for item in providers if clients.tokens.count(item)] or providers[:1]:
            tokens: list[TokenInfo | TokenSource] = [*clients.tokens.pool.get_all_tokens(item)]
            tokens += clients.tokens.token_sources.get(item, ())
            choices: list[TokenInfo | TokenSource | None] = [*tokens] or [None]
            for token in choices:
                labels.append(_label(item, token))
                if token is None:
                    client = clients[item]
                else:
                    secret = token.token if isinstance(token, TokenInfo) else token
                    client = clients.create_client(item, token=secret)
                found.append(NamedListing(labels[-1], _single_page(partial(client.get_rate_limit, resource))))
        return found

    def to_row(number: int, item: object) -> Row:
        return {_TOKEN: labels[number], **as_row(item)}

    with closing(Output(settings.output, append=settings.append)) as output:
        form = choose_format(settings.format, settings.output, is_terminal=output.is_terminal)
        shown = "token,resource,remaining,limit,reset_time"
        columns = parse_fields(settings.fields or shown, RateLimitInfo, extra=(_TOKEN,))
        if form in WHOLE_ROWS and settings.fields is None:
            columns = model_fields(RateLimitInfo, (_TOKEN,))
        writer = create_writer(form, output, columns, all_fields=settings.fields is None, exact=settings.csv_exact)
        return run_job(
            Job("budgets", providers, listings, to_row, in_turn=True, kind="rate-limit", targets="tokens"),
            settings,
            output,
            writer,
        )


def _label(provider: ProviderType, token: TokenInfo | TokenSource | None) -> str:
    if token is None:
        return f"{provider} without a token"
    return token.label if isinstance(token, TokenInfo) else token.name


COMMANDS = [user, rate_limit]
