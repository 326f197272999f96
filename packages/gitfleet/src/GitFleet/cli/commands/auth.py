"""``gitfleet auth``: sign in, sign out, and which credentials are used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import click

from gitfleet_api import AuthError, GitFleetError, NetworkError, ProviderType
from gitfleet_api.auth import Exchange, FoundCredentials, exchange_for, search_credentials, web_origin
from gitfleet_api.auth.found.stored import stores

from .. import signals
from ..completion import complete_provider
from ..credentials import sources_to_omit
from ..exit_codes import CommandError, ExitCode, Interrupted
from ..output.formats import WHOLE_ROWS, choose_format
from ..output.rows import OutputField, Row
from ..output.target import Output
from ..output.writers import create_writer
from ..settings import OutputSettings, output_options
from ..sign_ins import LoginOptions, api_url, client_without_token, log_in, log_out
from ..stderr import print_message
from ..targets import parse_provider_name
from ..token_states import TokenState, header_of, token_state

__all__ = ["COMMANDS"]

_FIELDS = (
    *("provider", "host", "source", "where", "used", "kind", "login", "scopes", "expires_at", "accepted", "problem"),
)
_SHOWN = ("host", "source", "where", "login", "scopes", "expires_at", "accepted", "problem")

_PROVIDER = click.argument("provider", default="github", metavar="[PROVIDER]", shell_complete=complete_provider)
_HOSTNAME = click.option("--hostname", metavar="HOST", help="Host of a self-hosted server. Default: as for commands.")
_DEBUG = click.option("--debug", is_flag=True, expose_value=False, help="Print the traceback of errors.")


@click.group("auth", short_help="Sign in, and show which credentials are used.")
def auth() -> None:
    """Sign in and out, and show which credentials the commands use.

    Exit codes: 0 if it succeeded; 1 if the network, the server or the store failed; 2 for wrong arguments; 3 if the
    server refuses, the code has expired, nobody is signed in, or no valid token was found.
    """


@auth.command("login", short_help="Sign in with a browser or a code.")
@_PROVIDER
@_HOSTNAME
@click.option("--client-id", envvar="GITFLEET_CLIENT_ID", metavar="ID", help="Id of your OAuth application.")
@click.option("--scopes", metavar="NAMES", help="Default: repo,read:org on GitHub, read_api on GitLab.")
@click.option("--device", is_flag=True, help="GitLab: show a code instead of opening a browser on this machine.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Port of the redirect to this machine."
)
@click.option("--no-browser", is_flag=True, help="Print the URL only.")
@click.option("--with-token", is_flag=True, help="Read an access token from stdin and store it.")
@click.option("--keyring", is_flag=True, help="Store it in the system keyring, not in a file.")
@_DEBUG
def login(
    provider: str,
    hostname: str | None,
    client_id: str | None,
    scopes: str | None,
    device: bool,
    port: int,
    no_browser: bool,
    with_token: bool,
    keyring: bool,
) -> int:
    """Sign in on PROVIDER, github by default, and store the sign-in.

    GitHub shows a code to enter on its page. On GitLab a browser opens; --device shows a code instead.
    """
    chosen = parse_provider_name(provider)
    options = LoginOptions(client_id, scopes, device, port, no_browser, with_token, keyring)
    try:
        print_message(signals.run_cancellable(log_in(chosen, api_url(chosen, hostname), options)))
    except Interrupted as error:
        print_message("stopped; nothing was stored")
        return error.code
    return ExitCode.OK


@auth.command("logout", short_help="Revoke and remove a stored sign-in.")
@_PROVIDER
@_HOSTNAME
@_DEBUG
def logout(provider: str, hostname: str | None) -> int:
    """Revoke the sign-in on PROVIDER if the server permits it, and remove it from this machine."""
    chosen = parse_provider_name(provider)
    try:
        lines = signals.run_cancellable(log_out(chosen, api_url(chosen, hostname)))
    except Interrupted as error:
        return error.code
    for line in lines:
        print_message(line)
    return ExitCode.OK


@auth.command("status", short_help="Show the credentials that were found.")
@click.argument("provider", required=False, metavar="[PROVIDER]", shell_complete=complete_provider)
@_HOSTNAME
@click.option("--without", multiple=True, metavar="SOURCE", help="Do not search there; see GITFLEET_WITHOUT.")
@output_options
def status(settings: OutputSettings, provider: str | None, hostname: str | None, without: tuple[str, ...]) -> int:
    """Show all credentials that were found, and ask the server whose they are; never the secret.

    One row for each token, in the order of the search. Commands use those whose field `used` is true.
    """
    if hostname is not None and provider is None:
        raise CommandError("--hostname needs a PROVIDER")
    servers = _servers(provider, hostname)
    omitted = sources_to_omit(without)
    with closing(Output(settings.output, append=settings.append)) as output:
        form = choose_format(settings.format, settings.output, is_terminal=output.is_terminal)
        names = _FIELDS if form in WHOLE_ROWS else _SHOWN
        columns = [OutputField(name, (name,)) for name in names]
        writer = create_writer(form, output, columns, all_fields=True, exact=settings.csv_exact)

        async def write() -> list[Row]:
            rows = [row async for row in _rows(servers, omitted)]
            await writer.write_rows(rows)
            await writer.end()
            return rows

        try:
            rows = signals.run_cancellable(write())
        except Interrupted as error:
            return error.code
        output.commit()
    if not rows and not settings.quiet:
        print_message("no credentials found: set GITHUB_TOKEN or GITLAB_TOKEN, or sign in: gitfleet auth login")
    return _exit_code([row for row in rows if row["used"]])


@dataclass(frozen=True, slots=True)
class _Server:
    """A server to look at.

    Attributes:
        provider: its provider.
        url: root of its API; None for the public server.
        is_used: whether commands use it without further options.
    """

    provider: ProviderType
    url: str | None
    is_used: bool


def _servers(provider: str | None, hostname: str | None) -> list[_Server]:
    """Return the servers that commands use, and those on which the user has signed in."""
    providers = list(ProviderType) if provider is None else [parse_provider_name(provider)]
    found = [_Server(item, api_url(item, hostname), is_used=True) for item in providers]
    if hostname is not None:
        return found
    known = {web_origin(server.provider, server.url) for server in found}
    others = [(item, server) for item, server in _sign_ins() if server not in known and item in providers]
    return [*found, *(_Server(item, api_url(item, server), is_used=False) for item, server in others)]


def _sign_ins() -> Iterator[tuple[ProviderType, str]]:
    try:
        for store in stores():
            for sign_in in store.all():
                yield sign_in.provider, sign_in.server
    except GitFleetError:
        return  # the search reports it


async def _rows(servers: Sequence[_Server], omitted: frozenset[str]) -> AsyncIterator[Row]:
    for server in servers:
        others = frozenset() if server.is_used else {"environment", "gh", "glab", "git", "netrc"}
        is_first = server.is_used
        for found in search_credentials(server.provider, server.url, without=omitted | others):
            async with client_without_token(server.provider, server.url) as client:
                exchange = exchange_for(client)
                for number, token in enumerate(await _states(exchange, found), 1):
                    yield _row(found, number, token, web_origin(server.provider, client.base_url), is_used=is_first)
            is_first = False


async def _states(exchange: Exchange, found: FoundCredentials) -> list[TokenState]:
    """Return the states of the tokens. The token of a sign-in is renewed first if it has expired."""
    try:
        accounts = await found.accounts(exchange, None)
        tokens = [await found.token(exchange, account, None) for account in accounts]
        headers = [header_of(found.provider, found.kind, item.token) for item in tokens]
        return [await token_state(exchange, found.provider, found.kind, header) for header in headers]
    except AuthError as error:
        return [TokenState(accepted=False, problem=str(error))]
    except (NetworkError, GitFleetError) as error:
        return [TokenState(accepted=None, problem=str(error))]


def _row(found: FoundCredentials, number: int, state: TokenState, server: str, *, is_used: bool) -> Row:
    several = f" ({number})" if len(found.access_tokens) > 1 else ""
    return {
        "provider": found.provider.value,
        "host": server.partition("://")[2],
        "source": found.source,
        "where": found.where + several,
        "used": is_used,
        "kind": found.kind,
        "login": state.login or (found.login if state.accepted is None else None),
        "scopes": None if state.scopes is None else list(state.scopes),
        "expires_at": state.expires_at,
        "accepted": state.accepted,
        "problem": state.problem,
    }


def _exit_code(used: Sequence[Row]) -> ExitCode:
    """Return 3 without a token or with one that is refused, 1 if a server gave no response, else 0."""
    if not used or any(row["accepted"] is False for row in used):
        return ExitCode.DENIED
    return ExitCode.OK if all(row["accepted"] for row in used) else ExitCode.FAILED


COMMANDS = [auth]
