"""Servers that give tokens and fail: one clear error, no secret in it, a bounded number of requests."""

from __future__ import annotations

import asyncio
import json
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import DecodeError, GitFleetError, ProviderType, RateLimitError, Timeout, TokenManager
from gitfleet_api.auth import FileStore, GitHubApp, OAuthSource, SignIn
from gitfleet_testing.auth.rsa import example_key
from support.clients import maker
from support.clocks import ManualClock
from support.crash_report import reported_locals
from support.failing import REPO
from support.gitlab_clients import gitlab
from support.pools import PROVIDERS
from support.raw_server import RawRequest, RawServer, http_response, once, route
from support.running import run

KEY = example_key().pem()
TOKEN = "ghs_zq0minted0" + "x" * 20
INSTALLATION = {"id": 1, "account": {"login": "o", "type": "Organization"}, "app_slug": "my-app"}
LIST = "/app/installations?"
MINT = "/access_tokens"
SETTINGS: dict[str, Any] = {"timeout": Timeout(2, 0.4, 5), "max_rate_limit_wait": 600, "max_body": 100_000}

Reply = Callable[[RawRequest], bytes]


def _minted(**more: object) -> Reply:
    return lambda _: http_response({"token": TOKEN, "expires_at": "2100-01-01T00:00:00Z", **more}, status=201)


def _listed(*rows: object, **headers: str) -> Reply:
    return lambda _: http_response(list(rows) or [INSTALLATION], headers=headers)


def _fixed(body: object, **more: Any) -> Reply:
    return lambda _: http_response(body, **more)


def _echo(status: int) -> Reply:
    return lambda request: http_response({"message": f"what is {request.headers['authorization']}?"}, status=status)


LISTED, MINTED = _listed(), _minted()


def _app_server(listing: Reply = LISTED, minting: Reply = MINTED) -> RawServer:
    def reply(request: RawRequest) -> bytes:
        if request.target.startswith(LIST):
            return listing(request)
        return minting(request) if request.target.endswith(MINT) else http_response(REPO)

    return RawServer(route(reply))


def _call(
    engine: str, server: RawServer, *plain: str, calls: int = 1, clock: ManualClock | None = None
) -> list[object]:
    """Return the events of one call with the tokens of an app, and of plain tokens."""
    events: list[object] = []
    clock = clock or ManualClock()

    async def main() -> None:
        manager = TokenManager(clock=clock.time)
        manager.add_source(GitHubApp(1, private_key=KEY, base_url=server.url))
        for token in plain:
            manager.add_token(token, "github")
        options = {"token_manager": manager, "on_event": events.append, "clock": clock}
        async with maker(engine)(server.url, **options, **SETTINGS) as client:
            found = await asyncio.gather(*(client.fetch_repository_details("o", "r") for _ in range(calls)))
            assert [item.name for item in found] == [REPO["name"]] * calls

    run(main())
    return events


def _secrets_of(server: RawServer) -> set[str]:
    signed = {request.headers.get("authorization", "").rpartition(" ")[2] for request in server.requests}
    return {TOKEN, *signed} - {""}


def _shown(error: BaseException) -> str:
    places = [f"{place} {text}" for place, text in reported_locals(error)]
    return "\n".join(["".join(traceback.format_exception(error)), repr(vars(error)), *places])


FAILING: dict[str, tuple[Reply, Reply]] = {
    "a token with a line break": (_listed(), _minted(token=f"{TOKEN}\nx")),
    "a token with a space": (_listed(), _minted(token=f" {TOKEN}")),
    "a number as token": (_listed(), _minted(token=5)),
    "no token": (_listed(), _minted(token=None)),
    "an end that is no time": (_listed(), _minted(expires_at="soon")),
    "an end before all time": (_listed(), _minted(expires_at="0001-01-01T00:00:00")),
    "no end": (_listed(), _minted(expires_at=None)),
    "a list": (_listed(), _fixed([1])),
    "HTML": (_listed(), _fixed("<html>")),
    "HTTP 500": (_listed(), _fixed("oops", status=500)),
    "a redirect": (_listed(), _fixed("", status=307, headers={"location": "http://localhost:9/"})),
    "a large body": (_listed(), _minted(more="x" * 200_000)),
    "the JWT in a 401": (_listed(), _echo(401)),
    "the JWT in a 404": (_listed(), _echo(404)),
    "the JWT in a 422": (_listed(), _echo(422)),
    "the JWT in a 500": (_listed(), _echo(500)),
    "the JWT in a 401 to the listing": (_echo(401), _minted()),
    "the JWT in a 500 to the listing": (_echo(500), _minted()),
    "an id that is no number": (_fixed('[{"id": 1e999, "account": {"login": "o"}}]'), _minted()),
    "a listing that is deep": (_fixed("[" * 50_000), _minted()),
}


