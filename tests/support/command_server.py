"""A process that has imported the command line and forks for each command.

The imports are three quarters of the processor time of most commands in tests. Each command is a separate process,
with its own environment, files and exit code.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["CommandServer", "can_serve", "command_server"]

_MODULES = (
    *("GitFleet.__main__", "GitFleet.cli.main", "GitFleet.cli.clients", "GitFleet.cli.commands.listings"),
    *("GitFleet.cli.pipeline", "GitFleet.cli.output.writers", "gitfleet_api.client", "gitfleet_api.providers.github"),
    *("gitfleet_api.providers.gitlab", "gitfleet_fleet", "gitfleet_native.backend", "gitfleet_py.backend", "httpx"),
)
_TOO_LONG = -1
"""Reply in place of an exit code: the command was killed."""


class Done(NamedTuple):
    """The result of a command."""

    code: int
    out: bytes
    err: bytes


class CommandServer:
    """Starts the process with the first command, and runs one command at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], given: bytes, within: float) -> Done:
        """Run a command to its end.

        Args:
            arguments: Its arguments.
            environment: All of its environment.
            given: Its stdin.
            within: Seconds after which it is killed.
        """
        with self._lock, tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "in").write_bytes(given)
            os.umask(mask := os.umask(0o022))
            task = {"arguments": list(arguments), "environment": dict(environment), "folder": name, "umask": mask}
            task["cwd"] = str(Path.cwd())
            process = self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({**task, "within": within}) + "\n")
            process.stdin.flush()
            reply = process.stdout.readline()
            if not reply:
                raise RuntimeError(f"the process that forks for commands has ended with {process.wait()}")
            if int(reply) == _TOO_LONG:
                raise subprocess.TimeoutExpired(list(arguments), within)
            return Done(int(reply), (folder / "out").read_bytes(), (folder / "err").read_bytes())

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            command = [sys.executable, "-P", __file__]
            env = {**os.environ, "PYTHONUTF8": "1"}
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(command, env=env, stdin=pipe, stdout=pipe, text=True)
            atexit.register(self._stop, self._process)
        return self._process

    @staticmethod
    def _stop(process: subprocess.Popen[str]) -> None:
        with contextlib.suppress(OSError):
            process.communicate(timeout=10)  # it ends at the end of its stdin


def can_serve(environment: Mapping[str, str]) -> bool:
    """Return whether a command with this environment can be forked: the interpreter and the loader read no variable."""
    if not hasattr(os, "fork") or environment.get("PYTHONUTF8") != "1":
        return False
    names = {name for name in (*environment, *os.environ) if name.startswith(("PYTHON", "LD_"))} - {"PYTHONUTF8"}
    return all(environment.get(name) == os.environ.get(name) for name in names)


@cache
def command_server() -> CommandServer:
    """The server of this test process."""
    return CommandServer()


def _serve() -> None:
    """Read one task per line from stdin, and write its exit code to stdout."""
    for name in _MODULES:
        with contextlib.suppress(ImportError):  # parts may not be installed
            importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        task = json.loads(line)
        child = os.fork()
        if not child:
            _become(task)
            from GitFleet.__main__ import command

            raise SystemExit(command())
        sys.stdout.write(f"{_exit_code(child, task['within'])}\n")
        sys.stdout.flush()


def _become(task: dict[str, Any]) -> None:
    """Make this process look like one that was started for the task."""
    os.chdir(task["cwd"])
    os.umask(task["umask"])
    os.environ.clear()
    os.environ.update(task["environment"])
    time.tzset()
    for number, name, mode in ((0, "in", os.O_RDONLY), (1, "out", os.O_WRONLY), (2, "err", os.O_WRONLY)):
        file = os.open(f"{task['folder']}/{name}", mode | (os.O_CREAT if number else 0), 0o600)
        os.dup2(file, number)
        os.close(file)
    # As Python opens them with PYTHONUTF8=1. They stay open as long as the process.
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stdout = io.TextIOWrapper(
        open(1, "wb", closefd=False),  # noqa: SIM115
        encoding="utf-8",
        errors="surrogateescape",
    )
    sys.stderr = io.TextIOWrapper(
        open(2, "wb", closefd=False),  # noqa: SIM115
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=True,
    )
    sys.argv = ["gitfleet", *task["arguments"]]


def _exit_code(child: int, within: float) -> int:
    end = time.monotonic() + within
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return _TOO_LONG
        time.sleep(0.002)


if __name__ == "__main__":
    _serve()
