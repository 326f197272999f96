"""A cache never makes a call fail, stores no token, and no client receives what it would not have accepted."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gitfleet_api import (
    Cache,
    CacheEntry,
    CacheHit,
    CacheWarning,
    DecodeError,
    Event,
    MemoryCache,
    ProtocolError,
)
from support.clients import MakeClient
from support.raw_server import RawRequest, RawServer, http_response, route
from support.running import run

TOKEN = "ghp_S3cretTokenValue0123456789"
CONDITIONS = ("if-none-match", "if-modified-since")


@dataclass
class Account:
    """A user's model."""

    login: str


class Recording(Cache):
    """A cache in memory that passes every entry to ``change`` before it returns it."""

    def __init__(self, change: Callable[[CacheEntry], Any] = lambda entry: entry) -> None:
        self.entries: dict[str, CacheEntry] = {}
        self._change = change

    async def get(self, key: str) -> CacheEntry | None:
        """Return an entry, changed."""
        entry = self.entries.get(key)
        return None if entry is None else self._change(entry)

    async def put(self, key: str, entry: CacheEntry) -> None:
        """Store an entry."""
        self.entries[key] = entry

    async def aclose(self) -> None:
        """Do nothing."""


def _is_conditional(request: RawRequest) -> bool:
    return any(name in request.headers for name in CONDITIONS)


def _serve(body: object, headers: dict[str, str] | None = None) -> RawServer:
    """A server that confirms every condition."""

    def choose(request: RawRequest) -> bytes:
        if _is_conditional(request):
            return http_response(status=304)
        return http_response(body, headers={"etag": '"1"'} if headers is None else headers)

    return RawServer(route(choose))


