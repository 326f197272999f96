"""Ledgers whose file is in use, locked, damaged, foreign, older, newer, read-only or too large for the disk."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import ConfigurationError
from gitfleet_fleet import Fleet, FleetEvent, LedgerError, RunSummary, UnitDone
from gitfleet_fleet.files import sqlite_file
from gitfleet_fleet.ledger import file, ledger, schema
from support.clients import MakeClient
from support.fleets import OWNERS, ServedFleet, States, serve
from support.ledger_child import ChildRun, start
from support.ledgers import query
from support.running import run

TARGET = f"github:{OWNERS[0]}"


@pytest.fixture(scope="module")
def served() -> Iterator[ServedFleet]:
    with serve(100, States()) as found:
        yield found


@pytest.fixture
def path(served: ServedFleet, tmp_path: Path) -> Path:
    served.forge.clear_faults()
    served.forge.clear_log()
    return tmp_path / "night.sqlite"


async def _run(make_client: MakeClient, served: ServedFleet, path: Path, **options: Any) -> RunSummary:
    events = options.pop("on_event", None)
    async with make_client(served.forge.url, options.pop("token", served.forge.token)) as client:
        fleet = Fleet(TARGET, clients=client, on_event=events)
        return await fleet.run(("branches", "contributors"), ledger=path, **options)


def _refused(make_client: MakeClient, served: ServedFleet, path: Path, kind: type[Exception]) -> str:
    """The message of a run that is refused before anything is sent, which is one line."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(kind) as caught:
        run(_run(make_client, served, path))
    assert not served.forge.requests
    assert before == (path.read_bytes() if path.is_file() else None), "it was changed"
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_second_process_is_refused_with_the_first_ones_id(
    served: ServedFleet, make_client: MakeClient, engine: str, path: Path
) -> None:
    forge = served.forge
    fault = forge.stall("**/branches", seconds=None, times=None)
    process = start(ChildRun(engine, forge.url, forge.token, [TARGET], ["branches"], path))
    try:
        while not any(request.path.endswith("/branches") for request in forge.requests):
            assert process.is_alive()
            process.join(0.01)
        with pytest.raises(LedgerError) as caught:
            run(_run(make_client, served, path, token="second"))
        assert caught.value.code == "ledger_in_use"
        assert f"the ledger {path} is in use by process {process.pid} on " in str(caught.value)
        assert "second" not in {request.token for request in forge.requests}
    finally:
        process.kill()
        process.join(20)
    fault.cancel()
    # The lock ends with the process, although its file is still there.
    assert path.with_name("night.sqlite.lock").exists()
    assert run(_run(make_client, served, path)).is_complete
    assert not path.with_name("night.sqlite.lock").exists()


def test_a_second_run_of_the_same_process_is_refused(served: ServedFleet, make_client: MakeClient, path: Path) -> None:
    link = path.with_name("link.sqlite")

    async def both() -> list[RunSummary | BaseException]:
        first = asyncio.create_task(_run(make_client, served, path))
        while not path.exists():  # noqa: ASYNC110, ASYNC240  a local file
            await asyncio.sleep(0.001)
        link.symlink_to(path)
        others = [await asyncio.gather(_run(make_client, served, link), return_exceptions=True) for _ in range(2)]
        return [await first, *(result for results in others for result in results)]

    served.forge.delay = 0.02
    try:
        first, *others = run(both())
    finally:
        served.forge.delay = 0
    assert isinstance(first, RunSummary)
    for other in others:  # the refusal of the first of them releases nothing
        assert isinstance(other, LedgerError)
        assert f"the ledger {path} is in use by this process" in str(other)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes of POSIX")
def test_a_child_that_survives_its_parent_keeps_no_lock(
    served: ServedFleet, make_client: MakeClient, path: Path
) -> None:
    script = """
import os, sys, time
from pathlib import Path
from gitfleet_fleet.ledger.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
if os.fork() == 0:
    time.sleep(20)
    os._exit(0)
os._exit(1)
"""
    done = subprocess.run([sys.executable, "-c", script, str(path)], stdout=subprocess.DEVNULL, check=False)
    assert done.returncode == 1
    assert run(_run(make_client, served, path)).is_complete