@pytest.mark.parametrize("replies", FAILING.values(), ids=FAILING)
def test_a_wrong_response_to_an_app_is_one_error_without_a_secret(engine: str, replies: tuple[Reply, Reply]) -> None:
    with _app_server(*replies) as server:
        with pytest.raises(GitFleetError) as caught:
            _call(engine, server)
        assert len(server.requests) <= 3
        shown = _shown(caught.value)
        assert [secret for secret in _secrets_of(server) if secret in shown] == []
        assert "minted0" not in shown


@pytest.mark.parametrize("expires_at", ["2001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2100-01-01"])
def test_a_token_is_used_whatever_end_is_stated(engine: str, expires_at: str) -> None:
    with _app_server(minting=_minted(expires_at=expires_at)) as server:
        _call(engine, server)
        assert len(server.requests) == 3


def test_a_row_with_a_wrong_time_of_creation_is_an_installation_all_the_same(engine: str) -> None:
    with _app_server(_listed({**INSTALLATION, "created_at": "x"})) as server:
        _call(engine, server)


def test_apps_whose_names_the_server_does_not_state_share_no_budget(engine: str) -> None:
    async def main() -> None:
        manager = TokenManager()
        for number in (1, 2):
            manager.add_source(GitHubApp(number, private_key=KEY, base_url=server.url))
        async with maker(engine)(server.url, token_manager=manager, **SETTINGS) as client:
            await client.fetch_repository_details("o", "r")
        first, second = manager.get_all_tokens("github")
        assert first.principal is not second.principal

    with _app_server(_listed({**INSTALLATION, "app_slug": None})) as server:
        run(main())


@pytest.mark.parametrize("number", [2, None])
def test_a_listing_that_repeats_a_page_ends(engine: str, number: int | None) -> None:
    def listing(request: RawRequest) -> bytes:
        following = number or int(request.target.rpartition("=")[2]) + 1
        link = f'<{LIST}per_page=100&page={following}>; rel="next"'
        return http_response([INSTALLATION], headers={"link": link})

    with _app_server(listing) as server:
        _call(engine, server)
        assert len(server.requests) == 4


LIMITED = {
    "429": _fixed({"message": "slow"}, status=429, headers={"retry-after": "30"}),
    "403": _fixed({"message": "You have exceeded a secondary rate limit"}, status=403),
}


@pytest.mark.parametrize("limited", LIMITED.values(), ids=LIMITED)
def test_a_limit_of_token_requests_stops_no_call_that_another_token_serves(engine: str, limited: Reply) -> None:
    clock = ManualClock()
    elsewhere = {**INSTALLATION, "account": {"login": "elsewhere", "type": "Organization"}}
    with _app_server(_listed(elsewhere), limited) as server:
        _call(engine, server, "plain-token", calls=4, clock=clock)
        assert clock.sleeps == []
        assert sum(request.target.endswith(MINT) for request in server.requests) == 1


@pytest.mark.parametrize("limited", LIMITED.values(), ids=LIMITED)
def test_a_limit_of_token_requests_is_waited_for_as_long_as_the_user_allows(engine: str, limited: Reply) -> None:
    clock = ManualClock()
    with _app_server(minting=limited) as server:
        with pytest.raises(RateLimitError):
            _call(engine, server, clock=clock)
        assert 300 <= sum(clock.sleeps) <= 600
        assert len(server.requests) <= 22


def test_a_token_request_without_a_response_ends_with_the_timeout(engine: str) -> None:
    def stall(_: RawRequest) -> bytes:
        time.sleep(0.8)
        return b""

    with _app_server(minting=stall) as server:
        start = time.monotonic()
        with pytest.raises(GitFleetError):
            _call(engine, server)
        assert time.monotonic() - start < 5


# -- OAuth

