"""``gitfleet proxy``: a local HTTP proxy through which other programs use the pool of tokens."""

from __future__ import annotations

import asyncio
import errno
import ssl
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from gitfleet_api import Event, ProviderType, RequestDone, Timeout

from ..clients import Clients
from ..completion import complete_provider
from ..exit_codes import CommandError, ExitCode
from ..plurals import counted
from ..settings import Settings, connection_options
from ..signals import run_until_stopped
from ..stderr import print_message
from ..targets import parse_provider_name

if TYPE_CHECKING:
    from ...proxy.metrics import Metrics
    from ...proxy.routes import Routes
    from ...proxy.secret import Secret
    from ...proxy.server import Address

__all__ = ["COMMANDS"]

_DEFAULT = "127.0.0.1:8890"
_SILENCE = 30.0
_CONNECT = 10.0

_HELP = """Serve the tokens, the budgets and the cache to other programs.

\b
  gitfleet proxy --secret-file proxy.secret
  curl -H "Authorization: Bearer $(cat proxy.secret)" http://127.0.0.1:8890/github/orgs/python/repos

PROVIDERS are those whose tokens are served, by default all that have tokens. A program uses the address of the proxy
as its base URL, and the secret of the proxy as its token. It never sees a token of the pool. The secret is that of
GITFLEET_PROXY_SECRET, or of --secret-file, which is created if it does not exist; otherwise a new one is printed.

/github/ and /gitlab/ are the APIs, /metrics shows values for Prometheus, and /healthz responds with ok."""


@click.command("proxy", help=_HELP, short_help="Serve the tokens and the cache to other programs, such as gh.")
@click.argument("providers", nargs=-1, shell_complete=complete_provider)
@click.option(
    "--listen",
    "listen",
    multiple=True,
    default=(_DEFAULT,),
    show_default=True,
    metavar="HOST:PORT",
    help="Address, or unix:PATH for a socket. Repeat the option for several.",
)
@click.option("--allow-remote", is_flag=True, help="Permit --listen on addresses that other machines reach.")
@click.option("--secret-file", metavar="FILE", type=click.Path(), help="Private file with the secret of the proxy.")
@click.option("--tls-cert", metavar="FILE", type=click.Path(), help="Certificate (PEM) to serve https.")
@click.option("--tls-key", metavar="FILE", type=click.Path(), help="Its key, if it is not in the same file.")
@click.option(
    "--patience",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a request waits for a client that reads or sends less than 16 KB per second.",
)
@connection_options
def proxy(
    settings: Settings,
    providers: tuple[str, ...],
    listen: tuple[str, ...],
    allow_remote: bool,
    secret_file: str | None,
    tls_cert: str | None,
    tls_key: str | None,
    patience: float,
) -> int:
    """Serve the tokens, the budgets and the cache to other programs."""
    _check_installed()
    if settings.engine == "native":
        raise CommandError("the proxy passes bodies on in parts, which only the python engine does: omit --engine")
    from ...proxy.secret import find_secret

    addresses, tls = _addresses(listen, allow_remote=allow_remote), _tls(tls_cert, tls_key)
    chosen = [parse_provider_name(name) for name in providers]
    secret, is_new = find_secret(secret_file)

    async def work(stopped: asyncio.Event) -> None:
        await _serve(settings, chosen, (addresses, tls), (secret, is_new), patience, stopped)

    try:
        run_until_stopped(work)
    except OSError as error:
        is_used = error.errno == errno.EADDRINUSE
        reason = "address already in use; choose another with --listen" if is_used else error.strerror or error
        raise CommandError(f"cannot listen on {', '.join(listen)}: {reason}") from None
    return ExitCode.OK


async def _serve(
    settings: Settings,
    chosen: Sequence[ProviderType],
    where: tuple[Sequence[Address], ssl.SSLContext | None],
    secret: tuple[Secret, bool],
    patience: float,
    stopped: asyncio.Event,
) -> None:
    from ...proxy.exchange import StreamingBackend
    from ...proxy.handler import ProxyHandler
    from ...proxy.metrics import Metrics
    from ...proxy.routes import Routes, Upstream
    from ...proxy.server import ProxyServer, serve_until

    metrics, backend = Metrics(), StreamingBackend.create()
    silence = settings.timeout or _SILENCE
    # No limit for a whole call: a long body takes as long as it takes.
    limits = Timeout(connect=min(_CONNECT, silence), read=silence, total=None)
    on_event = _Listener(metrics, verbose=settings.verbose)
    wanted = chosen or list(ProviderType)
    async with Clients(settings, wanted, on_event, engine=backend, timeout=limits, shares=True) as clients:
        served = [item for item in wanted if chosen or clients.tokens.count(item)]
        if not served:
            raise CommandError("there is no token to serve; gitfleet auth status shows where they are searched")
        routes = Routes([Upstream(item, clients[item]) for item in served])
        server = ProxyServer(ProxyHandler(routes, secret[0], backend, metrics, patience), *where)
        try:
            _announce(await server.start(), secret, routes, clients)
        except BaseException:
            await server.stop()
            raise
        await serve_until(server, stopped)


def _announce(urls: Sequence[str], secret: tuple[Secret, bool], routes: Routes, clients: Clients) -> None:
    """Print where the proxy listens, what it serves, and a new secret."""
    for item in routes.upstreams:
        count = clients.tokens.count(item.provider)
        click.echo(f"{item.provider}: {item.client.base_url} with {counted(count, 'tokens')}")
    if secret[1]:
        click.echo(f"secret: {secret[0].reveal()}")
    for url in urls:
        click.echo(f"listening on {url}")
    click.echo("ready; Ctrl-C stops it")


class _Listener:
    """Counts events, and with --verbose prints a line for each request."""

    def __init__(self, metrics: Metrics, *, verbose: bool) -> None:
        self._metrics = metrics
        self._verbose = verbose

    def __call__(self, event: Event) -> None:
        self._metrics.on_event(event)
        if self._verbose and isinstance(event, RequestDone):
            shown = event.code or event.status
            print_message(f"{event.method} {event.url} {shown} {event.seconds:.2f} s {event.token or 'no token'}")


def _check_installed() -> None:
    try:
        import aiohttp  # noqa: F401  checks that it is installed
    except ModuleNotFoundError:
        raise CommandError("the proxy needs aiohttp: pip install 'gitfleet[proxy]'") from None


def _addresses(listen: Sequence[str], *, allow_remote: bool) -> list[Address]:
    from ...proxy.server import parse_address

    found = [parse_address(text) for text in listen]
    remote = [text for text, address in zip(listen, found, strict=True) if not address.is_local]
    if remote and not allow_remote:
        raise CommandError(f"other machines can reach {remote[0]}; --allow-remote permits it")
    if remote:
        print_message(f"warning: other machines can reach {remote[0]}; each program with the secret uses your tokens")
    return found


def _tls(certificate: str | None, key: str | None) -> ssl.SSLContext | None:
    """Return the TLS context of the options; None for plain HTTP."""
    if certificate is None:
        if key is not None:
            raise CommandError("--tls-key needs --tls-cert")
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise CommandError(f"--tls-cert {certificate}: {error.strerror or error}") from None
    return context


COMMANDS = [proxy]
