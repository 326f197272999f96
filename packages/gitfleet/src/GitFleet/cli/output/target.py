"""The destination of rows: stdout, or a file that is replaced only when it is complete."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import io
import os
import secrets
import stat
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ..exit_codes import ClosedPipe, CommandError, OutputError
from ..pipes import is_closed_pipe
from .append import append_file, first_line
from .formats import is_compressed
from .gzip_stream import GzipStream

__all__ = ["Output"]

_MAX_LINKS = 40
_PAUSE = 0.01


class Output:
    """An unbuffered text output: a page is written before the next page is awaited.

    A regular file is written under a temporary name in the same folder. :meth:`commit` renames it. A file whose name
    ends with ``.gz`` is compressed.

    Args:
        path: path of a file, or ``-`` for stdout.
        append: :meth:`commit` appends the new rows to an existing file.

    Raises:
        CommandError: stdout cannot be appended to.
        OutputError: the output cannot be written. This is checked before the first request.
    """

    def __init__(self, path: str, *, append: bool = False) -> None:
        self.is_standard: bool = path == "-"
        if append and self.is_standard:
            raise CommandError("--append needs a file: use -o FILE, or >> FILE without --append")
        self.appends: bool = append
        self.first_line: str | None = None
        self._gzip = GzipStream() if is_compressed(path) else None
        self.name: str = "stdout" if self.is_standard else path
        self._final: Path | None = None
        self._partial: Path | None = None
        self.is_terminal: bool = False
        self.encoding: str = "utf-8"
        try:
            self._raw = _standard_output() if self.is_standard else self._open(path)
            self._blocks = not stat.S_ISREG(os.fstat(self._raw.fileno()).st_mode)
            self.is_terminal = self._raw.isatty()
        except (OSError, ValueError) as error:  # ValueError: NUL in the path
            raise self._error(error) from None
        if self.is_terminal:
            self.encoding = sys.stdout.encoding or "utf-8"

    def _open(self, path: str) -> io.RawIOBase:
        final = _follow_links(path)
        if final.exists():
            if final.is_dir():
                raise OutputError(f"cannot write to {path}: it is a folder")
            if not os.access(final, os.W_OK):
                raise OutputError(f"cannot write to {path}: it is read-only")
            if not final.is_file():  # a device or named pipe cannot be replaced
                return final.open("wb", buffering=0)
            if self.appends:
                self.first_line = first_line(final, path)
        partial = final.with_name(f".{final.name[:200]}.{secrets.token_hex(4)}.part")
        raw = partial.open("xb", buffering=0)
        self._final, self._partial = final, partial
        return raw

    async def write(self, text: str) -> None:
        """Write text: see :meth:`run`.

        Raises:
            OutputError: the output cannot be written.
            ClosedPipe: the reader closed the pipe.
        """
        data = text.encode(self.encoding, "replace")
        if self._gzip is not None:
            data = self._gzip.add(data)
        await self.run(lambda: self._write(data))

    def binary(self) -> io.BufferedWriter:
        """Return the output as a binary file. Detach it at the end; :meth:`commit` closes the output."""
        return io.BufferedWriter(self._raw, 1 << 16)

    async def run(self, work: Callable[[], None]) -> None:
        """Run a function that writes.

        A pipe can block. A thread then does the writing, because a blocked event loop would let requests time out.

        Raises:
            OutputError: the output cannot be written.
            ClosedPipe: the reader closed the pipe.
        """
        try:
            if self._blocks:
                await _in_thread(work)
            else:
                work()
        except OSError as error:
            if self._blocks and is_closed_pipe(error):
                raise ClosedPipe from None
            raise self._error(error) from None

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            written = self._raw.write(rest)
            if written is None:  # the descriptor was set to non-blocking by another process
                _wait_for_room(self._raw)
            else:
                rest = rest[written:]

    def commit(self) -> None:
        """Close the output and move the complete file to its final path, or append it to the file there.

        Raises:
            OutputError: the file cannot be closed or moved.
        """
        try:
            if self._gzip is not None:
                self._write(self._gzip.end())
            self._raw.close()
            if self._partial is not None and self._final is not None:
                self._move(self._partial, self._final)
                self._partial = None
        except OSError as error:
            raise self._error(error) from None

    def _move(self, partial: Path, final: Path) -> None:
        if self.first_line is not None:  # the new rows have no header
            append_file(partial, final)
            partial.unlink()
            return
        if final.exists():
            partial.chmod(stat.S_IMODE(final.stat().st_mode))
        partial.replace(final)

    def close(self) -> None:
        """Discard the temporary file, unless it was committed."""
        if self._partial is not None:
            with contextlib.suppress(OSError):
                self._raw.close()
            self._partial.unlink(missing_ok=True)
            self._partial = None

    def _error(self, error: Exception) -> OutputError:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return OutputError(f"cannot write to {self.name}: {reason}")


def _follow_links(path: str) -> Path:
    """Return the file that a path leads to, so that a symbolic link stays and its target is replaced.

    In a folder where everybody can create files, a link of another user is not followed: that user would choose which
    of our files is overwritten. Linux has this rule for ``open`` (``fs.protected_symlinks``).

    Raises:
        OutputError: There is such a link.
        OSError: The links form a circle.
    """
    found = Path(path).absolute()
    for _ in range(_MAX_LINKS):
        if not found.is_symlink():
            return found.parent.resolve() / found.name
        folder, link = found.parent.stat(), found.lstat()
        is_shared = bool(folder.st_mode & stat.S_ISVTX and folder.st_mode & stat.S_IWOTH)
        if is_shared and hasattr(os, "geteuid") and link.st_uid not in (os.geteuid(), folder.st_uid):
            raise OutputError(f"cannot write to {path}: {found} is a symbolic link of another user in a shared folder")
        found = found.parent / found.readlink()
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _standard_output() -> io.RawIOBase:
    # sys.stdout is None if the shell closed it (>&-). Another file may have its descriptor then.
    if sys.stdout is None:
        raise OSError(0, "it is closed")
    sys.stdout.flush()
    return open(sys.stdout.fileno(), "wb", buffering=0, closefd=False)


def _wait_for_room(pipe: io.RawIOBase) -> None:
    if sys.platform == "win32":  # there select() takes sockets only
        time.sleep(_PAUSE)
        return
    import select

    select.select([], [pipe], [])


async def _in_thread(work: Callable[[], None]) -> None:
    """Run ``work`` in a daemon thread: unlike a thread of an executor, it does not delay the exit of the process."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def set_outcome(error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        failure: BaseException | None = None
        try:
            work()
        except BaseException as error:  # noqa: BLE001  raised in the event loop
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: the command was stopped
            loop.call_soon_threadsafe(set_outcome, failure)

    threading.Thread(target=run, daemon=True).start()
    await done
