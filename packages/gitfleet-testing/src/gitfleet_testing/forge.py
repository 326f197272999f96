"""The forge: a fleet, served on this machine for as long as a ``with`` block lasts."""

from __future__ import annotations

import asyncio
import math
import os
import re
from collections.abc import Iterable
from types import TracebackType
from typing import NamedTuple, Self

from .access.quotas import HOUR
from .access.tokens import DEFAULT_LIMIT, DEFAULT_TOKEN, Access
from .data.fleet import ADMIN, Fleet
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


class Forge(FaultInjection):
    """A local server that answers like GitHub's REST API, and below ``/api/v4`` like GitLab's; the data is the same.

    Use it as a context manager, with ``with`` or ``async with``, and once only. It listens on 127.0.0.1.

    Args:
        fleet: what is served; None: an empty one, with the user ``fleet-admin``.
        port: 0 lets the kernel choose.
        prefix: path in front of GitHub's API, as "/api/v3" of GitHub Enterprise.
        delay: seconds that each answer is held back; may be changed at any time.
        gzip: compress bodies above 1 KB for clients that accept it.
        anonymous_limit: calls an hour, as many on GitHub as on GitLab, for requests without a token.
        trust_any_token: unknown tokens are ``fleet-admin``'s instead of 401.
        ssl_certfile: serve https with this certificate (PEM).
        ssl_keyfile: its key, if it is not in the same file.

    Raises:
        ValueError: an argument makes no sense.
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
        ssl_certfile: str | os.PathLike[str] | None = None,
        ssl_keyfile: str | os.PathLike[str] | None = None,
    ) -> None:
        if not 0 <= port <= 65535:
            raise ValueError(f"port must be from 0 to 65535: {port}")
        if not _PREFIX.fullmatch(prefix) or f"{prefix}/".startswith((REPLAY, f"{GITLAB_ROOT}/")):
            raise ValueError(f"prefix must be '' or look like '/api/v3', and not be '/replay' or '/api/v4': {prefix!r}")
        if ssl_keyfile is not None and ssl_certfile is None:
            raise ValueError("ssl_keyfile needs ssl_certfile")
        self.fleet = Fleet() if fleet is None else fleet
        #: How the GraphQL APIs behave.
        self.graphql = GraphQLSettings()
        self.token = DEFAULT_TOKEN
        self._port = port
        self._prefix = prefix
        self._gzip = gzip
        self._delay = _checked_delay(delay)
        self._certfile = None if ssl_certfile is None else os.fspath(ssl_certfile)
        self._keyfile = None if ssl_keyfile is None else os.fspath(ssl_keyfile)
        self._access = Access(self.fleet, anonymous_limit, trust_any_token=trust_any_token)
        self._log = RequestLog()
        self._rules = FaultRules()
        self._live: _Live | None = None

    def __repr__(self) -> str:
        where = self.url if self._live is not None else "not started"
        return f"<Forge {where} {self.fleet!r}>"

    # -- life

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
        # The caller's loop goes on meanwhile: its own requests may still be under way.
        try:
            while server.ask_to_stop():  # noqa: ASYNC110  # a thread ends, which no event of this loop tells
                await asyncio.sleep(0.01)
        finally:
            server.stop()

    def _start(self) -> None:
        if self._live is not None:
            raise RuntimeError("a Forge runs once: make a new one")
        server = ServerThread(self._port, self._certfile, self._keyfile)
        github = GitHubService(self.fleet, self._access, server.origin + self._prefix, self.graphql)
        gitlab = GitLabService(self.fleet, self._access, server.origin + GITLAB_ROOT, self.graphql)
        site = Site(github, gitlab, self._log, self._rules, origin=server.origin, prefix=self._prefix)
        application = Application(site, self._log, self._rules, compress=self._gzip, delay=self._delay)
        server.start(application)
        self._live = _Live(server, application)

    def _running(self) -> _Live:
        if self._live is None:
            raise RuntimeError("the forge is not started: use it in a with statement")
        return self._live

    # -- use

    @property
    def url(self) -> str:
        """The base URL of GitHub's API, without a slash at the end."""
        return self._running().server.origin + self._prefix

    @property
    def gitlab_url(self) -> str:
        """The base URL of GitLab's API, without a slash at the end."""
        return self._running().server.origin + GITLAB_ROOT

    @property
    def requests(self) -> list[LoggedRequest]:
        """What was target so far, in the order in which it came."""
        return self._log.snapshot()

    @property
    def writes(self) -> list[LoggedWrite]:
        """What was changed so far by requests, also where the answer then match a fault."""
        return self._log.writes()

    def clear_log(self) -> None:
        """Forget the requests and the writes so far."""
        self._log.clear()

    @property
    def delay(self) -> float:
        """Seconds that each answer is held back."""
        return self._delay

    @delay.setter
    def delay(self, seconds: float) -> None:
        self._delay = _checked_delay(seconds)
        if self._live is not None:
            self._live.application.delay = self._delay

    def add_token(
        self,
        token: str,
        *,
        login: str = ADMIN,
        limit: int = DEFAULT_LIMIT,
        remaining: int | None = None,
        window: float = HOUR,
    ) -> None:
        """Know a token from now on; one that is known already begins anew.

        Args:
            token: printable ASCII without spaces.
            login: the user it belongs to, who is added to the fleet if need be.
            limit: calls a window, as many on GitHub as on GitLab.
            remaining: what is left of them in the first window; None: all.
            window: seconds after which the count starts anew.

        Raises:
            ValueError: an argument makes no sense, or the login is an organization's.
        """
        self._access.add(token, login, limit, remaining, window)

    def revoke(self, token: str) -> None:
        """Answer 401 to the token from now on; ``add_token`` brings it back. ValueError: it is not known."""
        self._access.revoke(token)

    def limit(
        self,
        token: str | None,
        *,
        remaining: int | None = None,
        reset_in: float | None = None,
        resource: str | None = None,
        limit: int | None = None,
    ) -> None:
        """Set what is left of a token's budget; what is None stays as it is.

        Args:
            token: one that the forge knows; None: requests without a token.
            remaining: calls left in the present window.
            reset_in: seconds until this window ends; those after it are as long as ever.
            resource: "core", "search", "graphql" or another of GitHub's /rate_limit, or "gitlab": each counts apart.
                None: "core" and "gitlab".
            limit: calls in a full window.

        Raises:
            ValueError: an argument makes no sense, or the token is not known.
        """
        self._access.limit(token, resource, limit, remaining, reset_in)

    @property
    def tokens(self) -> list[str]:
        """All tokens the forge knows."""
        return self._access.tokens

    def reset_limits(self) -> None:
        """Give every token and address its full quota again."""
        self._access.reset()

    def replay(
        self,
        recorded: Source,
        *,
        rewrite_body: bool = False,
        ignore: Iterable[str] = (),
    ) -> str:
        """Serve recorded exchanges and return the base URL to ask for them.

        Below it, an address answers with or without the API's root ("/api/v4") that was recorded. Links to
        the recorded service lead back here. The same request recorded several times is answered in turn.

        Args:
            recorded: a file with an exchange or a list of them, or the same as parsed JSON.
            rewrite_body: lead links in bodies back here as well.
            ignore: names of parameters by which requests may differ, besides per_page and the like.

        Raises:
            ValueError: something in it is not an exchange.
            OSError: the file can't be read.
            RuntimeError: the forge is not started.
        """
        live = self._running()
        exchanges = load(recorded)
        if not exchanges:
            raise ValueError("nothing recorded in it")
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
