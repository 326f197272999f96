"""Caches by themselves: eviction, limits, damaged files, processes, threads and forks."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from gitfleet_api import Cache, CacheEntry, CacheWarning, ConfigurationError, MemoryCache, SQLiteCache
from support.running import run


def _entry(text: str = "x", *, size: int = 0) -> CacheEntry:
    columns: list[list[object]] = [[1, None, 2**70], ["é\ud800", {"a": [1.5, None, True]}, text]]
    return CacheEntry(f'W/"{text}"', None, (("link", "</p>"), ("link", "</q>")), columns, b"\x00\xff" + b"b" * size)


def _get(cache: Cache, key: str) -> CacheEntry | None:
    return run(cache.get(key))


def _put(cache: Cache, key: str, entry: CacheEntry) -> None:
    run(cache.put(key, entry))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache.db"


def test_a_stored_entry_comes_back_unchanged(path: Path) -> None:
    for cache in (MemoryCache(), SQLiteCache(path)):
        assert _get(cache, "k") is None
        _put(cache, "k", _entry())
        assert _get(cache, "k") == _entry()
        _put(cache, "k", _entry("y"))
        assert _get(cache, "k") == _entry("y")
        assert _get(cache, "other") is None
        run(cache.aclose())


def test_memory_evicts_the_least_recently_used_entry() -> None:
    cache = MemoryCache(max_entries=3)
    for key in "abc":
        _put(cache, key, _entry(key))
    _get(cache, "a")
    _put(cache, "d", _entry("d"))
    assert [key for key in "abcd" if _get(cache, key)] == ["a", "c", "d"]
    assert len(cache) == 3
    assert "3" in repr(cache)


def test_deeply_nested_values_can_be_stored(path: Path) -> None:
    deep: list[object] = []
    for _ in range(510):  # as deep as engines decode
        deep = [{"a": deep}] if len(deep) == 0 else [deep]
    entry = CacheEntry("e", None, (), [[deep]], b"")
    for cache in (MemoryCache(), SQLiteCache(path)):
        _put(cache, "k", entry)
        assert _get(cache, "k") == entry
        run(cache.aclose())


@pytest.mark.parametrize("value", [0, -1, True, 1.5, None, "9"])
def test_invalid_limits_are_rejected(path: Path, value: int) -> None:
    with pytest.raises(ConfigurationError, match="max_entries"):
        MemoryCache(max_entries=value)
    with pytest.raises(ConfigurationError, match="max_bytes"):
        SQLiteCache(path, max_bytes=value)


def test_a_path_where_no_file_can_be_is_rejected(tmp_path: Path) -> None:
    for wrong in (tmp_path, tmp_path / "none" / "cache.db"):
        with pytest.raises(ConfigurationError, match="folder"):
            SQLiteCache(wrong)


def test_the_file_is_created_at_first_use_and_readable_by_its_owner_only(path: Path) -> None:
    cache = SQLiteCache(path)
    assert not path.exists()
    _put(cache, "k", _entry())
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    run(cache.aclose())


def test_entries_outlive_the_cache_object(path: Path) -> None:
    for _ in range(2):
        cache = SQLiteCache(path)
        _put(cache, "k", _entry())
        run(cache.aclose())
    again = SQLiteCache(str(path))
    assert _get(again, "k") == _entry()
    run(again.aclose())


def test_a_closed_cache_stores_and_finds_nothing(path: Path) -> None:
    cache = SQLiteCache(path)
    _put(cache, "k", _entry())
    run(cache.aclose())
    run(cache.aclose())
    _put(cache, "k", _entry())
    assert _get(cache, "k") is None


def test_a_file_stays_below_max_bytes(path: Path) -> None:
    cache = SQLiteCache(path, max_bytes=500_000)

    async def fill() -> None:
        for number in range(600):
            await cache.put(f"k{number}", _entry(size=5_000))
            await cache.get("k0")

    run(fill())
    with sqlite3.connect(path) as connection:
        total, count = connection.execute("SELECT sum(size), count(*) FROM entries").fetchone()
    connection.close()
    assert total <= 500_000
    assert count > 50
    assert _get(cache, "k599") is not None
    assert _get(cache, "k0") is not None, "recently used entries are not evicted"
    run(cache.aclose())


def _flip(data: bytes) -> bytes:
    return data[:2000] + bytes(255 - byte for byte in data[2000:])


DAMAGE = {
    "cut": lambda data: data[: len(data) // 3],
    "garbled": _flip,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_file_is_renamed_with_a_warning(path: Path, damage: object) -> None:
    assert callable(damage)
    cache = SQLiteCache(path)

    async def fill() -> None:
        for number in range(50):
            await cache.put(f"k{number}", _entry(size=500))
        await cache.aclose()

    run(fill())
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    cache = SQLiteCache(path)
    with pytest.warns(CacheWarning) as caught:
        run(_use_all(cache))
    (warning,) = caught
    (aside,) = path.parent.glob("cache.db.damaged-*")
    assert str(path) in str(warning.message)
    assert str(aside) in str(warning.message)
    assert aside.stat().st_size >= len(damaged) // 2
    _put(cache, "new", _entry())
    assert _get(cache, "new") == _entry()
    run(cache.aclose())


async def _use_all(cache: Cache) -> None:
    for number in range(50):
        await cache.get(f"k{number}")
        await cache.put(f"k{number}", _entry(size=500))


WRITER = """
import asyncio, sys, warnings
from gitfleet_api import CacheEntry, SQLiteCache