def _warnings(coroutine: Coroutine[Any, Any, None]) -> list[warnings.WarningMessage]:
    """Run a coroutine and return its warnings, each as often as it was issued."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(coroutine)
    assert all(item.category is CacheWarning for item in caught)
    return caught


ECHOES: dict[str, tuple[object, dict[str, str]]] = {
    "in a header": ({"login": "a"}, {"x-accepted": f"Bearer {TOKEN}"}),
    "in the name of a header": ({"login": "a"}, {TOKEN: "1"}),
    "in the ETag": ({"login": "a"}, {"etag": f'"{TOKEN}"'}),
    "in a value": ({"login": f"a {TOKEN}"}, {}),
    "in a nested value": ({"login": "a", "more": [{"authorization": [TOKEN]}]}, {}),
    "as a key": ({"login": "a", TOKEN: 1}, {}),
    "escaped": ('{"login": "' + "".join(f"\\u{ord(letter):04X}" for letter in TOKEN) + '"}', {}),
    "partly escaped": ('{"login": "' + TOKEN.replace("S", "\\u0053") + '"}', {}),
}


@pytest.mark.parametrize(("body", "headers"), ECHOES.values(), ids=ECHOES.keys())
def test_a_response_that_echoes_the_token_is_not_stored(
    make_client: MakeClient, body: object, headers: dict[str, str]
) -> None:
    async def main() -> None:
        for raw in (False, True):
            async with make_client(server.url, TOKEN, cache=cache, include_raw=raw) as client:
                await client.request("GET", "/x")
                await client.fetch("/x", Account)
                await client.fetch("/x", WithAll)

    @dataclass
    class WithAll:
        login: str
        more: object = None

    cache = Recording()
    with _serve(body, {"etag": '"1"', **headers}) as server:
        run(main())
    assert TOKEN not in repr(cache.entries)
    assert all(TOKEN.encode() not in entry.body for entry in cache.entries.values())
    bodies = [entry for entry in cache.entries.values() if entry.columns is None]
    assert bodies == []


def test_cookies_and_old_rate_limits_are_not_stored(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(server.url, TOKEN, cache=cache) as client:
            await client.request("GET", "/x")

    cache = Recording()
    headers = {
        "etag": '"1"',
        "set-cookie": "session=1",
        "x-ratelimit-remaining": "7",
        "ratelimit-limit": "1",
        "x-a": "b",
    }
    with _serve({}, headers) as server:
        run(main())
    (entry,) = cache.entries.values()
    assert {name for name, _ in entry.headers} == {"etag", "x-a", "content-type"}


UNUSABLE = ['"\u00e9"', '"\u2603"', '"a\tb"', "", '"' + "a" * 1024 + '"']


@pytest.mark.parametrize("etag", UNUSABLE, ids=ascii)
def test_an_etag_that_a_request_cannot_contain_is_neither_stored_nor_sent(make_client: MakeClient, etag: str) -> None:
    async def main() -> None:
        async with make_client(server.url, TOKEN, cache=cache) as client:
            for _ in range(2):
                assert await client.request("GET", "/x") == {"a": 1}

    cache = Recording()
    raw = etag.encode().decode("latin-1")  # the bytes that servers send
    with _serve({"a": 1}, {"etag": raw, "last-modified": "Sat, 01 Jan 2022 00:00:00 GMT"}) as server:
        run(main())
    assert [sorted(set(CONDITIONS) & request.headers.keys()) for request in server.requests] == [
        [],
        ["if-modified-since"],
    ]
    assert [entry.etag for entry in cache.entries.values()] == [None]


class _Failing(Recording):
    async def get(self, key: str) -> CacheEntry | None:
        raise RuntimeError(TOKEN)

    async def put(self, key: str, entry: CacheEntry) -> None:
        raise OSError(28, "No space left on device")


class _Unhashable(_Failing):
    __hash__ = None  # type: ignore[assignment]


class _Sync(Recording):
    def get(self, key: str) -> Any:
        return None

    def put(self, key: str, entry: CacheEntry) -> Any:
        return None


CACHES: dict[str, Callable[[], Cache]] = {"fails": _Failing, "has no coroutines": _Sync}
NONSENSE: dict[str, Callable[[CacheEntry], Any]] = {
    "another type": lambda _: [1],
    "an ETag with a line break": lambda entry: replace(entry, etag='"1"\r\nx-evil: 1'),
    "an ETag in Cyrillic": lambda entry: replace(entry, etag="\u0436"),
    "an ETag that is a number": lambda entry: replace(entry, etag=1),
    "no validator": lambda entry: replace(entry, etag=None),
    "a date of bytes": lambda entry: replace(entry, etag=None, last_modified=b"x"),
    "headers that are no pairs": lambda entry: replace(entry, headers=("a", "b")),
    "headers of other types": lambda entry: replace(entry, headers=((1, 2),)),
    "a body of text": lambda entry: replace(entry, body="text"),
    "no values": lambda entry: replace(entry, columns=None, body=b"{}"),
    "no columns": lambda entry: replace(entry, columns=[]),
    "a column of another type": lambda entry: replace(entry, columns=["a"]),
    "too many rows": lambda entry: replace(entry, columns=[["a", "b"]]),
    "no rows": lambda entry: replace(entry, columns=[[]]),
    "too many columns": lambda entry: replace(entry, columns=[["a"], ["b"]]),
    "values of another type": lambda entry: replace(entry, columns=[[7]]),
}


@pytest.mark.parametrize("create", CACHES.values(), ids=CACHES.keys())
def test_an_exception_of_a_cache_is_one_warning_and_no_error(
    make_client: MakeClient, create: Callable[[], Cache]
) -> None:
    async def main() -> None:
        for _ in range(2):
            async with make_client(server.url, TOKEN, cache=cache) as client:
                for _ in range(3):
                    assert await client.fetch("/x", Account) == Account("a")

    cache = create()
    with _serve({"login": "a"}) as server:
        caught = _warnings(main())
    assert not any(map(_is_conditional, server.requests))
    assert len(caught) == 1
    assert TOKEN not in str(caught[0].message)


def test_a_cache_without_a_hash_can_fail_too(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(server.url, TOKEN, cache=_Unhashable()) as client:
            assert await client.fetch("/x", Account) == Account("a")

    with _serve({"login": "a"}) as server, pytest.warns(CacheWarning):
        run(main())


@pytest.mark.parametrize("change", NONSENSE.values(), ids=NONSENSE.keys())
def test_an_entry_that_no_response_can_have_is_not_used(
    make_client: MakeClient, change: Callable[[CacheEntry], Any]
) -> None:
    async def main() -> None:
        async with make_client(server.url, TOKEN, cache=cache) as client:
            for _ in range(3):
                assert await client.fetch("/x", Account) == Account("a")

    cache = Recording(change)
    with _serve({"login": "a"}) as server:
        caught = _warnings(main())
    assert not any(map(_is_conditional, server.requests))
    assert len(server.requests) == 3
    assert len(caught) == 1


STALE: dict[str, Callable[[CacheEntry], Any]] = {
    "a row": lambda entry: replace(entry, columns=[[None]]),
    "a body": lambda entry: replace(entry, body=entry.body[:-3]),
}


@pytest.mark.parametrize("kind", STALE)
def test_a_confirmed_entry_that_cannot_be_decoded_is_fetched_again(make_client: MakeClient, kind: str) -> None:
    async def main() -> None:
        async with make_client(server.url, TOKEN, cache=cache, on_event=events.append) as client:
            for _ in range(2):
                if kind == "a body":
                    assert await client.request("GET", "/x") == {"login": "a"}
                else:
                    assert await client.fetch("/x", Account) == Account("a")
                    assert await client.fetch_all("/rows", Account, at="items") == [Account("b")]

    def choose(request: RawRequest) -> bytes:
        if _is_conditional(request):
            return http_response(status=304)
        body = {"items": [{"login": "b"}]} if request.target.startswith("/rows") else {"login": "a"}
        return http_response(body, headers={"etag": '"1"'})

    events: list[Event] = []
    cache = Recording(STALE[kind])
    with RawServer(route(choose)) as server:
        run(main())
    by_path: dict[str, list[bool]] = {}
    for request in server.requests:
        by_path.setdefault(request.target.partition("?")[0], []).append(_is_conditional(request))
    assert set(map(tuple, by_path.values())) == {(False, True, False)}
    assert not any(isinstance(event, CacheHit) for event in events)


def test_a_response_that_cannot_be_decoded_is_not_stored(make_client: MakeClient) -> None:
    async def main() -> None:
        async with make_client(server.url, TOKEN, cache=cache) as client:
            for _ in range(2):
                with pytest.raises(DecodeError):
                    await client.fetch("/x", Account)
                with pytest.raises(DecodeError):
                    await client.fetch_all("/rows", Account, at="items")
            with pytest.raises(DecodeError):
                await client.request("GET", "/text")

    def choose(request: RawRequest) -> bytes:
        bodies: dict[str, object] = {"/x": {"login": None}, "/rows": {"items": [{}]}, "/text": "no JSON"}
        return http_response(bodies[request.target.partition("?")[0]], headers={"etag": '"1"'})

    cache = Recording()
    with RawServer(route(choose)) as server:
        run(main())
    assert cache.entries == {}
    assert not any(map(_is_conditional, server.requests))


def test_a_client_receives_no_cached_body_that_is_too_large_for_it(make_client: MakeClient) -> None:
    async def main() -> None:
        body = {"login": "a", "more": "x" * 10_000}
        for max_body in (100_000, 1_000, 100_000):
            async with make_client(server.url, TOKEN, cache=cache, max_body=max_body) as client:
                if max_body == 100_000:
                    assert await client.request("GET", "/x") == body
                    assert await client.fetch("/x", Account) == Account("a")
                    continue
                with pytest.raises(ProtocolError) as caught:
                    await client.request("GET", "/x")
                assert caught.value.code == "body_too_large"
                with pytest.raises(ProtocolError):
                    await client.fetch("/x", Account)

    cache = MemoryCache()
    with _serve({"login": "a", "more": "x" * 10_000}) as server:
        run(main())
    assert list(map(_is_conditional, server.requests)) == [False, False, False, False, True, True]


def test_a_response_for_one_token_is_never_returned_for_another(make_client: MakeClient) -> None:
    async def main() -> list[Any]:
        found = []
        for token in ("glpat-member-0001", "glpat-other-0002", None):
            async with make_client(server.url, token, cache=cache) as client:
                found += [await client.request("GET", "/x") for _ in range(2)]
        return found

    def choose(request: RawRequest) -> bytes:
        if _is_conditional(request):
            return http_response(status=304)
        return http_response({"sees": request.headers.get("authorization", "")[-4:]}, headers={"etag": '"same"'})

    cache = MemoryCache()
    with RawServer(route(choose)) as server:
        found = run(main())
    assert [item["sees"] for item in found] == ["0001", "0001", "0002", "0002", "", ""]
    assert list(map(_is_conditional, server.requests)) == [False, True] * 3
