"""The file of a SQLite cache: no state of it makes a call fail, and a file of something else is never changed."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import CacheEntry, CacheWarning, ConfigurationError, SQLiteCache
from support.running import run

NOBODY = 65534
BOUND = 100_000


def _entry(text: str = "x", *, size: int = 0) -> CacheEntry:
    return CacheEntry(f'"{text}"', None, (("link", "</p>"),), None, b"b" * size)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache.db"


def _fill(path: Path, count: int = 1, *, size: int = 100) -> None:
    async def main() -> None:
        cache = SQLiteCache(path)
        for number in range(count):
            await cache.put(f"k{number}", _entry(size=size))
        await cache.aclose()

    run(main())


def _use(path: Path) -> tuple[list[str], bool]:
    """The warnings of 20 reads and writes, and whether an entry could be stored."""

    async def main() -> bool:
        cache = SQLiteCache(path)
        for number in range(20):
            await cache.get(f"k{number}")
            await cache.put(f"new{number}", _entry())
        found = await cache.get("new19")
        await cache.aclose()
        return found == _entry()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        is_stored = run(main())
    assert all(item.category is CacheWarning for item in caught)
    return [str(item.message) for item in caught], is_stored


def _snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {file.name: (file.read_bytes(), file.stat().st_ino) for file in folder.iterdir()}


def _database(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


DATABASES: dict[str, tuple[str, ...]] = {
    "a table": ("CREATE TABLE precious (x)", "INSERT INTO precious VALUES (1)"),
    "a version": ("PRAGMA user_version = 7", "CREATE TABLE precious (x)"),
    "an application": ("PRAGMA application_id = 123", "CREATE TABLE precious (x)"),
    "a write-ahead log": ("PRAGMA journal_mode = WAL", "CREATE TABLE precious (x)"),
    "tables with the names of ours": (
        "CREATE TABLE entries (x)",
        "CREATE TABLE contents (x)",
        "CREATE TABLE total (x)",
    ),
}


@pytest.mark.parametrize("statements", DATABASES.values(), ids=DATABASES.keys())
def test_a_database_of_another_program_is_refused_and_not_changed(path: Path, statements: tuple[str, ...]) -> None:
    _database(path, *statements)
    before = _snapshot(path.parent)
    with pytest.raises(ConfigurationError, match="another program"):
        SQLiteCache(path)
    assert _snapshot(path.parent) == before


def test_a_database_in_use_is_refused_without_loss_of_its_log(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as owner:
        owner.execute("PRAGMA journal_mode = WAL")
        owner.execute("CREATE TABLE precious (x)")
        owner.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        owner.execute("INSERT INTO precious VALUES (1)")
        with pytest.raises(ConfigurationError, match="another program"):
            SQLiteCache(path)
        shutil.copytree(path.parent, path.parent.parent / "copy")  # as it is after a crash of the owner
    with closing(sqlite3.connect(path.parent.parent / "copy" / path.name)) as crashed:
        assert crashed.execute("SELECT x FROM precious").fetchall() == [(1,)]
    shutil.rmtree(path.parent.parent / "copy")


@pytest.mark.parametrize("version", [2, 99, -1])
def test_a_cache_of_another_release_is_refused_and_not_changed(path: Path, version: int) -> None:
    _fill(path)
    _database(path, f"PRAGMA user_version = {version}")
    before = _snapshot(path.parent)
    with pytest.raises(ConfigurationError, match="another release"):
        SQLiteCache(path)
    assert _snapshot(path.parent) == before


@pytest.mark.parametrize("content", [b"hello\n", b"\x89PNG" * 1000, bytes(5000), b"garbage" * 5000], ids=len)
def test_a_file_that_is_no_database_is_not_used_and_not_changed(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    before = _snapshot(path.parent)
    found, is_stored = _use(path)
    assert (len(found), is_stored) == (1, False)
    assert "no SQLite file" in found[0]
    assert _snapshot(path.parent) == before


def test_a_database_that_appears_later_is_not_used_and_not_changed(path: Path) -> None:
    async def main() -> None:
        await cache.put("k", _entry())
        assert await cache.get("k") is None
        await cache.aclose()

    cache = SQLiteCache(path)
    _database(path, "CREATE TABLE precious (x)")
    before = _snapshot(path.parent)
    with pytest.warns(CacheWarning, match="another program"):
        run(main())
    assert _snapshot(path.parent) == before


def test_a_path_that_cannot_be_a_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for wrong in ("a\0b", tmp_path / "pipe", "/dev/null", tmp_path / ("x" * 300), None, 7):
        with pytest.raises(ConfigurationError, match="cache"):
            SQLiteCache(wrong)  # type: ignore[arg-type]


def test_a_path_means_the_folder_of_its_creation(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    cache = SQLiteCache(":memory:")
    monkeypatch.chdir("/")
    run(cache.put("k", _entry()))
    run(cache.aclose())
    assert (path.parent / ":memory:").exists()


def test_an_empty_file_becomes_a_cache(path: Path) -> None:
    path.touch()
    assert _use(path) == ([], True)


CONTENTS: dict[str, str] = {
    "a cut entry": "UPDATE contents SET data = substr(data, 1, 40)",
    "a changed byte": "UPDATE contents SET data = CAST(replace(data, 'bb', 'bc') AS BLOB)",
    "no data": "UPDATE contents SET data = x''",
    "text": "UPDATE contents SET data = 'abc'",
    "a number": "UPDATE contents SET data = 7",
    "text that is no UTF-8": "UPDATE contents SET data = CAST(x'fffe' AS TEXT)",
    "the data of another key": "UPDATE contents SET data = (SELECT data FROM contents WHERE key = 'k5')",
}


@pytest.mark.parametrize("statement", CONTENTS.values(), ids=CONTENTS.keys())
def test_an_entry_that_was_changed_is_no_entry(path: Path, statement: str) -> None:
    async def main() -> list[CacheEntry | None]:
        cache = SQLiteCache(path)
        found = [await cache.get(f"k{number}") for number in range(5)]
        await cache.put("k0", _entry("again"))
        assert await cache.get("k0") == _entry("again")
        await cache.aclose()
        return found

    _fill(path, 6)
    _database(path, statement)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert run(main()) == [None] * 5
    assert len(caught) == 1
    assert [file.name for file in path.parent.iterdir()] == [path.name]


TABLES: dict[str, str] = {
    "no contents": "DROP TABLE contents",
    "no entries": "DROP TABLE entries",
    "no total": "DROP TABLE total",
    "an empty total": "DELETE FROM total",
    "a total of text": "UPDATE total SET bytes = 'many'",
    "a size of text": "UPDATE entries SET size = 'large'",
    "a view": "ALTER TABLE contents RENAME TO old",
}


@pytest.mark.parametrize("statement", TABLES.values(), ids=TABLES.keys())
def test_a_changed_table_is_at_most_one_warning(path: Path, statement: str) -> None:
    _fill(path, 3)
    _database(path, statement)
    found, _ = _use(path)
    assert len(found) <= 1


@contextmanager
def _locking(path: Path, statement: str) -> Iterator[None]:
    """Another process that has a lock."""
    code = (
        "import sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "for statement in sys.argv[2].split(';'): connection.execute(statement)\n"
        "print('locked', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(path), statement]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield
        process.communicate(timeout=20)


def test_no_read_waits_for_a_process_that_writes(path: Path) -> None:
    async def main() -> None:
        cache = SQLiteCache(path)
        for number in range(50):
            assert await cache.get(f"k{number}") == _entry(size=100)
        await cache.aclose()

    _fill(path, 50)
    with _locking(path, "BEGIN IMMEDIATE"), warnings.catch_warnings(action="error"):
        started = time.monotonic()
        run(main())
        assert time.monotonic() - started < 5  # 2 of them at the end, for the times of use


def test_what_could_not_be_written_is_found_and_written_later(path: Path) -> None:
    async def main() -> None:
        cache = SQLiteCache(path)
        with _locking(path, "BEGIN IMMEDIATE"):
            started = time.monotonic()
            for number in range(100):
                await cache.put(f"new{number}", _entry(str(number)))
                assert await cache.get(f"new{number}") == _entry(str(number))
            assert time.monotonic() - started < 5
        await cache.aclose()
        later = SQLiteCache(path)
        assert [await later.get(f"new{number}") for number in (0, 99)] == [_entry("0"), _entry("99")]
        await later.aclose()

    _fill(path)
    with warnings.catch_warnings(action="error"):
        run(main())


def test_entries_that_wait_for_a_lock_are_bounded(path: Path) -> None:
    async def main() -> None:
        cache = SQLiteCache(path, max_bytes=BOUND)
        with _locking(path, "BEGIN IMMEDIATE"):
            for number in range(100):
                await cache.put(f"new{number}", _entry(size=5_000))
            assert sum(map(len, cache._unwritten.values())) <= BOUND
        await cache.aclose()

    _fill(path)
    with pytest.warns(CacheWarning, match="locked") as caught:
        run(main())
    assert len(caught) == 1


def test_an_exclusive_lock_delays_calls_once(path: Path) -> None:
    _fill(path)
    with _locking(path, "PRAGMA locking_mode = EXCLUSIVE;BEGIN EXCLUSIVE"):
        started = time.monotonic()
        assert _use(path)[0] == []
        assert time.monotonic() - started < 5


def test_the_bound_holds_over_many_short_processes(path: Path) -> None:
    for _ in range(20):
        cache = SQLiteCache(path, max_bytes=BOUND)

        async def main(cache: SQLiteCache = cache) -> None:
            for number in range(15):
                await cache.put(f"{id(cache)}-{number}", _entry(size=10_000))
            await cache.aclose()

        run(main())
    with closing(sqlite3.connect(path)) as connection:
        total, count = connection.execute("SELECT sum(size), count(*) FROM entries").fetchone()
        assert connection.execute("SELECT bytes FROM total").fetchone() == (total,)
        assert connection.execute("SELECT count(*), sum(length(data)) FROM contents").fetchone() < (count + 1, BOUND)
    assert 0 < total <= BOUND
    assert path.stat().st_size < 2 * BOUND


CHANGES = [
    "UPDATE entries SET size = 'large'",
    "UPDATE entries SET size = -5",
    "UPDATE entries SET used = 'never'",
    "UPDATE entries SET key = x'fffe' || key",
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_bound_holds_although_the_table_was_changed(path: Path, change: str) -> None:
    async def main() -> None:
        cache = SQLiteCache(path, max_bytes=BOUND)
        for number in range(40):
            await cache.put(f"new{number}", _entry(size=10_000))
        assert await cache.get("new39") == _entry(size=10_000)
        await cache.aclose()

    _fill(path, 5, size=1000)
    _database(path, change)
    with warnings.catch_warnings(action="error"):
        run(main())
    assert path.stat().st_size < 2 * BOUND


def test_an_entry_that_is_larger_than_the_bound_evicts_nothing(path: Path) -> None:
    async def main() -> None:
        cache = SQLiteCache(path, max_bytes=BOUND)
        await cache.put("small", _entry())
        await cache.put("large", _entry(size=2 * BOUND))
        assert await cache.get("large") is None
        assert await cache.get("small") == _entry()
        await cache.aclose()

    run(main())


def test_a_deleted_file_is_created_again(path: Path) -> None:
    async def main() -> None:
        cache = SQLiteCache(path)
        await cache.put("a", _entry())
        for file in path.parent.iterdir():
            file.unlink()
        assert await cache.get("a") is None
        await cache.put("b", _entry())
        assert await cache.get("b") == _entry()
        await cache.aclose()

    with warnings.catch_warnings(action="error"):
        run(main())
    assert path.exists()


DAMAGED = """
import asyncio, sys
from gitfleet_api import CacheEntry, SQLiteCache

