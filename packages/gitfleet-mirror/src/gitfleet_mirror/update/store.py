"""The open file of an update, and the thread that uses it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar

from gitfleet_api import ConfigurationError, DecodeError, GitProviderClient
from gitfleet_fleet.files.thread import FileThread

from ..cursors import Cursors, UpdateState
from ..file import MirrorFile
from ..names import time_text
from ..writer import Writer

__all__ = ["CONTINUED_FOR", "Store", "checked_values"]

P = ParamSpec("P")
T = TypeVar("T")

CONTINUED_FOR = timedelta(hours=1)
"""Age of an interrupted update up to which the next one does not repeat what it has finished."""


@contextmanager
def checked_values(client: GitProviderClient) -> Generator[None, None, None]:
    """Context manager for the writing of rows: values that no column can have are an error of the response.

    Args:
        client: The client that read the rows.

    Raises:
        DecodeError: A number has more than 64 bits, for example.
    """
    try:
        yield
    except ConfigurationError as error:
        problem = f"a row of the response cannot be stored: {error}"
        raise DecodeError(problem, client.provider_type, code="decode_shape") from None


class Store:
    """The file of one update.

    Args:
        path: Its absolute path.
    """

    connection: sqlite3.Connection
    cursors: Cursors
    writer: Writer
    update: UpdateState

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = FileThread()
        self._file: MirrorFile | None = None
        self.continued: frozenset[int] = frozenset()
        """Numbers of the interrupted updates that this one continues."""
        self.seen_since = ""
        """Start of the first of them, or of this one: rows that were seen since then are those of the present."""

    async def open(self) -> None:
        """Open the file and lock it.

        Raises:
            ConfigurationError: It is no mirror.
            MirrorError: It is in use, or damaged.
        """

        def opened() -> MirrorFile:
            self._file = MirrorFile(self._path)
            self.writer = Writer(self._file.connection)
            self.cursors = Cursors(self._file.connection)
            self.connection = self._file.connection
            return self._file

        await self._thread.call(opened)

    async def begin(self, targets: list[str], servers: Mapping[str, str], version: str) -> None:
        """Add the update to the file.

        Args:
            targets: Texts of its targets.
            servers: URL of the server for each label in them.
            version: Release of GitFleet.

        Raises:
            ConfigurationError: The rows with a label are of another server. The file was not changed.
        """
        now = datetime.now(UTC)

        def begin() -> UpdateState:
            for provider, base_url in servers.items():
                self.cursors.bind_server(provider, base_url)
            interrupted = self.cursors.interrupted(time_text(now - CONTINUED_FOR))
            update = self.cursors.begin_update(targets, now, version)
            self.continued = frozenset(interrupted)
            self.seen_since = min([*interrupted.values(), update.started])
            return update

        self.update = await self.write(begin)

    @property
    def now(self) -> str:
        """The time of the update, as text: ``last_seen`` of all rows that it sees."""
        return self.update.started

    async def read(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function that reads the file, in the thread, and return its result.

        Raises:
            MirrorError: The file cannot be read.
        """

        def called() -> T:
            with self._present().errors():
                return function(*args, **kwargs)

        return await self._thread.call(called)

    async def write(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in a transaction, in the thread, and return its result.

        Raises:
            MirrorError: The file cannot be written.
        """

        def called() -> T:
            with self._present().errors(), self.writer.transaction():
                return function(*args, **kwargs)

        return await self._thread.call(called)

    async def close(self) -> None:
        """Close the file after everything that is being written, and end the thread."""
        await self._thread.finish(lambda: None if self._file is None else self._file.close())

    def _present(self) -> MirrorFile:
        assert self._file is not None  # noqa: S101  it is open
        return self._file
