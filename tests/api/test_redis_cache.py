"""The cache in a real Redis: what is stored, passwords, TLS, and faults of the server, none of which fails a call."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import pickle
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("redis", reason="needs Redis's client")

from gitfleet_api import CacheEntry, CacheWarning, ConfigurationError, RedisCache
from gitfleet_api._redis.pause import Pause
from support.certificates import Authority
from support.redis_server import RedisServer, find_redis
from support.running import run

pytestmark = pytest.mark.skipif(find_redis() is None, reason="needs redis-server")

SECRET = "s3cret-of-redis"
KEY = "ab" * 32
BOUND = 15.0
"""Seconds within which what waits at most 4 s has ended, on a machine that is busy."""


def _entry(text: str = "x", *, size: int = 0) -> CacheEntry:
    columns: list[list[object]] = [[1, None, 2**70], ["é\ud800", {"a": [1.5, None, True]}, text]]
    return CacheEntry(f'W/"{text}"', None, (("link", "</p>"), ("link", "</q>")), columns, b"\x00\xff" + b"b" * size)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path) as running:
        yield running


@contextmanager
def _recorded() -> Iterator[list[str]]:
    """The texts of the warnings of caches during the block; there are no others."""
    texts: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield texts
    assert {item.category for item in caught} <= {CacheWarning}
    texts += [str(item.message) for item in caught]


async def _use(cache: RedisCache, count: int = 20) -> bool:
    """Read and write at the same time, and return whether an entry could be stored."""
    keys = [f"{number:064}" for number in range(count)]
    await asyncio.gather(*(cache.put(key, _entry()) for key in keys), *(cache.get(key) for key in keys))
    return await cache.get(keys[0]) == _entry() and await cache.stored(keys) == set(keys)


def _use_and_close(cache: RedisCache) -> tuple[bool, list[str]]:
    """Whether an entry could be stored, and the warnings."""

    async def main() -> bool:
        is_stored = await _use(cache)
        await cache.aclose()
        return is_stored

    with _recorded() as texts:
        is_stored = run(main(), within=BOUND)
    return is_stored, texts


def test_a_stored_entry_comes_back_unchanged_in_another_object(server: RedisServer) -> None:
    async def main() -> None:
        first, second = RedisCache(server.url), RedisCache(server.url)
        assert await first.get(KEY) is None
        assert await first.stored([KEY]) == set()
        await first.put(KEY, _entry())
        assert await second.get(KEY) == _entry()
        await second.put(KEY, _entry("y"))
        assert await first.get(KEY) == _entry("y")
        assert await first.stored([KEY, "cd" * 32]) == {KEY}
        for cache in (first, second):
            await cache.aclose()
            await cache.aclose()
            await cache.put(KEY, _entry("z"))
            assert await cache.get(KEY) is None
            assert await cache.stored([KEY]) == set()

    run(main())


def test_entries_expire_after_their_last_use_and_have_the_prefix(server: RedisServer) -> None:
    async def main() -> None:
        cache = RedisCache(server.url, prefix="mine", ttl=1000)
        await cache.put(KEY, _entry())
        server.command("EXPIRE", f"mine:response:{KEY}", "10")
        await cache.get(KEY)
        await cache.aclose()

    run(main())
    assert server.command("KEYS", "*") == [f"mine:response:{KEY}".encode()]
    left = server.command("TTL", f"mine:response:{KEY}")
    assert isinstance(left, int)
    assert 900 < left <= 1000


def test_a_larger_entry_is_neither_stored_nor_read(server: RedisServer) -> None:
    async def main() -> None:
        small, large = RedisCache(server.url, max_entry_bytes=1000), RedisCache(server.url)
        await small.put(KEY, _entry(size=2000))
        assert await large.get(KEY) is None
        await large.put(KEY, _entry(size=2000))
        assert await large.get(KEY) == _entry(size=2000)
        with pytest.warns(CacheWarning, match="damaged or of another program"):
            assert await small.get(KEY) is None
        for cache in (small, large):
            await cache.aclose()

    run(main())


@pytest.mark.parametrize("damage", ["text", "another key's", "cut", "a list"])
def test_what_is_no_entry_of_the_key_is_not_used_and_reported_once(server: RedisServer, damage: str) -> None:
    async def main() -> None:
        cache, name = RedisCache(server.url), f"gitfleet:response:{KEY}"
        await cache.put("cd" * 32, _entry())
        await cache.put(KEY, _entry())
        if damage == "text":
            server.command("SET", name, "something else")
        elif damage == "another key's":
            server.command("COPY", f"gitfleet:response:{'cd' * 32}", name, "REPLACE")
        elif damage == "cut":
            server.command("SETRANGE", name, "9", "?")
        else:
            server.command("DEL", name)
            server.command("LPUSH", name, "x")
        with _recorded() as texts:
            for _ in range(3):
                assert await cache.get(KEY) is None
        assert len(texts) == 1
        assert "not used" in texts[0]
        assert await cache.get("cd" * 32) == _entry()
        await cache.put(KEY, _entry("new"))
        assert await cache.get(KEY) == _entry("new")
        await cache.aclose()

    run(main())


@pytest.mark.parametrize("way", ["in the URL", "beside it"])
def test_a_password_is_sent_and_never_shown(tmp_path: Path, way: str) -> None:
    with RedisServer(tmp_path, password=SECRET) as server:
        in_url = way == "in the URL"
        cache = RedisCache(
            server.url if in_url else f"redis://127.0.0.1:{server.port}", password=None if in_url else SECRET
        )
        assert SECRET not in repr(cache) + repr(cache._address)
        with pytest.raises(TypeError, match="pickled"):
            pickle.dumps(cache)
        assert _use_and_close(cache) == (True, [])


@pytest.mark.parametrize("password", [None, "another-password"])
def test_a_wrong_password_is_one_warning_without_it(tmp_path: Path, password: str | None) -> None:
    with RedisServer(tmp_path, password=SECRET) as server:
        cache = RedisCache(f"redis://127.0.0.1:{server.port}", password=password)
        is_stored, texts = _use_and_close(cache)
    assert (is_stored, len(texts)) == (False, 1)
    assert "wrong or missing password" in texts[0]
    assert str(password) not in texts[0]


def test_a_reference_opens_the_same_cache_and_has_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RedisServer(tmp_path, password=SECRET) as server:
        assert RedisCache(server.url).reference() is None
        monkeypatch.setenv("GITFLEET_REDIS_PASSWORD", SECRET)
        cache = RedisCache(f"redis://default@127.0.0.1:{server.port}/1", prefix="p", ttl=77)
        run(cache.put(KEY, _entry()))
        sent = pickle.dumps(cache.reference())
        assert SECRET.encode() not in sent
        opened = pickle.loads(sent).open()  # noqa: S301  from here
        assert run(opened.get(KEY)) == _entry()
        assert opened._ttl == 77
        for item in (cache, opened):
            run(item.aclose())


def test_tls_is_checked(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with RedisServer(tmp_path, authority=authority) as server:
        trusting = RedisCache(f"{server.url}?ssl_ca_certs={authority.file}")
        assert _use_and_close(trusting) == (True, [])
        is_stored, texts = _use_and_close(RedisCache(server.url))  # the certificate is not trusted
    assert (is_stored, len(texts)) == (False, 1)
    assert "certificate" in texts[0].lower()


def test_a_server_that_is_away_delays_nothing_and_is_reported_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    is_stored, texts = _use_and_close(RedisCache(f"redis://127.0.0.1:{port}"))
    assert (is_stored, len(texts)) == (False, 1)


def test_a_server_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as silent:
        is_stored, texts = _use_and_close(RedisCache(f"redis://127.0.0.1:{silent.getsockname()[1]}"))
    assert (is_stored, len(texts)) == (False, 1)


def test_a_server_that_sends_byte_by_byte_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gitfleet_api.cache.redis._PATIENCE", 0.5)
    monkeypatch.setattr("gitfleet_api._redis.sender._LAST_WORDS", 0.5)

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                connection.sendall(b"$1000000\r\n")
                while not ended.wait(0.2):
                    connection.sendall(b"x")
            except OSError:
                pass

    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        try:
            is_stored, texts = _use_and_close(RedisCache(f"redis://127.0.0.1:{listener.getsockname()[1]}"))
        finally:
            ended.set()
            thread.join(BOUND)
    assert (is_stored, len(texts)) == (False, 1)


def test_a_frozen_server_is_reported_once_and_used_again(server: RedisServer) -> None:
    async def main() -> None:
        cache = RedisCache(server.url)
        assert await _use(cache)
        server.freeze()
        with _recorded() as texts:
            async with asyncio.timeout(BOUND):
                assert not await _use(cache, 200)
                assert not await _use(cache, 200)
            server.thaw()
            await _until_used(cache)
        assert len(texts) == 1
        await cache.aclose()

    run(main())


@pytest.mark.parametrize("keeps_data", [True, False])
def test_a_restart_is_reported_once_and_the_server_used_again(server: RedisServer, keeps_data: bool) -> None:
    async def main() -> None:
        cache = RedisCache(server.url)
        await cache.put(KEY, _entry())
        await asyncio.to_thread(server.stop, keeps_data=keeps_data)
        with _recorded() as texts:
            assert not await _use(cache)
            await asyncio.to_thread(server.start)
            await _until_used(cache)
        assert len(texts) == 1
        assert await cache.get(KEY) == (_entry() if keeps_data else None)
        await cache.aclose()

    run(main())


def test_a_full_server_stores_nothing_and_is_still_read(server: RedisServer) -> None:
    async def main() -> None:
        cache = RedisCache(server.url)
        await cache.put(KEY, _entry())
        server.command("CONFIG", "SET", "maxmemory", "1")
        with _recorded() as texts:
            assert not await _use(cache)
            assert await cache.get(KEY) == _entry()
        assert len(texts) == 1
        assert "maxmemory" in texts[0]
        server.command("CONFIG", "SET", "maxmemory", "0")
        await _until_used(cache)
        await cache.aclose()

    run(main())


async def _until_used(cache: RedisCache) -> None:
    """Wait until entries are stored again: after a pause."""
    async with asyncio.timeout(30):
        while not await _use(cache, 1):  # noqa: ASYNC110  the end of a pause sets no event
            await asyncio.sleep(0.1)


def test_a_server_that_is_away_is_not_stormed(server: RedisServer) -> None:
    async def main() -> None:
        cache = RedisCache(server.url)
        with _recorded() as texts:
            end = time.monotonic() + 2
            while time.monotonic() < end:
                await _use(cache, 5)
                await asyncio.sleep(0.005)
        assert len(texts) == 1
        await cache.aclose()

    server.stop()
    with socket.create_server(("127.0.0.1", server.port), backlog=100) as refusing:
        refusing.settimeout(0.1)
        count, stopped = 0, threading.Event()

        def refuse() -> None:
            nonlocal count
            while not stopped.is_set():
                try:
                    refusing.accept()[0].close()
                    count += 1
                except TimeoutError:
                    pass

        thread = threading.Thread(target=refuse)
        thread.start()
        try:
            run(main())
        finally:
            stopped.set()
            thread.join()
    assert 1 <= count <= 4


def test_many_threads_and_loops_use_one_cache_with_one_connection(server: RedisServer) -> None:
    def work(name: str) -> None:
        async def main() -> None:
            for number in range(60):
                await cache.put(f"{name}{number}", _entry(name))
                assert await cache.get(f"{name}{number}") == _entry(name)

        try:
            run(main())
        except BaseException as error:  # noqa: BLE001  checked in the main thread
            failed.append(error)

    failed: list[BaseException] = []
    cache, before = RedisCache(server.url), server.connections()
    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert server.connections() - before == 2  # the other one has asked before
    run(cache.aclose())


def test_a_call_that_is_cancelled_disturbs_no_other(server: RedisServer) -> None:
    async def main() -> None:
        cache = RedisCache(server.url)
        await cache.put(KEY, _entry())
        for _ in range(50):
            calls = [asyncio.create_task(cache.get(KEY)) for _ in range(10)]
            await asyncio.sleep(0)
            for call in calls[::2]:
                call.cancel()
            found = await asyncio.gather(*calls, return_exceptions=True)
            assert found[1::2] == [_entry()] * 5
        await cache.aclose()

    run(main())


CHILD = """
import asyncio, sys
from gitfleet_api import CacheEntry, RedisCache