async def main(path):
    cache = SQLiteCache(path)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(40):
        await cache.get(f"k{number}")
        await cache.put(f"{sys.argv[2]}-{number}", CacheEntry('"1"', None, (), None, b"x"))
    await cache.aclose()

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 3], lambda data: data[:200] + b"x" * len(data)])
def test_processes_that_meet_a_damaged_file_at_once_replace_it_once(
    path: Path, damage: Callable[[bytes], bytes]
) -> None:
    _fill(path, 50, size=1000)
    path.write_bytes(damage(path.read_bytes()))
    streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    processes = [
        subprocess.Popen([sys.executable, "-c", DAMAGED, str(path), str(number)], text=True, **streams)
        for number in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    errors = [process.communicate("\n", timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, errors
    assert "".join(errors).count("it was renamed to /") == 1
    assert len(list(path.parent.glob("cache.db.damaged-*"))) == 1
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert _use(path) == ([], True)


def _as_nobody(work: Callable[[], Any]) -> Any:
    """The result of ``work`` in a forked process without the rights of root."""

    def child() -> None:
        if os.geteuid() == 0:
            os.setegid(NOBODY)
            os.seteuid(NOBODY)
        try:
            there.send(work())
        except BaseException as error:  # noqa: BLE001  sent to the test
            there.send(repr(error))

    here, there = multiprocessing.Pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        process = multiprocessing.get_context("fork").Process(target=child)
        process.start()
    try:
        assert here.poll(30), "the child hangs"
        return here.recv()
    finally:
        process.join(5)
        process.kill()
        here.close()
        there.close()


def _reach(folder: Path) -> Path:
    """A folder below the temporary one that every user can reach."""
    for part in (folder, *folder.parents):
        if part.stat().st_uid == os.geteuid() and part != Path("/"):
            part.chmod(part.stat().st_mode | 0o011)
    return folder


@pytest.mark.parametrize("mode", [0o000, 0o444], ids=["unreadable", "read-only"])
def test_a_file_without_permission_is_one_warning(path: Path, mode: int) -> None:
    _use(path)
    _reach(path.parent)
    path.chmod(mode)
    found, is_stored = _as_nobody(lambda: _use(path))
    assert (len(found), is_stored) == (1, False)
    path.chmod(0o600)
    assert _use(path) == ([], True)


@pytest.mark.parametrize("mode", [0o000, 0o500, 0o555], ids=oct)
def test_a_folder_without_permission_is_one_warning(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    _reach(folder)
    folder.chmod(mode)
    try:
        found, is_stored = _as_nobody(lambda: _use(folder / "cache.db"))
        assert (len(found), is_stored) == (1, False)
    finally:
        folder.chmod(0o700)


def test_a_read_only_cache_in_a_read_only_folder_is_one_warning(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    _fill(folder / "cache.db")
    _reach(folder)
    (folder / "cache.db").chmod(0o444)
    folder.chmod(0o555)
    try:
        found, is_stored = _as_nobody(lambda: _use(folder / "cache.db"))
        assert (1 <= len(found) <= 2, is_stored) == (True, False)
    finally:
        folder.chmod(0o700)


def test_a_full_disk_is_one_warning_and_entries_can_still_be_read(path: Path) -> None:
    def work() -> Any:
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 8192, resource.RLIM_INFINITY))

        async def main() -> bool:
            cache = SQLiteCache(path)
            for number in range(100):
                await cache.put(f"new{number}", _entry(size=20_000))
            found = await cache.get("k0")
            await cache.aclose()
            return found == _entry(size=100)

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            return asyncio.run(main()), [str(item.message) for item in caught]

    _fill(path, 50)
    here, there = multiprocessing.Pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        process = multiprocessing.get_context("fork").Process(target=lambda: there.send(work()))
        process.start()
    try:
        assert here.poll(30), "the child hangs or failed"
        could_read, found = here.recv()
    finally:
        process.join(5)
        process.kill()
        here.close()
        there.close()
    assert could_read
    assert len(found) == 1
    assert _use(path) == ([], True)


def test_threads_read_while_others_write(path: Path) -> None:
    """A reader has its own connection, so that it waits for no writer of its own process either."""
    _fill(path, 20)
    cache = SQLiteCache(path)
    with cache._writer.lock:
        reader = threading.Thread(target=lambda: run(cache.get("k3")))
        reader.start()
        reader.join(10)
        assert not reader.is_alive()
    run(cache.aclose())
