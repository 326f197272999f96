"""No token is visible after any fault: not in events, log lines, errors, pickles, files or printed text."""

from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import (
    CacheHit,
    Event,
    GitFleetError,
    GitHubClient,
    RequestDone,
    Retry,
    Retrying,
    SQLiteCache,
    Timeout,
    TokenManager,
    TokenSwitched,
    Waiting,
)
from gitfleet_testing import Forge
from support.clients import MakeClient
from support.clocks import ManualClock
from support.failing import PATIENT
from support.fault_rows import ATTEMPTS, LONGEST_WAIT, Row
from support.fault_table import ROWS
from support.running import run
from support.sending import NAME, OWNER, one_repository, pool, send

SECRETS = ("ghp_Wq7secretONE9x", "ghp_Zt4secretTWO8y")
QUICK = Timeout(connect=5, read=0.5, total=5)
SCENARIOS = [row for row in ROWS if row.method in ("GET", "POST") and not row.impatient]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _texts_of_error(error: GitFleetError) -> Iterator[str]:
    yield "".join(traceback.format_exception(error))
    yield pickle.dumps(error).decode("latin-1")
    for one in _chain(error):
        yield f"{one} {one!r} {one.args!r} {vars(one)!r}"


def _texts_of_client(client: GitHubClient, manager: TokenManager, cache: SQLiteCache) -> Iterator[str]:
    session = client.session
    for thing in (client, client.backend, session, session._config, manager, cache, client.fetch_branches("o", "r")):
        yield f"{thing} {thing!r}"
    yield f"{vars(client)!r} {vars(session)!r} {vars(cache)!r}"
    for info in manager.get_all_tokens("github"):
        yield f"{info} {info!r} {info.status!r} {info.buckets()!r} {info.label}"
        yield pickle.dumps(info).decode("latin-1")


def _files(folder: Path) -> Iterator[str]:
    for file in folder.iterdir():
        yield file.read_bytes().decode("latin-1")


class _Drive:
    """A client with two tokens, a cache and an on_event callback, for faults."""

    def __init__(self, make_client: MakeClient, folder: Path) -> None:
        self.texts: list[str] = []
        self.errors: list[GitFleetError] = []
        self.events: list[Event] = []
        self._make = make_client
        self._folder = folder

    def meet(self, row: Row) -> None:
        """Provoke one fault and collect all text that can be printed afterwards."""
        with Forge(one_repository()) as forge:
            clock = ManualClock(on_sleep=lambda _: forge.reset_limits())
            manager = TokenManager(clock=clock.time)
            for number, secret in enumerate(SECRETS[: row.tokens]):
                forge.add_token(secret)
                manager.add_token(secret, "github", username=f"user-{number}" if number else None)
            cache = SQLiteCache(self._folder / "answers.db")
            client = self._make(
                forge.url,
                token_manager=manager,
                cache=cache,
                retry=Retry(attempts=ATTEMPTS),
                max_rate_limit_wait=LONGEST_WAIT,
                timeout=PATIENT,
                clock=clock,
                on_event=self.events.append,
            )
            forge.limit(SECRETS[0], remaining=4000)
            run(self._run(client, row, forge))
            self.texts += _texts_of_client(client, manager, cache)
            run(cache.aclose())

    async def _run(self, client: GitHubClient, row: Row, forge: Forge) -> None:
        async with client:
            await client.fetch_repository_details(OWNER, NAME)
            await client.fetch_repository_details(OWNER, NAME)
            _arm(row, forge)
            try:
                await send(client, row.method, decode=row.decode)
            except GitFleetError as error:
                self.errors.append(error)


def _arm(row: Row, forge: Forge) -> None:
    forge.token = SECRETS[0]  # the rows about a token use this one
    row.arm(forge)


def test_no_token_is_visible_after_any_fault(
    make_client: MakeClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "gitfleet")
    drive = _Drive(make_client, tmp_path)
    for row in SCENARIOS:
        drive.meet(row)
    kinds = {type(event) for event in drive.events}
    assert kinds == {RequestDone, Retrying, Waiting, TokenSwitched, CacheHit}
    assert len({(type(error), error.code) for error in drive.errors}) >= 15
    assert sum(record.name == "gitfleet" for record in caplog.records) > len(SCENARIOS)
    texts = [*drive.texts, *_files(tmp_path), caplog.text, *(str(vars(record)) for record in caplog.records)]
    texts += [f"{event} {event!r} {pickle.dumps(event).decode('latin-1')}" for event in drive.events]
    texts += [text for error in drive.errors for text in _texts_of_error(error)]
    for text in texts:
        for secret in SECRETS:
            assert secret not in text
            assert secret.removeprefix("ghp_") not in text


SECRET = SECRETS[0]
LONG = "x" * 290 + SECRET  # messages are cut in the middle of the secret

