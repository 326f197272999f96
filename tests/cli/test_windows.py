"""The command line on Windows, as far as a faked platform shows it: locks, closed pipes, signals, styles."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("the fakes of this file replace what Windows has", allow_module_level=True)

pytest.importorskip("click", exc_type=ImportError)

from GitFleet.cli import pipes, stdout
from GitFleet.cli.exit_codes import ClosedPipe, ExitCode, OutputError
from GitFleet.cli.output import append, styles
from GitFleet.cli.output.target import Output
from support.windows import fake_msvcrt, on_windows


def _files(folder: Path) -> tuple[Path, Path]:
    rows, file = folder / "rows.csv", folder / "all.csv"
    rows.write_bytes(b"2\n")
    file.write_bytes(b"1\n")
    return rows, file


def test_rows_are_appended_under_a_lock_behind_all_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = fake_msvcrt(monkeypatch)
    monkeypatch.setattr(sys, "platform", "win32")
    rows, file = _files(tmp_path)
    append.append_file(rows, file)
    assert file.read_bytes() == b"1\n2\n"
    assert locked == [(1 << 40, 1)]


def test_a_second_command_appends_when_the_first_has_closed_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_msvcrt(monkeypatch)
    monkeypatch.setattr(sys, "platform", "win32")
    rows, file = _files(tmp_path)
    with file.open("r+b") as first:
        append._lock(first.fileno())
        second = threading.Thread(target=append.append_file, args=(rows, file), daemon=True)
        second.start()
        second.join(0.1)
        assert second.is_alive()
        assert file.read_bytes() == b"1\n"
    second.join(10)
    assert file.read_bytes() == b"1\n2\n"


def test_an_invalid_argument_without_a_file_is_a_closed_pipe_on_windows_only(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = OSError(errno.EINVAL, "Invalid argument")
    assert not pipes.is_closed_pipe(closed)
    assert not stdout.is_write_error(closed)
    monkeypatch.setattr(sys, "platform", "win32")
    assert pipes.is_closed_pipe(closed)
    assert stdout.is_write_error(closed)
    assert not pipes.is_closed_pipe(OSError(errno.EINVAL, "Invalid argument", "a|b.csv"))
    assert pipes.is_closed_pipe(BrokenPipeError(errno.EPIPE, "Broken pipe"))


@pytest.mark.parametrize(("platform", "expected"), [("win32", ClosedPipe), ("linux", OutputError)])
def test_the_output_ends_when_windows_reports_a_closed_pipe(
    platform: str, expected: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    ours, theirs = os.pipe()
    monkeypatch.setattr(sys, "stdout", os.fdopen(theirs, "w"))
    output = Output("-")
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(expected):
        asyncio.run(output.run(fail))
    sys.stdout.close()
    os.close(ours)


def test_a_full_pipe_is_waited_for_without_select(monkeypatch: pytest.MonkeyPatch) -> None:
    # On Windows select() fails for everything but sockets.
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "select", None)
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    monkeypatch.setattr(sys, "stdout", os.fdopen(theirs, "w"))
    output = Output("-")
    size = 1 << 18
    writer = threading.Thread(target=lambda: asyncio.run(output.write("x" * size)), daemon=True)
    writer.start()
    found = b""
    while len(found) < size:
        found += os.read(ours, 1 << 16)
    writer.join(10)
    assert found == b"x" * size
    sys.stdout.close()
    os.close(ours)


def test_ctrl_break_stops_a_command_like_sigterm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    signals = on_windows("GitFleet.cli.signals", monkeypatch)

    async def work() -> None:
        signal.raise_signal(signal.SIGUSR1)
        await asyncio.sleep(10)

    with pytest.raises(signals.Interrupted) as caught:
        signals.run_cancellable(work())
    assert caught.value.code == ExitCode.TERMINATED


class _Console:
    """The functions of kernel32 for a console.

    Args:
        modes: The modes that it accepts.
    """

    def __init__(self, *modes: int) -> None:
        self.mode = 3
        self._modes = modes
        self.GetStdHandle: Any = lambda number: 7 if number == -11 else None

    def GetConsoleMode(self, handle: Any, mode: Any) -> int:  # noqa: N802
        mode._obj.value = self.mode
        return handle.value == 7

    def SetConsoleMode(self, handle: Any, mode: int) -> int:  # noqa: N802
        if handle.value != 7 or mode not in self._modes:
            return 0
        self.mode = mode
        return 1


@pytest.mark.parametrize(("modes", "expected"), [((3, 7), True), ((3,), False)])
def test_styles_are_used_if_the_console_accepts_escape_sequences(
    modes: tuple[int, ...], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = _Console(*modes)
    monkeypatch.setattr(ctypes, "WinDLL", lambda name: console if name == "kernel32" else None, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    assert styles.shows_styles() is expected
    assert console.mode == (7 if expected else 3)


def test_text_that_the_encoding_of_a_pipe_lacks_is_printed_with_backslashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "out.txt"
    with file.open("w", encoding="cp1252") as narrow:
        monkeypatch.setattr(sys, "stdout", narrow)
        assert stdout.run_and_flush(lambda: narrow.write("caf\xe9 \u4e2d\n") * 0) == 0
    assert file.read_bytes().rstrip() == b"caf\xe9 \\u4e2d"