warnings.simplefilter("error")

async def main(path, name):
    cache = SQLiteCache(path)
    entry = CacheEntry(name, None, (("a", "b"),), [[1], ["x" * 2000]], b"body" * 100)
    async def one(number):
        await cache.put(f"{name}-{number}", entry)
        await cache.put("shared", entry)
        assert await cache.get(f"{name}-{number}") == entry
        assert await cache.get("shared") is not None
    await asyncio.gather(*(one(number) for number in range(150)))
    await cache.aclose()

asyncio.run(main(*sys.argv[1:]))
"""


def test_many_processes_write_one_file_at_the_same_time(path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", WRITER, str(path)]
    writers = [subprocess.Popen([*command, f"p{number}"], stderr=subprocess.PIPE, text=True) for number in range(5)]
    errors = [writer.communicate(timeout=60)[1] for writer in writers]
    assert errors == [""] * 5
    assert [writer.returncode for writer in writers] == [0] * 5
    assert [file.name for file in path.parent.glob("*damaged*")] == []
    cache = SQLiteCache(path)
    for number in range(5):
        assert _get(cache, f"p{number}-149") is not None
    run(cache.aclose())


def test_many_threads_use_one_cache(path: Path) -> None:
    def work(cache: Cache, name: str) -> None:
        async def main() -> None:
            for number in range(60):
                await cache.put(f"{name}{number}", _entry(name))
                assert await cache.get(f"{name}{number}") == _entry(name)

        try:
            run(main())
        except BaseException as error:  # noqa: BLE001  checked in the main thread
            failed.append(error)

    failed: list[BaseException] = []
    for cache in (MemoryCache(), SQLiteCache(path)):
        threads = [threading.Thread(target=work, args=(cache, name)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert failed == []
        assert _get(cache, "a59") == _entry("a")
        run(cache.aclose())


def _child(cache: Cache, results: multiprocessing.connection.Connection) -> None:
    async def main() -> bool:
        found = await cache.get("before") == _entry()
        await cache.put("from the child", _entry("child"))
        return found

    results.send(asyncio.run(main()))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.parametrize("locked", [False, True], ids=["idle", "while a thread uses it"])
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_cache_works_on_both_sides_of_a_fork(path: Path, kind: str, locked: bool) -> None:
    cache: Cache = MemoryCache() if kind == "memory" else SQLiteCache(path)
    _put(cache, "before", _entry())
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=_child, args=(cache, there))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork with threads is what this tests
        if locked:
            release, acquired = threading.Event(), threading.Event()

            def lock() -> None:
                with cache._lock:  # type: ignore[attr-defined]
                    acquired.set()
                    release.wait(30)

            thread = threading.Thread(target=lock)
            thread.start()
            acquired.wait(30)
            child.start()
            release.set()
            thread.join()
        else:
            child.start()
    try:
        assert here.poll(20), "the child hangs"
        assert here.recv() is True
    finally:
        child.join(5)
        child.kill()
    assert child.exitcode == 0
    assert _get(cache, "before") == _entry()
    _put(cache, "from the parent", _entry())
    if kind == "sqlite":
        assert _get(cache, "from the child") == _entry("child")
    run(cache.aclose())
    here.close()
    there.close()
    child.close()