ECHOES: dict[str, dict[str, Any]] = {
    "a message": {"status": 400, "body": {"message": f"what is {SECRET}?"}},
    "a field": {"status": 422, "body": {"message": "no", "errors": [{"value": SECRET}]}},
    "text": {"status": 500, "body": f"Authorization: Bearer {SECRET}"},
    "a long message": {"status": 404, "body": {"message": LONG}},
    "a limit": {"status": 429, "body": {"message": SECRET}, "headers": {"Retry-After": "3600"}},
    "no JSON": {"status": 200, "body": f"<p>{SECRET}"},
    "no JSON, long": {"status": 200, "body": "y" * 110 + SECRET},
    "a wrong type": {"status": 200, "body": {"id": SECRET, "name": "tool", "full_name": "acme/tool"}},
    "a bad time": {"status": 200, "body": {"id": 1, "name": "t", "full_name": "a/t", "created_at": SECRET}},
    "the id of the request": {"status": 500, "headers": {"X-GitHub-Request-Id": f"id-{SECRET}"}},
    "a redirect elsewhere": {"status": 301, "headers": {"Location": f"http://localhost:9/{SECRET}"}},
    "no HTTP": {"data": b"HTTP/1.1 200 OK\r\n%s\r\n\r\n" % SECRET.encode()},
    "no status": {"data": b"HTTP/1.1 %s\r\n\r\n" % SECRET.encode()},
    "a redirect to something bad": {"status": 301, "headers": {"Location": f"http://[{SECRET}"}},
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES.keys())
def test_a_token_that_the_server_echoes_is_redacted(
    make_client: MakeClient, echo: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> GitFleetError:
        async with make_client(forge.url, SECRET, timeout=PATIENT, on_event=events.append) as client:
            with pytest.raises(GitFleetError) as caught:
                await client.fetch_repository_details(OWNER, NAME)
            return caught.value

    events: list[Event] = []
    caplog.set_level(logging.DEBUG, "gitfleet")
    with Forge(one_repository()) as forge:
        forge.add_token(SECRET)
        if "data" in echo:
            forge.garbage(**echo)
        else:
            forge.fail(**echo)
        error = run(main())
    shown = [*_texts_of_error(error), repr(events), *(record.getMessage() for record in caplog.records)]
    for text in shown:
        assert SECRET not in text
        assert SECRET[:7] not in text, "a part of it"


def test_a_token_in_a_link_is_redacted(make_client: MakeClient) -> None:
    async def main() -> GitFleetError:
        async with make_client(forge.url, SECRET, timeout=PATIENT) as client:
            with pytest.raises(GitFleetError) as caught:
                await client.fetch_repositories(OWNER, kind="organization")
            return caught.value

    with Forge(one_repository()) as forge:
        forge.add_token(SECRET)
        forge.fail(status=200, body=[], headers={"Link": f'<http://localhost:9/?t={SECRET}>; rel="next"'})
        error = run(main())
    assert error.code == "foreign_link"
    assert not [text for text in _texts_of_error(error) if SECRET in text]


LINKED: dict[str, Callable[[Forge, str], object]] = {
    "next page": lambda forge, url: forge.fail(
        status=200, body=[], headers={"Link": f'<{url}&page=2>; rel="next"'}, times=1
    ),
    "last page": lambda forge, url: forge.fail(
        status=200, body=[], headers={"Link": f'<{url}&page=2>; rel="next", <{url}&page=3>; rel="last"'}, times=1
    ),
    "redirect": lambda forge, url: forge.fail(status=302, headers={"Location": url}, times=1),
}
ENDS: dict[str, Callable[[Forge], object]] = {
    "success": lambda _: None,
    "failure": lambda forge: forge.fail(status=502, times=None),
    "one failure": lambda forge: forge.fail(status=502, times=1),
    "no JSON": lambda forge: forge.fail(status=200, body="no JSON", times=None),
    "a reset": lambda forge: forge.reset(times=None),
    "a limit": lambda forge: forge.secondary_limit(retry_after=600, times=None),
    "a short limit": lambda forge: forge.secondary_limit(retry_after=1, times=1),
    "a refusal": lambda forge: forge.fail(status=401, times=1),
    "silence": lambda forge: forge.stall(seconds=None, times=None),
    "a link elsewhere": lambda forge: forge.fail(
        status=200, body=[], headers={"Link": '<http://localhost:9/>; rel="next"'}, times=None
    ),
    "the same page": lambda forge: forge.fail(
        status=200, body=[{"name": "main", "commit": {"sha": "1"}, "protected": False}], times=None
    ),
    "redirects": lambda forge: forge.fail(status=302, headers={"Location": "?again"}, times=None),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
@pytest.mark.parametrize("link", LINKED.values(), ids=LINKED.keys())
def test_a_token_in_a_followed_link_is_redacted(
    make_client: MakeClient,
    link: Callable[[Forge, str], object],
    end: Callable[[Forge], object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> GitFleetError | None:
        async with make_client(
            forge.url,
            token_manager=manager,
            timeout=QUICK,
            retry=Retry(attempts=2),
            on_event=events.append,
            clock=clock,
        ) as client:
            try:
                await client.fetch_branches(OWNER, NAME)
            except GitFleetError as error:
                return error
            return None

    events: list[Event] = []
    clock = ManualClock()
    caplog.set_level(logging.DEBUG, "gitfleet")
    with Forge(one_repository()) as forge:
        for secret in SECRETS:
            forge.add_token(secret)
        manager = pool(*SECRETS, clock=clock)
        link(forge, f"{forge.url}/repos/{OWNER}/{NAME}/branches?t={SECRETS[0]}&u={SECRETS[1]}")
        end(forge)
        error = run(main())
        assert any("t" in request.query for request in forge.requests), "the link was followed"
    shown = [repr(events), *(record.getMessage() for record in caplog.records)]
    shown += [] if error is None else _texts_of_error(error)
    for text in shown:
        for secret in SECRETS:
            assert secret not in text