OLD = {"access": "acc_zq0old0", "refresh": "ref_zq0old0", "app": "app_zq0old0"}
NEW = {"access_token": "acc_zq0new0", "refresh_token": "ref_zq0new0", "expires_in": 3600}


def _renewal(engine: str, provider: str, server: RawServer, folder: Path, clock: ManualClock) -> FileStore:
    """Call with a sign-in that has expired, and return its store."""
    kind, store = ProviderType(provider), FileStore(folder / "s.json")
    if store.read(server.url) is None:
        secrets: dict[str, Any] = {"refresh_token": OLD["refresh"], "client_secret": OLD["app"]}
        store.write(SignIn(kind, server.url, "client", OLD["access"], expires_at=1.0, login="ann", **secrets))

    async def main() -> None:
        source = OAuthSource(store, kind, server.url)
        make: Any = maker(engine) if provider == "github" else lambda *args, **more: gitlab(engine, *args, **more)
        async with make(server.url, source, clock=clock, **SETTINGS) as client:
            assert await client.request("GET", "/x") == {}

    run(main())
    return store


def _token_server(*replies: bytes) -> RawServer:
    """A server that gives these responses to requests for tokens, and repeats the last one."""
    left = list(replies)

    def reply(request: RawRequest) -> bytes:
        if request.method == "POST":
            return left.pop(0) if len(left) > 1 else left[0]
        return http_response({})

    return RawServer(route(reply))


def _json(**more: object) -> bytes:
    return http_response({**NEW, **more})


WRONG = {
    "a token with a line break": _json(access_token="acc_zq0new0\nx"),
    "HTML": http_response("<html>"),
    "HTTP 500": http_response("", status=500),
    "a redirect": http_response("", status=307, headers={"location": "http://localhost:9/"}),
    "a secret as error": http_response({"error": OLD["refresh"]}, status=400),
    "half a response": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n" + json.dumps(NEW).encode(),
    "a large body": _json(more="x" * 200_000),
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_response_to_a_renewal_is_one_error_and_the_next_call_renews(
    engine: str, provider: str, wrong: str, tmp_path: Path
) -> None:
    server = RawServer(once(WRONG[wrong])) if wrong == "half a response" else _token_server(WRONG[wrong])
    with server:
        with pytest.raises(GitFleetError) as caught:
            _renewal(engine, provider, server, tmp_path, ManualClock())
        store, shown = FileStore(tmp_path / "s.json"), _shown(caught.value)
        assert [text for text in (*OLD.values(), "acc_zq0new0", "ref_zq0new0") if text in shown] == []
        kept = store.read(server.url)
        assert kept is not None
        assert kept.refresh_token in (OLD["refresh"], NEW["refresh_token"])


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_token_that_cannot_be_sent_is_renewed_by_the_next_call(engine: str, provider: str, tmp_path: Path) -> None:
    with _token_server(_json(access_token="a\nb"), _json(refresh_token="ref_zq0third0")) as server:
        clock = ManualClock()
        with pytest.raises(DecodeError, match="characters that no token has"):
            _renewal(engine, provider, server, tmp_path, clock)
        stored = _renewal(engine, provider, server, tmp_path, clock).read(server.url)
        assert stored is not None
        assert stored.refresh_token == "ref_zq0third0"
        assert b"refresh_token=ref_zq0new0" in [item for item in server.requests if item.method == "POST"][1].body


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("seconds", ["1" + "0" * 400, "1e999", "1e300", "-5", '"3600"', "null", "true"])
def test_a_token_is_used_whatever_life_is_stated(engine: str, provider: str, seconds: str, tmp_path: Path) -> None:
    body = f'{{"access_token": "acc_zq0new0", "refresh_token": "ref_zq0new0", "expires_in": {seconds}}}'
    with _token_server(http_response(body)) as server:
        stored = _renewal(engine, provider, server, tmp_path, ManualClock()).read(server.url)
        assert stored is not None
        assert stored.access_token == "acc_zq0new0"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_limit_of_renewals_is_waited_for_as_stated(engine: str, provider: str, tmp_path: Path) -> None:
    with _token_server(http_response({}, status=429, headers={"retry-after": "30"}), _json()) as server:
        clock = ManualClock()
        _renewal(engine, provider, server, tmp_path, clock)
        assert clock.sleeps == [pytest.approx(30, abs=1)]
