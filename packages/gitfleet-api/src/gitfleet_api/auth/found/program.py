"""Run a program that prints a secret: without a shell, a terminal and prompts, for a limited time."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ..._internal.redacted import RedactedBytes

__all__ = ["ProgramError", "run_program"]

_LARGEST = 65536
"""Bytes of output at most."""
SECONDS = 10.0
"""Time limit of a program."""

_HIDDEN = (
    *("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"),
    *("GITLAB_TOKEN", "GITLAB_ACCESS_TOKEN", "OAUTH_TOKEN", "CI_JOB_TOKEN"),
)
"""Variables that programs would print instead of what they have stored; they are another source."""


class ProgramError(Exception):
    """A program gave no usable output. The message shows nothing that it has printed."""


def run_program(
    arguments: Sequence[str], given: bytes = b"", changed: Mapping[str, str] | None = None, seconds: float | None = None
) -> RedactedBytes | None:
    """Return what a program prints to stdout; None if it is not installed or exits with an error.

    Its stderr is discarded. It runs in the home folder, so that files of the current folder do not configure it, and
    in a session without a terminal, so that it cannot ask.

    Args:
        arguments: Name of the program, found in PATH, and its arguments. No secret: others can read them.
        given: Bytes for stdin.
        changed: Variables to change in its environment.
        seconds: Time limit. None for 10 seconds.

    Raises:
        ProgramError: It ran for too long, printed too much, or could not be started.
    """
    program = shutil.which(arguments[0])
    if program is None or not os.path.isabs(program):  # noqa: PTH117  a relative one is in the current folder
        return None
    environment = {name: value for name, value in os.environ.items() if name not in _HIDDEN} | dict(changed or {})
    home = os.path.expanduser("~")  # noqa: PTH111  Path.home() raises without a home
    try:
        process = subprocess.Popen(  # noqa: S603  a program of the user, without a shell
            [program, *arguments[1:]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=home if Path(home).is_dir() else None,
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows only
        )
    except (OSError, ValueError) as error:
        raise ProgramError(f"cannot be started: {getattr(error, 'strerror', None) or type(error).__name__}") from None
    return _output(process, given, SECONDS if seconds is None else seconds)


def _output(process: subprocess.Popen[bytes], given: bytes, seconds: float) -> RedactedBytes | None:
    parts: list[bytes] = []
    # A helper of the program may keep the pipe open after its end, so a thread reads.
    reader = threading.Thread(target=_read, args=(process, given, parts), daemon=True)
    reader.start()
    reader.join(seconds)
    is_late = reader.is_alive()
    size = sum(map(len, parts))
    try:
        code = None if is_late or size > _LARGEST else process.wait(seconds)
    except subprocess.TimeoutExpired:
        is_late, code = True, None
    if code is None:
        _kill(process)
        raise ProgramError(f"no end after {seconds:g} seconds" if is_late else f"more than {_LARGEST:,} bytes")
    return RedactedBytes(b"".join(parts)) if code == 0 else None


def _read(process: subprocess.Popen[bytes], given: bytes, parts: list[bytes]) -> None:
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        return
    with suppress(OSError, ValueError):
        stdin.write(given)
        stdin.close()
    with suppress(OSError, ValueError):
        parts.append(stdout.read(_LARGEST + 1))
        stdout.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a program and its helpers, which are in its process group."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(1)
