"""The forge: a fleet served on 127.0.0.1 during a ``with`` block."""

from __future__ import annotations

import asyncio
import math
import os
import re
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import NamedTuple, Self

from .access.clock import ServerClock
from .access.methods import TokenMethods
from .access.speed import SpeedLimits
from .access.tokens import DEFAULT_TOKEN, Access
from .auth.endpoints import OAuthEndpoints
from .auth.methods import SignInMethods
from .auth.sign_in import SignInState
from .data.fleet import Fleet
from .faults.injection import FaultInjection
from .faults.rules import FaultRules
from .github.service import GitHubService
from .gitlab.aliases import ROOT as GITLAB_ROOT
from .gitlab.service import GitLabService
from .graphql.settings import GraphQLSettings
from .http.log import LoggedRequest, LoggedWrite, RequestLog
from .replay import Namespace, Source, load
from .server.application import Application
from .server.site import REPLAY, Site
from .server.thread import ServerThread

__all__ = ["Forge"]

_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")


class _Live(NamedTuple):
    server: ServerThread
    application: Application


class Forge(FaultInjection, TokenMethods, SignInMethods):
    """A local server with GitHub's APIs, and below ``/api/v4`` GitLab's, over the same data.

    It is a context manager for ``with`` and ``async with`` and can be used once. It listens on 127.0.0.1.

    Args:
        fleet: the data to serve. None: an empty fleet with the user ``fleet-admin``.
        port: 0 lets the kernel choose.
        prefix: path in front of GitHub's API, such as "/api/v3" on GitHub Enterprise Server.
        delay: seconds to wait before each response. Can be changed at any time.
        gzip: whether bodies above 1 KB are compressed for clients that accept it.
        anonymous_limit: calls per hour for requests without a token, on GitHub and on GitLab each.
        trust_any_token: whether unknown tokens are accepted as tokens of ``fleet-admin``. Else they receive 401.
        clock_offset: seconds by which the server's clock is ahead of the machine's; negative if it is behind.
        now: returns the time by which rate limits and tokens end, in seconds since 1970, for tests with planned time.
            None: the machine's clock. ``forge.clock.advance(seconds)`` lets time pass, too.
        log_size: number of requests that ``requests`` contains, the newest ones. None: all, 2 KB each.
        ssl_certfile: path of a certificate (PEM), for https.
        ssl_keyfile: path of its key, if it is not in the same file.

    Raises:
        ValueError: an argument has an invalid value.
    """

    def __init__(
        self,
        fleet: Fleet | None = None,
        *,
        port: int = 0,
        prefix: str = "",
        delay: float = 0.0,
        gzip: bool = True,
        anonymous_limit: int = 60,
        trust_any_token: bool = False,
        clock_offset: float = 0.0,
        now: Callable[[], float] | None = None,
        log_size: int | None = None,
        ssl_certfile: str | os.PathLike[str] | None = None,
        ssl_keyfile: str | os.PathLike[str] | None = None,
    ) -> None:
        if not 0 <= port <= 65535:
            raise ValueError(f"port must be from 0 to 65535: {port}")
        if not _PREFIX.fullmatch(prefix) or f"{prefix}/".startswith((REPLAY, f"{GITLAB_ROOT}/")):
            raise ValueError(f"prefix must be '' or look like '/api/v3', and not be '/replay' or '/api/v4': {prefix!r}")
        if ssl_keyfile is not None and ssl_certfile is None:
            raise ValueError("ssl_keyfile needs ssl_certfile")
        self.fleet: Fleet = Fleet() if fleet is None else fleet
        #: Settings of the GraphQL APIs.
        self.graphql: GraphQLSettings = GraphQLSettings()
        self.token: str = DEFAULT_TOKEN
        self._port, self._prefix, self._gzip = port, prefix, gzip
        self._delay = _checked_delay(delay)
        self._certfile = None if ssl_certfile is None else os.fspath(ssl_certfile)
        self._keyfile = None if ssl_keyfile is None else os.fspath(ssl_keyfile)
        self.clock: ServerClock = ServerClock(clock_offset, now)  #: The forge's time; see its ``offset``.
        self._access = Access(self.fleet, anonymous_limit, trust_any_token=trust_any_token, clock=self.clock)
        self.sign_in = SignInState(self.fleet, self._access)
        self.speed: SpeedLimits = self._access.speed  #: Limits on the speed of requests; none at first.
        self._log = RequestLog(log_size)
        self._rules = FaultRules()
        self._live: _Live | None = None

    def __repr__(self) -> str:
        state = self.url if self._live is not None else "not started"
        return f"<Forge {state} {self.fleet!r}>"

    # -- start and stop

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running().server.stop()

    async def __aenter__(self) -> Self:
        self._start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        server = self._running().server
        # The caller's loop continues in the meantime: its requests may still be running.
        try:
            while server.ask_to_stop():  # noqa: ASYNC110  # the end of a thread is no event of this loop
                await asyncio.sleep(0.01)
        finally:
            server.stop()

    def _start(self) -> None:
        if self._live is not None:
            raise RuntimeError("a Forge runs once: create a new one")
        server = ServerThread(self._port, self._certfile, self._keyfile)
        github = GitHubService(
            self.fleet, self._access, server.origin + self._prefix, self.graphql, self.clock, self.sign_in
        )
        gitlab = GitLabService(self.fleet, self._access, server.origin + GITLAB_ROOT, self.graphql, self.clock)
        oauth = OAuthEndpoints(self.sign_in, server.origin)
        site = Site(github, gitlab, oauth, self._log, self._rules, origin=server.origin, prefix=self._prefix)
        application = Application(site, self._log, self._rules, compress=self._gzip, delay=self._delay)
        server.start(application)
        self._live = _Live(server, application)

    def _running(self) -> _Live:
        if self._live is None:
            raise RuntimeError("the forge is not started: use it in a with statement")
        return self._live

    # -- requests and limits

    @property
    def url(self) -> str:
        """The base URL of GitHub's API, without a slash at the end.

        Raises:
            RuntimeError: the forge is not started.
        """
        return self._running().server.origin + self._prefix

    @property
    def gitlab_url(self) -> str:
        """The base URL of GitLab's API, without a slash at the end.

        Raises:
            RuntimeError: the forge is not started.
        """
        return self._running().server.origin + GITLAB_ROOT

    @property
    def origin(self) -> str:
        """Root of all URLs of the forge. The OAuth endpoints of both services are below it (``/login``, ``/oauth``).

        Raises:
            RuntimeError: the forge is not started.
        """
        return self._running().server.origin

    @property
    def requests(self) -> list[LoggedRequest]:
        """All requests so far, in the order of arrival, or the last ``log_size`` ones."""
        return self._log.snapshot()

    @property
    def writes(self) -> list[LoggedWrite]:
        """All changes by requests so far, including requests whose response was replaced by a fault."""
        return self._log.writes()

    def clear_log(self) -> None:
        """Remove all requests and changes from the log."""
        self._log.clear()

    @property
    def delay(self) -> float:
        """Seconds to wait before each response."""
        return self._delay

    @delay.setter
    def delay(self, seconds: float) -> None:
        self._delay = _checked_delay(seconds)
        if self._live is not None:
            self._live.application.delay = self._delay

    def replay(
        self,
        recorded: Source,
        *,
        rewrite_body: bool = False,
        ignore: Iterable[str] = (),
    ) -> str:
        """Serve recorded exchanges.

        Below the base URL a path matches with or without the recorded root of the API ("/api/v4"). Links to the
        recorded service are changed to links to the replay. A request that was recorded several times receives its
        responses in turn.

        Args:
            recorded: a file with an exchange or a list of them, or the same as parsed JSON.
            rewrite_body: whether links in bodies are changed as well.
            ignore: names of query parameters that need not match, in addition to per_page and the like.

        Returns:
            The base URL of the replay.

        Raises:
            ValueError: the source contains something that is not an exchange.
            OSError: the file cannot be read.
            RuntimeError: the forge is not started.
        """
        live = self._running()
        exchanges = load(recorded)
        if not exchanges:
            raise ValueError("the source contains no exchange")
        site = live.application.site
        number = str(len(site.replays) + 1)
        base = f"{live.server.origin}{REPLAY}{number}"
        namespace = Namespace(base, exchanges, rewrite_body=rewrite_body, ignore=ignore)
        site.replays = {**site.replays, number: namespace}
        return base


def _checked_delay(seconds: float) -> float:
    if not 0 <= seconds < math.inf:
        raise ValueError(f"delay must be 0 or more seconds: {seconds}")
    return seconds