cache = RedisCache(sys.argv[1])

async def main():
    await cache.put("k", CacheEntry("e", None, (), None, b"x"))
    assert await cache.get("k") is not None

for _ in range(2):
    asyncio.run(main())
if "close" in sys.argv:
    asyncio.run(cache.aclose())
if "drop" in sys.argv:
    del cache
print("done")
"""


@pytest.mark.parametrize("end", ["close", "drop", "leave"])
def test_no_socket_is_left_behind(server: RedisServer, end: str) -> None:
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", CHILD, server.url, end]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("done\n", "", 0)


def test_a_cache_that_is_dropped_ends_its_thread_and_its_connection(server: RedisServer) -> None:
    before = threading.active_count()
    cache = RedisCache(server.url)
    run(cache.put(KEY, _entry()))
    del cache
    end = time.monotonic() + 8  # less than it takes to be idle
    while threading.active_count() > before:
        assert time.monotonic() < end
        gc.collect()
        time.sleep(0.01)
    clients = server.command("INFO", "clients")
    assert isinstance(clients, dict)
    assert clients["connected_clients"] == 1  # the one that asks


def _child(cache: RedisCache, results: multiprocessing.connection.Connection) -> None:
    async def main() -> bool:
        found = await cache.get("before") == _entry()
        await cache.put("from the child", _entry("child"))
        return found

    results.send(asyncio.run(main()))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_cache_works_on_both_sides_of_a_fork(server: RedisServer) -> None:
    cache = RedisCache(server.url)
    run(cache.put("before", _entry()))
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=_child, args=(cache, there))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork with threads is what this tests
        child.start()
    try:
        assert here.poll(20), "the child hangs"
        assert here.recv() is True
    finally:
        child.join(5)
        child.kill()
    assert child.exitcode == 0
    assert run(cache.get("before")) == _entry()
    assert run(cache.get("from the child")) == _entry("child")
    run(cache.aclose())
    for end in (here, there, child):
        end.close()


def test_warnings_that_are_errors_are_raised() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    cache = RedisCache(f"redis://127.0.0.1:{port}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(CacheWarning):
            run(cache.get(KEY))
        assert run(cache.get(KEY)) is None
    run(cache.aclose())


@pytest.mark.parametrize("url", ["", "http://h", "redis://", "redis://h/name", "redis://h?unknown=1", "h:6379", None])
def test_a_bad_url_is_refused_at_once(url: object) -> None:
    with pytest.raises(ConfigurationError):
        RedisCache(url)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0, -1, True, 1.5, None, "9", 10**12])
def test_bad_limits_are_refused_at_once(value: int) -> None:
    for name in ("ttl", "max_entry_bytes"):
        with pytest.raises(ConfigurationError, match=name):
            RedisCache("redis://h", **{name: value})


@pytest.mark.parametrize("option", ["socket_timeout=100", "decode_responses=true", "protocol=3", f"password={SECRET}"])
def test_options_of_a_url_change_nothing_that_the_library_relies_on(option: str) -> None:
    with pytest.raises(ConfigurationError, match=r"the option|before the host") as caught:
        RedisCache(f"redis://h?{option}")
    assert SECRET not in str(caught.value)


def test_a_missing_client_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'gitfleet\[redis\]'"):
        RedisCache("redis://h")


def test_after_a_pause_one_caller_tries() -> None:
    pause = Pause(patience=60)
    assert pause.may_try()
    for _ in range(5):  # attempts that ran at the same time
        pause.fail()
    assert not pause.may_try()
    time.sleep(1.05)
    assert [pause.may_try() for _ in range(3)] == [True, False, False]
    pause.succeed()
    assert [pause.may_try() for _ in range(3)] == [True, True, True]