def test_a_newer_ledger_is_refused_in_one_line(served: ServedFleet, make_client: MakeClient, path: Path) -> None:
    run(_run(make_client, served, path))
    served.forge.clear_log()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    message = _refused(make_client, served, path, ConfigurationError)
    assert message == (
        f"the ledger {path} is of a newer release of GitFleet (version 9 of its tables; this release has "
        f"{len(schema.MIGRATIONS)}): update GitFleet, or use another file"
    )


def test_an_older_ledger_is_migrated(
    served: ServedFleet, make_client: MakeClient, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(_run(make_client, served, path))
    later = (*schema.MIGRATIONS, "ALTER TABLE runs ADD COLUMN note TEXT; UPDATE runs SET note = 'migrated';")
    monkeypatch.setattr(file, "MIGRATIONS", later)
    second = run(_run(make_client, served, path))
    assert (second.units, second.rows) == (first.units, first.rows)
    assert query(path, "SELECT note FROM runs ORDER BY id") == [("migrated",), (None,)]
    assert query(path, "PRAGMA user_version") == [(len(later),)]


def test_a_migration_that_fails_leaves_the_older_ledger(
    served: ServedFleet, make_client: MakeClient, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(_run(make_client, served, path))
    served.forge.clear_log()
    with monkeypatch.context() as changed:
        changed.setattr(file, "MIGRATIONS", (*schema.MIGRATIONS, "ALTER TABLE runs ADD COLUMN note; SELECT wrong;"))
        with pytest.raises(LedgerError, match="no such column: wrong"):
            run(_run(make_client, served, path))
    assert not served.forge.requests
    assert query(path, "PRAGMA user_version") == [(len(schema.MIGRATIONS),)]
    assert run(_run(make_client, served, path)).is_complete


def test_a_file_of_another_program_is_refused(served: ServedFleet, make_client: MakeClient, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE notes (text)")
    message = _refused(make_client, served, path, ConfigurationError)
    assert message == f"{path} is a SQLite file of another program, not a ledger; it was not changed"


def test_a_file_that_is_no_database_is_refused(served: ServedFleet, make_client: MakeClient, path: Path) -> None:
    path.write_text("notes\n" * 1000)
    message = _refused(make_client, served, path, ConfigurationError)
    assert message == f"{path} is not a ledger, and not a SQLite file; it was not changed"


@pytest.mark.parametrize("name", ["", ".", "missing/night.sqlite", "/dev/null", 7, None])
def test_a_path_that_cannot_be_a_ledger_is_refused(
    served: ServedFleet, make_client: MakeClient, path: Path, name: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    with pytest.raises(ConfigurationError, match=r"^ledger must be .*file"):
        run(_run(make_client, served, name))
    assert not served.forge.requests


def test_an_empty_file_becomes_a_ledger(served: ServedFleet, make_client: MakeClient, path: Path) -> None:
    path.touch()
    assert run(_run(make_client, served, path)).is_complete


def test_a_damaged_ledger_is_one_error_and_stays(served: ServedFleet, make_client: MakeClient, path: Path) -> None:
    run(_run(make_client, served, path))
    served.forge.clear_log()
    data = bytearray(path.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)  # the first page is whole: it names the tables
    path.write_bytes(data)
    with pytest.raises(LedgerError) as caught:
        run(_run(make_client, served, path))
    assert caught.value.code == "ledger_damaged"
    assert str(caught.value).startswith(f"the ledger {path} is damaged (")
    assert "\n" not in str(caught.value)
    assert not served.forge.requests


def test_a_ledger_whose_process_was_killed_while_it_copied_its_log_continues(
    served: ServedFleet, make_client: MakeClient, path: Path
) -> None:
    run(_run(make_client, served, path))
    log = path.with_name(f"{path.name}-wal")
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("CREATE TABLE more AS SELECT zeroblob(100000) AS found")
        writer.commit()
        before, pages = path.read_bytes(), log.read_bytes()
    after = path.read_bytes()  # the last connection has copied the log
    assert len(after) > len(before)
    path.write_bytes(after[:4096] + before[4096:])  # of which the first page was written
    log.write_bytes(pages)
    with (
        pytest.raises(sqlite3.DatabaseError),
        closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as one,
    ):
        one.execute("PRAGMA application_id")
    assert run(_run(make_client, served, path)).is_complete
    assert query(path, "SELECT length(found) FROM more") == [(100000,)]
    assert query(path, "PRAGMA integrity_check") == [("ok",)]


def test_damage_that_is_found_during_a_run_ends_it(served: ServedFleet, make_client: MakeClient, path: Path) -> None:
    run(_run(make_client, served, path))
    (page,) = query(path, "SELECT rootpage FROM sqlite_master WHERE name = 'contributors'")[0]
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    path.write_bytes(data)
    with pytest.raises(LedgerError) as caught:
        run(_run(make_client, served, path))
    assert caught.value.code == "ledger_damaged"


def test_a_ledger_that_another_program_locks_is_one_error_after_some_seconds(
    served: ServedFleet, make_client: MakeClient, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(_run(make_client, served, path))
    monkeypatch.setattr(sqlite_file, "PATIENCE", 0.2)
    served.forge.clear_log()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError) as caught:
            run(_run(make_client, served, path))
        assert caught.value.code == "ledger_locked"
        assert not served.forge.requests
        other.execute("ROLLBACK")
        # A reader, as one that copies the rows, disturbs nothing.
        other.execute("BEGIN")
        other.execute("SELECT * FROM branches").fetchone()
        assert run(_run(make_client, served, path)).is_complete


def test_a_ledger_that_is_locked_for_a_moment_is_waited_for(
    served: ServedFleet, make_client: MakeClient, path: Path
) -> None:
    run(_run(make_client, served, path))

    async def both() -> RunSummary:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            task = asyncio.create_task(_run(make_client, served, path))
            await asyncio.sleep(0.3)
            assert not task.done()
            other.execute("ROLLBACK")
            return await task

    assert run(both()).is_complete


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of POSIX")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_is_read_only_is_refused(
    served: ServedFleet, make_client: MakeClient, path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    run(_run(make_client, served, path))
    served.forge.clear_log()
    place = path if what == "file" else path.parent
    place.chmod(0o400 if what == "file" else 0o500)
    try:
        if os.getuid() == 0:  # root may write everywhere: what the system would say to others
            access = os.access
            monkeypatch.setattr(sqlite_file.os, "access", lambda name, mode: name != place and access(name, mode))
        message = _refused(make_client, served, path, ConfigurationError)
    finally:
        place.chmod(0o700)
    assert message == f"the ledger {path} cannot be written: {place} is read-only"


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_full_disk_is_one_error_and_the_next_run_continues(
    served: ServedFleet, make_client: MakeClient, engine: str, path: Path
) -> None:
    forge = served.forge
    task = ChildRun(engine, forge.url, forge.token, [TARGET], ["branches", "contributors"], path, largest=200_000)
    process = start(task)
    process.join(60)
    assert process.exitcode == 7
    error = path.with_name("error.txt").read_text()
    assert error.startswith(f"ledger_full the ledger {path} cannot be written (")
    (kept,) = query(path, "SELECT count(*) FROM units WHERE status IS NOT NULL")[0]
    assert 0 < kept < 120
    summary = run(_run(make_client, served, path))
    assert (summary.resumed, summary.skipped, summary.done) == (True, kept, 120 - kept)
    for kind in ("branches", "contributors"):
        expected = sum(len(rows) for name, (_, _, rows) in served.outcomes(kind).items() if name.startswith(TARGET))
        assert query(path, f"SELECT count(*), count(DISTINCT unit_id * 1000 + row_number) FROM {kind}") == [  # noqa: S608
            (expected, expected)
        ]


def test_a_database_without_space_cancels_all_requests(
    served: ServedFleet, make_client: MakeClient, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ledger.Ledger.store
    calls = 0

    def limited(self: ledger.Ledger, results: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            pages = self.connection.execute("PRAGMA page_count").fetchone()[0]
            self.connection.execute(f"PRAGMA max_page_count = {pages}")
            self.connection.execute("PRAGMA wal_checkpoint")
        store(self, results)

    with monkeypatch.context() as changed:
        changed.setattr(ledger.Ledger, "store", limited)
        with pytest.raises(LedgerError, match="database or disk is full") as caught:
            run(_run(make_client, served, path))
    assert caught.value.code == "ledger_full"
    (kept,) = query(path, "SELECT count(*) FROM units WHERE status IS NOT NULL")[0]
    summary = run(_run(make_client, served, path))
    assert (summary.resumed, summary.skipped) == (True, kept)


def test_a_store_that_cannot_be_written_ends_the_run_and_the_next_one_only_writes(
    served: ServedFleet, make_client: MakeClient, path: Path
) -> None:
    store = path.with_name("out")
    store.mkdir()
    (store / "contributors.parquet").mkdir()
    with pytest.raises(OSError, match="contributors"):
        run(_run(make_client, served, path, store=store))
    served.forge.clear_log()
    (store / "contributors.parquet").rmdir()
    summary = run(_run(make_client, served, path, store=store))
    assert (summary.done, summary.skipped) == (0, 120)
    assert not served.forge.requests
    assert sorted(file.name for file in store.iterdir()) == ["branches.parquet", "contributors.parquet"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes of POSIX")
def test_a_child_of_a_run_uses_the_ledger_when_the_run_has_ended(tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from gitfleet_fleet import LedgerError
from gitfleet_fleet.ledger.ledger import Ledger
path = Path(sys.argv[1])
ledger = Ledger(path)
reading, writing = os.pipe()
child = os.fork()
if child == 0:
    try:
        Ledger(path)
    except LedgerError as error:
        assert f"process {os.getppid()} " in str(error), error
    ledger.close()
    assert path.with_name("night.sqlite.lock").exists()
    os.read(reading, 1)
    Ledger(path).close()
    os._exit(0)
ledger.close()
os.write(writing, b"x")
sys.exit(os.waitpid(child, 0)[1])
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "night.sqlite")], check=False, timeout=60)
    assert done.returncode == 0


def test_the_log_of_a_ledger_that_was_moved_is_not_mixed_with_a_new_ledger(
    served: ServedFleet, make_client: MakeClient, path: Path
) -> None:
    log, moved = path.with_name("night.sqlite-wal"), path.with_name("old.sqlite")
    run(_run(make_client, served, path))
    with closing(sqlite3.connect(path)) as connection:  # as a killed run leaves it
        connection.execute("UPDATE units SET message = 'the last commit'")
        connection.commit()
        left = log.read_bytes()
        path.rename(moved)
    log.write_bytes(left)
    served.forge.clear_log()
    assert "move it together with its ledger" in _refused(make_client, served, path, ConfigurationError)
    assert log.read_bytes() == left
    log.rename(moved.with_name("old.sqlite-wal"))
    assert run(_run(make_client, served, path)).is_complete


def test_the_lock_file_contains_no_command(served: ServedFleet, make_client: MakeClient, path: Path) -> None:
    found: list[dict[str, Any]] = []

    def look(event: FleetEvent) -> None:
        if isinstance(event, UnitDone) and not found:
            found.append(json.loads(path.with_name("night.sqlite.lock").read_text()))

    run(_run(make_client, served, path, on_event=look))
    assert sorted(found[0]) == ["host", "pid", "started"]
    assert found[0]["pid"] == os.getpid()


def test_a_ledger_with_two_hard_links_is_refused(served: ServedFleet, make_client: MakeClient, path: Path) -> None:
    run(_run(make_client, served, path))
    served.forge.clear_log()
    other = path.with_name("other.sqlite")
    other.hardlink_to(path)
    assert "hard links" in _refused(make_client, served, path, ConfigurationError)
    assert "hard links" in _refused(make_client, served, other, ConfigurationError)
