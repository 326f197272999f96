"""A cache in a SQLite file, which processes can share and later runs can use."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
import time
import warnings
from collections.abc import Collection
from typing import TYPE_CHECKING

from .._internal.at_fork import renew_after_fork
from .._internal.reference import Reference
from .._internal.text import shorten_repr
from ..errors import ConfigurationError
from .entry import Cache, CacheEntry, CacheWarning
from .packing import pack, unpack
from .sqlite_file import CacheFile, UnsuitableFile, check_suitable, is_busy, is_damage, replace_damaged
from .sqlite_rows import find, read, size_of, write

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

__all__ = ["SQLiteCache"]

_READ_PATIENCE = 0.1
_WRITE_PATIENCE = 0.25
_CLOSE_PATIENCE = 2.0
"""Seconds to wait for the locks of other processes, which writers hold for milliseconds."""
_MAX_UNWRITTEN = 16 * 1024 * 1024
"""Bytes of entries that wait until another process releases the file."""


class SQLiteCache(Cache):
    """A cache in a SQLite file. The least recently used entries are evicted first.

    Several processes can use one file. It contains no tokens, but data that only their owners may see, so keep it
    private.

    No failure of the file is an error of a call: such calls find nothing and store nothing, and a
    :class:`CacheWarning` reports each kind of failure once. Reading never waits for a process that writes. An entry
    that cannot be written because another process has locked the file is written with a later one, or by
    :meth:`aclose`. A damaged cache is renamed, with a warning that contains the new name, and a new file is created. A
    file that is no cache is never changed.

    Args:
        path: Path of the file. If it does not exist it is created, readable only by its owner.
        max_bytes: Largest total size of the entries of all processes, in bytes. A larger entry is not stored.

    Raises:
        ConfigurationError: The folder of ``path`` does not exist, ``path`` is no file, or a SQLite file of another
            program, or a cache of another release; or ``max_bytes`` is not an integer of at least 1.
    """

    def __init__(self, path: str | os.PathLike[str], *, max_bytes: int = 512 * 1024 * 1024) -> None:
        self._path = _checked(path)
        if isinstance(max_bytes, bool) or not isinstance(max_bytes, int) or max_bytes < 1:
            raise ConfigurationError(f"max_bytes must be an integer of at least 1, not {shorten_repr(max_bytes)}")
        self._max_bytes = max_bytes
        self._reader = CacheFile(self._path, writes=False, patience=_READ_PATIENCE)
        self._writer = CacheFile(self._path, writes=True, patience=_WRITE_PATIENCE)
        self._unwritten: dict[str, bytes] = {}
        self._used: dict[str, float] = {}
        self._lock = threading.Lock()  # of the two dicts
        self._waits_for_lock = False
        self._is_created = False
        self._is_usable = True
        self._reported: set[str] = set()
        renew_after_fork(self)

    def __repr__(self) -> str:
        return f"<SQLiteCache {str(self._path)!r}>"

    def reference(self) -> Reference[Cache]:
        """Return how another process of this machine opens the file."""
        return Reference(SQLiteCache, (("path", str(self._path)), ("max_bytes", self._max_bytes)))

    async def get(self, key: str) -> CacheEntry | None:
        """Return the entry that is stored under ``key``, or None.

        Args:
            key: 64 hexadecimal digits. It contains no token.
        """
        return await asyncio.to_thread(self._get, key) if self._is_usable else None

    async def put(self, key: str, entry: CacheEntry) -> None:
        """Store an entry.

        Args:
            key: 64 hexadecimal digits. It contains no token.
            entry: The response to store.
        """
        if self._is_usable:
            await asyncio.to_thread(self._put, key, entry)

    async def stored(self, keys: Collection[str]) -> set[str]:
        """Return those of some keys under which an entry is stored.

        Args:
            keys: Keys, as for :meth:`get`.
        """
        return await asyncio.to_thread(self._stored, keys) if self._is_usable else set()

    async def aclose(self) -> None:
        """Write what is not written yet, and close the file. Later calls find nothing and store nothing."""
        await asyncio.to_thread(self._close)

    def _get(self, key: str) -> CacheEntry | None:
        with self._lock:
            data = self._unwritten.get(key)
        if data is None:
            try:
                data = self._reader.use(lambda connection: read(connection, key))
            except Exception as error:  # noqa: BLE001  see _failed
                self._failed(error, self._reader)
        if data is None:
            if self._reader.file is None and not self._is_created:
                self._is_created = True
                self._flush()  # creates the file, so that one that cannot be created is reported now
            return None
        entry = unpack(key, data)
        if entry is None:
            self._report("entry", f"the cache {self._path} has an entry that is damaged; it is not used")
            return None
        with self._lock:
            self._used[key] = time.time()
        return entry

    def _stored(self, keys: Collection[str]) -> set[str]:
        with self._lock:
            found = {key for key in keys if key in self._unwritten}
        try:
            found |= self._reader.use(lambda connection: find(connection, keys)) or set()
        except Exception as error:  # noqa: BLE001  see _failed
            self._failed(error, self._reader)
        return found

    def _put(self, key: str, entry: CacheEntry) -> None:
        try:
            data = pack(key, entry)
        except (TypeError, ValueError, RecursionError) as error:
            self._report("entry", f"the cache {self._path} cannot store an entry: {error}")
            return
        if size_of(key, data) > self._max_bytes:
            return
        with self._lock:
            self._unwritten[key] = data
        self._flush()

    def _flush(self, patience: float | None = None) -> None:
        try:
            written = self._writer.use(self._write, patience=patience)
        except Exception as error:  # noqa: BLE001  see _failed
            written = None
            self._waits_for_lock = is_busy(error)
            self._failed(error, self._writer)
        if written is None:
            self._limit_unwritten()

    def _write(self, connection: sqlite3.Connection) -> bool:
        with self._lock:
            rows, self._unwritten = self._unwritten, {}
            used, self._used = self._used, {}
        try:
            write(connection, rows, used, self._max_bytes)
        except BaseException:
            with self._lock:
                self._unwritten = rows | self._unwritten
                self._used = used | self._used
            raise
        return True

    def _limit_unwritten(self) -> None:
        with self._lock:
            if not self._waits_for_lock:
                self._unwritten = {}
            excess = sum(map(len, self._unwritten.values())) - min(_MAX_UNWRITTEN, self._max_bytes)
            if excess <= 0:
                return
            for key in list(self._unwritten):
                excess -= len(self._unwritten.pop(key))
                if excess <= 0:
                    break
        self._report("locked", f"the cache {self._path} stores nothing at the moment: another process has locked it")

    def _failed(self, error: Exception, side: CacheFile) -> None:
        """Handle a failure of the file. Nothing but a warning leaves this cache."""
        if isinstance(error, UnsuitableFile):
            self._is_usable = False
            self._report("unsuitable", f"the cache {self._path} is not used: the file is {error}; it was not changed")
        elif is_damage(error):
            self._replace(error, side)
        elif not is_busy(error):
            self._report("unusable", f"the cache {self._path} cannot be used: {error}")

    def _replace(self, error: Exception, side: CacheFile) -> None:
        damaged = side.file
        for connection in (self._reader, self._writer):
            connection.close()
        try:
            aside = replace_damaged(self._path, damaged)
        except OSError as problem:
            self._is_usable = False
            fate = f"and cannot be renamed ({problem}); it is not used"
            self._report("damaged", f"the cache {self._path} is damaged ({error}) {fate}")
            return
        for connection in (self._reader, self._writer):
            connection.resume()
        if aside is not None:
            self._report("damaged", f"the cache {self._path} is damaged ({error}); it was renamed to {aside}")

    def _report(self, kind: str, message: str) -> None:
        if kind not in self._reported:
            self._reported.add(kind)
            warnings.warn(message, CacheWarning, stacklevel=2)

    def _close(self) -> None:
        if self._is_usable and (self._unwritten or self._used):
            self._flush(_CLOSE_PATIENCE)
        self._is_usable = False
        self._reader.close()
        self._writer.close()
        self._unwritten, self._used = {}, {}

    def _after_fork(self) -> None:
        self._lock = threading.Lock()
        self._reader.after_fork()
        self._writer.after_fork()
        self._unwritten, self._used = {}, {}  # the parent writes them


def _checked(given: str | os.PathLike[str]) -> Path:
    """Return the absolute path of a file that is a cache or can become one.

    Raises:
        ConfigurationError: It cannot. A file that cannot be read now is reported when it is used.
    """
    from pathlib import Path  # imported here because it takes 1.3 ms and few programs need it

    path = Path()
    try:
        path = Path(given).absolute()
        is_file, exists = stat.S_ISREG(path.stat().st_mode), True
    except FileNotFoundError:
        is_file, exists = _may_be_folder(path.parent), False
    except PermissionError:
        return path
    except (OSError, TypeError, ValueError) as error:
        raise ConfigurationError(f"the cache cannot be the file {shorten_repr(given)}: {error}") from None
    if not is_file:
        raise ConfigurationError(f"the cache must be a file in a folder that exists, not {str(given)!r}")
    if exists:
        try:
            check_suitable(path)
        except UnsuitableFile as error:
            if error.is_database:
                problem = f"{given} is {error}; choose another path for the cache"
                raise ConfigurationError(problem) from None
        except OSError:
            pass
    return path


def _may_be_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except PermissionError:
        return True
