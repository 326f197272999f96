"""A token never shows: not in what is printed, not in errors, not in pickles."""

from __future__ import annotations

import asyncio
import copy
import pickle
import traceback
from typing import Any

import pytest

from GitFleet import GitFleetError, GitHubClient, TokenManager
from gitfleet_api import Request, Timeout
from support.clients import MakeClient
from support.failing import TOKEN, details
from support.raw_server import RawServer, http_response, once
from support.running import run


def _everything(client: GitHubClient) -> list[Any]:
    return [
        client,
        client.backend,
        client.session,
        client.session.tokens(),
        client.fetch_branches("o", "r"),
        vars(client),
    ]


def test_a_client_and_its_parts_show_no_token(make_client: MakeClient) -> None:
    client = make_client("https://example.org", TOKEN)
    for part in _everything(client):
        assert TOKEN not in repr(part)
        assert TOKEN not in str(part)


def test_a_request_shows_neither_headers_nor_body_nor_proxy() -> None:
    request = Request(
        "POST",
        "https://example.org/x",
        (("authorization", f"Bearer {TOKEN}"),),
        TOKEN.encode(),
        Timeout(),
        proxy=f"http://me:{TOKEN}@h",
    )
    assert TOKEN not in f"{request!r} {request}"
    assert "https://example.org/x" in repr(request)


def test_clients_and_listings_say_why_they_are_not_pickled(make_client: MakeClient) -> None:
    client = make_client("https://example.org", TOKEN)
    for thing, advice in ((client, "create one"), (client.fetch_branches("o", "r"), "pickle the list")):
        for attempt in (pickle.dumps, copy.copy):
            with pytest.raises(TypeError, match=advice):
                attempt(thing)


PLAYS = {
    "lost": once(),
    "401": once(http_response({"message": "Bad credentials"}, status=401)),
    "500": once(http_response("<h1>oops</h1>", status=500)),
    "not JSON": once(http_response("<html>")),
    "not the shape": once(http_response([])),
    "elsewhere": once(http_response(status=301, headers={"location": "http://example.org/"})),
}


@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS.keys())
def test_an_error_shows_no_token_however_it_is_printed(make_client: MakeClient, play: Any) -> None:
    async def main() -> GitFleetError:
        async with make_client(server.url, TOKEN, timeout=5) as client:
            with pytest.raises(GitFleetError) as caught:
                await details(client)
        return caught.value

    with RawServer(play) as server:
        error = run(main())
        assert TOKEN in server.requests[0].headers["authorization"]
    lines = traceback.TracebackException.from_exception(error).format()
    assert TOKEN not in "".join(lines)
    assert TOKEN not in f"{error} {error!r} {vars(error)} {error.args}"
    assert TOKEN.encode() not in pickle.dumps(error)


def test_an_error_in_the_event_loop_shows_no_token(make_client: MakeClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)

    async def main() -> None:
        asyncio.get_running_loop().set_debug(True)
        async with make_client(server.url, TOKEN, timeout=5) as client:
            with pytest.raises(GitFleetError):
                await details(client)

    with RawServer(once()) as server:
        run(main())
    assert TOKEN not in caplog.text


def test_a_client_does_not_pickle_its_token(make_client: MakeClient) -> None:
    client = make_client("https://example.org", TOKEN)
    try:
        pickled = pickle.dumps(client)
    except (TypeError, AttributeError, pickle.PicklingError):
        return
    assert TOKEN.encode() not in pickled


def test_a_pool_that_is_shared_shows_no_token(make_client: MakeClient) -> None:
    manager = TokenManager()
    manager.add_token(TOKEN, "github")
    client = make_client("https://example.org", token_manager=manager)
    assert TOKEN not in f"{client!r} {vars(client)!r} {manager!r}"
