"""No secret of any kind of source is visible: not in events, log lines, errors, pickles, files or printed text."""

from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from gitfleet_api import GitFleetError, ProviderType, Retry, SQLiteCache, TokenManager
from gitfleet_api.auth import (
    AccessToken,
    Account,
    Exchange,
    FileStore,
    GitHubApp,
    OAuthSource,
    SignIn,
    TokenSource,
    web_origin,
)
from gitfleet_testing import Fleet, Forge
from support.clocks import ManualClock
from support.crash_report import reported_locals
from support.pools import client_of
from support.running import run

FAULTS: dict[str, Callable[[Forge], object]] = {
    "none": lambda _: None,
    "HTTP 401": lambda forge: forge.fail(status=401, times=None),
    "HTTP 500": lambda forge: forge.fail(status=500, times=None),
    "a reset": lambda forge: forge.reset(times=None),
    "no JSON": lambda forge: forge.fail(status=200, body="no JSON", times=None),
}


class _Plain(TokenSource):
    """A source with two tokens, one after the other."""

    provider: ClassVar[ProviderType] = ProviderType.GITHUB

    def __init__(self, forge: Forge) -> None:
        super().__init__()
        self._given = [AccessToken(f"zq0plain{number}" + "x" * 20) for number in range(2)]
        for item in self._given:
            forge.add_token(item.token)

    @property
    def name(self) -> str:
        """Its name in messages."""
        return "plain"

    async def accounts(self, exchange: Exchange, owner: str | None) -> tuple[Account]:
        """Return the only account."""
        return (Account("1", "someone"),)

    async def token(self, exchange: Exchange, account: Account, refused: str | None) -> AccessToken:
        """Return a token that was not refused."""
        return next(item for item in self._given if item.token != refused)


def _plain(forge: Forge, _: Path) -> tuple[TokenSource, list[str]]:
    return _Plain(forge), ["zq0plain"]


def _app(forge: Forge, _: Path) -> tuple[TokenSource, list[str]]:
    app = forge.add_app("my-app")
    app.install("acme")
    lines = app.private_key.splitlines()
    return GitHubApp(app.id, private_key=app.private_key, base_url=forge.url), [lines[5], "eyJ0", "eyJh", "ghs_"]


def _oauth(provider: str) -> Callable[[Forge, Path], tuple[TokenSource, list[str]]]:
    def create(forge: Forge, folder: Path) -> tuple[TokenSource, list[str]]:
        secrets = [f"zq0{name}" + "x" * 20 for name in ("access", "refresh", "app")]
        forge.add_token(secrets[0])
        store, kind = FileStore(folder / "sign-ins.json"), ProviderType(provider)
        more: dict[str, Any] = {"refresh_token": secrets[1], "client_secret": secrets[2], "login": "root"}
        base_url = forge.url if provider == "github" else forge.gitlab_url
        store.write(SignIn(kind, web_origin(kind, base_url), "client", secrets[0], **more))
        return OAuthSource(store, kind, base_url), secrets

    return create


SOURCES = {"a source": _plain, "an app": _app, "OAuth github": _oauth("github"), "OAuth gitlab": _oauth("gitlab")}


def _fleet() -> Fleet:
    fleet = Fleet()
    fleet.add_organization("acme")
    fleet.add_repository("acme", "tool")
    return fleet


def _texts(error: GitFleetError) -> Iterator[str]:
    yield "".join(traceback.format_exception(error))
    yield pickle.dumps(error).decode("latin-1")
    yield f"{error!r} {vars(error)!r}"
    yield from (f"{place} {text}" for place, text in reported_locals(error))


def _objects(client: Any, manager: TokenManager, source: TokenSource) -> Iterator[str]:
    session = client.session
    for thing in (client, client.backend, session, session._config, manager, source):
        yield f"{thing} {thing!r} {getattr(thing, '__dict__', '')!r}"
    for info in manager.get_all_tokens(source.provider):
        yield f"{info} {info!r} {info.label} {info.renewal!r} {info.account!r} {pickle.dumps(info).decode('latin-1')}"
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(source)


@pytest.mark.parametrize("create", SOURCES.values(), ids=SOURCES)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_no_secret_of_a_source_is_visible(
    engine: str,
    create: Callable[[Forge, Path], tuple[TokenSource, list[str]]],
    fault: Callable[[Forge], object],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "gitfleet")
    events: list[object] = []
    texts: list[str] = []
    (tmp_path / "cache").mkdir()
    with Forge(_fleet()) as forge:
        source, secrets = create(forge, tmp_path)
        clock, cache = ManualClock(), SQLiteCache(tmp_path / "cache" / "responses.db")
        manager = TokenManager(clock=clock.time)
        manager.add_source(source)

        async def main() -> None:
            options: dict[str, Any] = {
                "token_manager": manager,
                "cache": cache,
                "on_event": events.append,
                "clock": clock,
            }
            async with client_of(source.provider, engine, forge, retry=Retry(attempts=2), **options) as client:
                await client.fetch_repository_details("acme", "tool")
                fault(forge)
                try:
                    await client.fetch_branches("acme", "tool")
                except GitFleetError as error:
                    texts.extend(_texts(error))
                texts.extend(_objects(client, manager, source))
            await cache.aclose()

        run(main())
    files = [file.read_bytes().decode("latin-1") for file in (tmp_path / "cache").iterdir()]
    assert any("tool" in text for text in files), "the cache has the response"
    texts += [*files, caplog.text, *(str(vars(record)) for record in caplog.records)]
    texts += [f"{event!r} {pickle.dumps(event).decode('latin-1')}" for event in events]
    assert events
    assert [(secret[:8], text[:200]) for secret in secrets for text in texts if secret in text] == []
