"""``gitfleet user`` and ``gitfleet rate-limit``: questions with short answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import closing
from functools import partial

import click

from gitfleet_api import ProviderType, RateLimitInfo, UserInfo
from gitfleet_api.ratelimit.tokens import TokenInfo

from ..clients import Clients
from ..credentials import find_tokens
from ..exit_codes import CommandError
from ..fetching import NamedListing
from ..output.rows import Row, as_row, model_fields, parse_fields
from ..output.target import Output
from ..output.writers import ValueWriter, Writer, choose_format, create_writer
from ..pipeline import Job, run_job
from ..settings import Settings, output_options
from ..targets import parse_provider_name

__all__ = ["COMMANDS", "answer"]

_SHORT = {"created": "created_at", "url": "html_url", "provider": "provider_type"}
_TOKEN = "token"  # noqa: S105  the name of a field


async def answer(question: Callable[[], Awaitable[object]]) -> AsyncGenerator[Sequence[object], None]:
    """A single answer as the one page of a listing."""
    yield [await question()]


@click.command("user", short_help="An account; without LOGIN that of the token.")
@click.argument("provider", default="github", metavar="[PROVIDER]")
@click.argument("login", required=False)
@output_options
def user(settings: Settings, provider: str, login: str | None) -> int:
    """An account: that of LOGIN, or else the one that the token belongs to.

    For example: gitfleet user github octocat
    """
    name, colon, rest = provider.partition(":")
    if colon and login is not None:
        raise CommandError(f"{provider!r} and {login!r} are two accounts; give one")
    who = parse_provider_name(name)
    asked = rest or login

    def sources(clients: Clients) -> list[NamedListing]:
        client = clients[who]
        label = f"{who}:{asked}" if asked else who
        return [NamedListing(label, answer(lambda: client.fetch_user(asked) if asked else client.fetch_user_info()))]

    shown = "login,name,type,company,location,public_repos,followers,created"
    with closing(Output(settings.output)) as output:
        form = choose_format(settings.format, settings.output, output)
        columns = parse_fields(settings.fields or shown, UserInfo, _SHORT)
        if form == "csv" and settings.fields is None:
            columns = model_fields(UserInfo)
        whole = settings.fields is None
        if form == "json":
            writer: Writer = ValueWriter(output, None if whole else columns)
        else:
            writer = create_writer(form, output, columns, all_fields=whole, exact=settings.csv_exact)
        return run_job(Job("accounts", [who], sources, lambda _, item: as_row(item)), settings, output, writer)


@click.command("rate-limit", short_help="How many calls are left, for each token.")
@click.argument("provider", required=False)
@click.option("--resource", default="core", show_default=True, help="The budget: core, search, graphql, ...")
@output_options
def rate_limit(settings: Settings, provider: str | None, resource: str) -> int:
    """How many calls are left: a row for each token of PROVIDER, or of all providers that there are tokens for."""
    asked = list(ProviderType) if provider is None else [parse_provider_name(provider)]
    if settings.token_file is None:  # who is not asked needs no --base-url; a file is read once, and later
        found = find_tokens(asked, None)
        asked = [who for who in asked if found.count(who)] or asked[:1]
    labels: list[str] = []

    def sources(clients: Clients) -> list[NamedListing]:
        made = []
        for who in [who for who in asked if clients.tokens.count(who)] or asked[:1]:
            known: list[TokenInfo | None] = [*clients.tokens.pool.get_all_tokens(who)]
            for token in known or [None]:
                client = clients[who] if token is None else clients.make(who, token=token.token)
                labels.append(f"{who} without a token" if token is None else token.label)
                made.append(NamedListing(labels[-1], answer(partial(client.get_rate_limit, resource))))
        return made

    def row(number: int, item: object) -> Row:
        return {_TOKEN: labels[number], **as_row(item)}

    with closing(Output(settings.output)) as output:
        form = choose_format(settings.format, settings.output, output)
        shown = "token,resource,remaining,limit,reset_time"
        columns = parse_fields(settings.fields or shown, RateLimitInfo, extra=(_TOKEN,))
        if form == "csv" and settings.fields is None:
            columns = model_fields(RateLimitInfo, (_TOKEN,))
        writer = create_writer(form, output, columns, all_fields=settings.fields is None, exact=settings.csv_exact)
        return run_job(Job("budgets", asked, sources, row, in_turn=True), settings, output, writer)


COMMANDS = [user, rate_limit]
