"""Authorization code with PKCE on a loopback redirect."""

from __future__ import annotations

import asyncio
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest

from gitfleet_api import AuthError, ConfigurationError, UnsupportedError
from gitfleet_api.auth import LoopbackSignIn, SignIn
from gitfleet_testing import Forge, OAuthClient
from support.clients import maker
from support.gitlab_clients import gitlab
from support.running import run
from support.sending import many_repositories
from support.sign_ins import LOGIN, application

T = TypeVar("T")


def _visit(url: str) -> tuple[int, str]:
    """What a browser shows, after redirects."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=20) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def _flow(
    engine: str, work: Callable[[Forge, LoopbackSignIn], Awaitable[T]], *, timeout: float = 20.0, port: int = 0
) -> T:
    with Forge(many_repositories(1)) as forge:
        app: OAuthClient = application("gitlab", forge)

        async def main() -> T:
            async with (
                gitlab(engine, forge.gitlab_url) as client,
                LoopbackSignIn(client, app.client_id, app.scopes, timeout=timeout, port=port) as flow,
            ):
                return await work(forge, flow)

        return run(main())


def _authorized(flow: LoopbackSignIn) -> str:
    """The redirect that follows from the page of the server, which is not visited."""

    class Stop(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_arguments: object) -> None:
            return None

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), Stop())
    try:
        opener.open(flow.url, timeout=20)
    except urllib.error.HTTPError as error:
        return error.headers["location"]
    raise AssertionError("no redirect")


def test_a_user_who_agrees_in_the_browser_is_signed_in(engine: str) -> None:
    async def work(forge: Forge, flow: LoopbackSignIn) -> None:
        query = parse_qs(urlsplit(flow.url).query)
        assert query["code_challenge_method"] == ["S256"]
        assert query["redirect_uri"] == [flow.redirect_uri]
        visit = asyncio.create_task(asyncio.to_thread(_visit, flow.url))
        found: SignIn = await flow.finish()
        (family,) = forge.sign_in.families
        assert (found.access_token, found.refresh_token) == (family.access_token, family.refresh_token)
        assert (found.login, found.server, found.scopes) == (LOGIN, forge.origin, ("api",))
        status, page = await visit
        assert (status, "You may close this window" in page) == (200, True)

    _flow(engine, work)


def test_a_redirect_with_another_state_changes_nothing(engine: str) -> None:
    async def work(_forge: Forge, flow: LoopbackSignIn) -> None:
        forged = f"{flow.redirect_uri}?code=stolen&state=other"
        assert (await asyncio.to_thread(_visit, forged))[0] == 400
        assert (await asyncio.to_thread(_visit, f"{flow.redirect_uri}?code=stolen"))[0] == 400
        assert (await asyncio.to_thread(_visit, f"{flow.redirect_uri}favicon.ico"))[0] == 404
        target = await asyncio.to_thread(_authorized, flow)
        assert (await asyncio.to_thread(_visit, target))[0] == 200
        assert (await asyncio.to_thread(_visit, target))[0] == 400  # only one is accepted
        assert (await flow.finish()).login == LOGIN

    _flow(engine, work)


def test_a_wrong_state_alone_is_an_error_at_the_end_of_the_time(engine: str) -> None:
    async def work(forge: Forge, flow: LoopbackSignIn) -> None:
        await asyncio.to_thread(_visit, f"{flow.redirect_uri}?code=stolen&state=other")
        with pytest.raises(AuthError, match="1 redirects had the state of another sign-in") as caught:
            await flow.finish()
        assert caught.value.code == "wrong_state"
        assert forge.sign_in.token_requests == 0

    _flow(engine, work, timeout=0.3)


def test_a_user_who_refuses_or_does_nothing_is_one_clear_error(engine: str) -> None:
    async def refuses(forge: Forge, flow: LoopbackSignIn) -> None:
        forge.sign_in.consent = None
        visit = asyncio.create_task(asyncio.to_thread(_visit, flow.url))
        with pytest.raises(AuthError, match="the user has refused") as caught:
            await flow.finish()
        assert caught.value.code == "access_denied"
        await visit

    async def sleeps(_forge: Forge, flow: LoopbackSignIn) -> None:
        with pytest.raises(AuthError, match="nobody signed in within") as caught:
            await flow.finish()
        assert caught.value.code == "sign_in_timeout"

    _flow(engine, refuses)
    _flow(engine, sleeps, timeout=0.1)


def test_a_connection_that_sends_nothing_blocks_nobody(engine: str) -> None:
    idle: list[socket.socket] = []

    async def work(_forge: Forge, flow: LoopbackSignIn) -> None:
        port = urlsplit(flow.redirect_uri).port
        assert port is not None
        idle.extend(socket.create_connection(("127.0.0.1", port)) for _ in range(3))
        idle[0].sendall(b"GET /?code=1")
        idle[1].sendall(b"\x00" * 40_000 + b"\r\n\r\n")
        visit = asyncio.create_task(asyncio.to_thread(_visit, flow.url))
        assert (await flow.finish()).login == LOGIN
        await visit

    start = time.monotonic()
    _flow(engine, work)
    assert time.monotonic() - start < 9  # the server waits 10 seconds for a request
    for connection in idle:
        connection.close()


def test_arguments_are_checked_before_anything_is_sent(engine: str) -> None:
    with Forge(many_repositories(1)) as forge, socket.create_server(("127.0.0.1", 0)) as used:
        port = used.getsockname()[1]

        async def main() -> None:
            async with maker(engine)(forge.url) as client:
                with pytest.raises(UnsupportedError, match="use the device flow"):
                    LoopbackSignIn(client, "x")
            async with gitlab(engine, forge.gitlab_url) as other:
                with pytest.raises(ConfigurationError, match="cannot listen on port") as caught:
                    await LoopbackSignIn(other, "x", port=port).__aenter__()
                assert caught.value.code == "port_in_use"
                with pytest.raises(ConfigurationError, match="async with"):
                    await LoopbackSignIn(other, "x").finish()

        run(main())
        assert not forge.requests
