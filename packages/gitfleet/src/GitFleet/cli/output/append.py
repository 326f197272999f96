"""Appending to a file of rows: the check of its first line, and the move of new rows to its end."""

from __future__ import annotations

import contextlib
import errno
import gzip
import json
import os
import shutil
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

from ..exit_codes import CommandError, OutputError
from .formats import APPENDABLE, Format, is_compressed

__all__ = ["append_file", "check_header", "first_line"]

_LONGEST_LINE = 1 << 20
_LOCKED_BYTE = 1 << 40
"""Windows prevents other processes from reading and writing locked bytes, so the locked one is behind all text."""


def first_line(file: Path, name: str) -> str | None:
    """Return the first line of a file; None if there is no file or it is empty.

    Args:
        file: the file.
        name: its name in messages.

    Raises:
        OutputError: its last line is incomplete, or it is not compressed although its name ends with ``.gz``.
        OSError: it cannot be read.
    """
    if not file.exists() or not file.stat().st_size:
        return None
    try:
        with gzip.open(file) if is_compressed(name) else file.open("rb") as opened:
            line = opened.readline(_LONGEST_LINE)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise OutputError(f"cannot append to {name}: it is no complete gzip file") from None
    if not is_compressed(name):
        with file.open("rb") as opened:
            opened.seek(-1, 2)
            if opened.read() != b"\n":
                raise OutputError(f"cannot append to {name}: its last line has no line break, so it may be incomplete")
    return line.decode("utf-8-sig", "replace").rstrip("\r\n")


def check_header(form: Format, found: str | None, header: str, names: Sequence[str] | None, path: str) -> None:
    """Check that rows can be appended to a file.

    Args:
        form: the format.
        found: the first line of the file; None if it is new or empty.
        header: the header line of the new rows, for csv and tsv.
        names: the fields of the new rows; None for whole rows of jsonl.
        path: the file in messages.

    Raises:
        CommandError: the format cannot be appended to, or the fields differ.
    """
    if form not in APPENDABLE:
        raise CommandError(f"--append: {form} cannot be appended to; use {', '.join(sorted(APPENDABLE))}")
    if found is None:
        return
    if form == "jsonl":
        with contextlib.suppress(ValueError):
            row = json.loads(found)
            if isinstance(row, dict) and (names is None or [*row] == [*names]):
                return
    elif found == header.rstrip("\n"):
        return
    wanted = header.rstrip("\n") if form != "jsonl" else ",".join(names or ()) or "JSON objects"
    shown = found if len(found) <= 200 else f"{found[:200]}..."
    raise CommandError(f"--append: {path} has other fields: it begins with {shown!r}, the new rows have {wanted!r}")


def append_file(new: Path, file: Path) -> None:
    """Append the content of a file to another one; if that fails, the other one is as before.

    Raises:
        OSError: it cannot be written.
    """
    with file.open("r+b") as target, new.open("rb") as rows:
        with contextlib.suppress(OSError):  # some network disks have no locks
            _lock(target.fileno())
        size = target.seek(0, 2)
        try:
            shutil.copyfileobj(rows, target, 1 << 20)
            target.flush()
        except OSError:
            target.truncate(size)
            raise


def _lock(descriptor: int) -> None:
    """Let another command that appends to the file finish first. Closing the file unlocks it."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return
    import msvcrt

    os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
    while True:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        except OSError as error:
            if error.errno != errno.EDEADLK:  # it gives up after 10 seconds
                raise
        else:
            return
