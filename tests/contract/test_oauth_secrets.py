"""Secrets of sign-ins are in no error, event, log or local variable, even if a server repeats them."""

from __future__ import annotations

import logging
import pickle
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from gitfleet_api import GitFleetError, ProviderType
from gitfleet_api.auth import (
    DeviceCode,
    FileStore,
    LoopbackSignIn,
    OAuthSource,
    SignIn,
    exchange_for,
    finish_device,
    revoke,
    start_device,
)
from support.clients import maker
from support.clocks import ManualClock
from support.crash_report import reported_locals
from support.gitlab_clients import gitlab
from support.pools import PROVIDERS
from support.raw_server import RawRequest, RawServer, http_response, once, route
from support.running import run

SECRETS = {
    name: f"zq0{name.replace('_', '')}secret" + "x" * 20 for name in ("access", "refresh", "app", "device", "new")
}


def _client(engine: str, provider: str, url: str, **settings: Any) -> Any:
    return maker(engine)(url, **settings) if provider == "github" else gitlab(engine, url, **settings)


def _sign_in(provider: str, url: str) -> SignIn:
    return SignIn(
        ProviderType(provider),
        url,
        "client",
        SECRETS["access"],
        expires_at=1.0,
        refresh_token=SECRETS["refresh"],
        login="ann",
        client_secret=SECRETS["app"],
    )


def _code(url: str) -> DeviceCode:
    return DeviceCode("A-B", url, None, 1e12, 0.01, "client", (), SECRETS["device"], SECRETS["app"])


def _echo(request: RawRequest) -> bytes:
    """Refuse, and repeat what the request says."""
    given = " ".join(value for values in parse_qs(request.body.decode()).values() for value in values)
    return http_response(
        {"error": "odd", "error_description": f"{given} {SECRETS['new']}", "access_token": SECRETS["new"]}
    )


def _shown(error: BaseException, events: list[object], records: list[logging.LogRecord]) -> str:
    parts = ["".join(traceback.format_exception(error)), repr(vars(error)), pickle.dumps(error).decode("latin-1")]
    parts += [f"{place} {text}" for place, text in reported_locals(error)]
    parts += [repr(event) for event in events] + [record.getMessage() for record in records]
    return "\n".join(parts)


PLAYS = {
    "repeats": route(_echo),
    "no JSON": route(lambda request: http_response(b"oops " + request.body)),
    "wrong HTTP": once(b"HTTP/1.1 " + " ".join(SECRETS.values()).encode() + b"\r\n\r\n"),
    "wrong header": once(b"HTTP/1.1 200 OK\r\n" + " ".join(SECRETS.values()).encode() + b"\r\n\r\n"),
    "HTTP 500": route(lambda request: http_response(request.body, status=500)),
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("play", PLAYS)
@pytest.mark.parametrize("action", ["renew", "device", "revoke"])
def test_a_failure_shows_no_secret(
    engine: str, provider: str, play: str, action: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    events: list[object] = []
    with RawServer(PLAYS[play]) as server, caplog.at_level(logging.DEBUG, "gitfleet"):
        sign_in = _sign_in(provider, server.url)
        store = FileStore(tmp_path / "s.json")
        store.write(sign_in)

        async def main() -> None:
            clock = ManualClock()
            async with _client(engine, provider, server.url, on_event=events.append, clock=clock) as client:
                if action == "renew":
                    source = OAuthSource(store, ProviderType(provider), server.url)
                    account = (await source.accounts(exchange_for(client), None))[0]
                    await source.token(exchange_for(client), account, None)
                elif action == "device":
                    await finish_device(client, _code(server.url))
                else:
                    await revoke(client, sign_in)

        with pytest.raises(GitFleetError) as caught:
            run(main())
    assert events
    shown = _shown(caught.value, events, caplog.records)
    assert [name for name, secret in SECRETS.items() if secret in shown] == []


@pytest.mark.parametrize("play", ["repeats", "no JSON"])
def test_a_code_that_cannot_be_had_shows_no_secret(engine: str, play: str) -> None:
    with RawServer(PLAYS[play]) as server:

        async def main() -> None:
            async with gitlab(engine, server.url) as client:
                await start_device(client, "client", client_secret=SECRETS["app"])

        with pytest.raises(GitFleetError) as caught:
            run(main())
    shown = _shown(caught.value, [], [])
    assert [name for name, secret in SECRETS.items() if secret in shown] == []


def test_objects_show_no_secret_and_are_not_pickled(engine: str, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "s.json")
    sign_in = _sign_in("gitlab", "http://127.0.0.1:1")
    store.write(sign_in)
    client = gitlab(engine, "http://127.0.0.1:1")
    flow = LoopbackSignIn(client, "client", client_secret=SECRETS["app"])
    source = OAuthSource(store, ProviderType.GITLAB, "http://127.0.0.1:1")
    for item in (sign_in, store, flow, source, _code("http://127.0.0.1:1")):
        for shown in (repr(item), str(item), repr(getattr(item, "__dict__", ""))):
            assert not any(secret in shown for secret in SECRETS.values())
    for item in (sign_in, source, _code("http://127.0.0.1:1")):
        with pytest.raises(TypeError, match="can't be pickled"):
            pickle.dumps(item)
