"""A cluster of Dask on this machine: a scheduler and workers as processes, which tests kill."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from support.killing import PATIENCE

__all__ = ["DaskCluster"]

_TESTS = str(Path(__file__).parents[1])


class DaskCluster:
    """A scheduler and its workers. All of them are ended with the block.

    Args:
        folder: Folder for logs and the files of workers.
        variables: Further environment variables of the workers, with the credentials.
        workers: Number of workers. Each has one thread.
    """

    def __init__(self, folder: Path, variables: Mapping[str, str], workers: int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port: int = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._folder = folder
        # The settings of Dask are those of its defaults: work stealing is on.
        own = {"PYTHONPATH": _TESTS, "DASK_CONFIG": str(folder), "DASK_TEMPORARY_DIRECTORY": str(folder)}
        self._environment = {**os.environ, **variables, **own}
        self._count = workers
        self._scheduler: subprocess.Popen[bytes] | None = None
        self._workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        try:
            self._start_scheduler()
            self.add_workers(self._count)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add_workers(self, count: int) -> None:
        """Start workers. They register by themselves."""
        common = ("--no-nanny", "--no-dashboard", "--nthreads", "1", "--memory-limit", "0", "--death-timeout", "60")
        for _ in range(count):
            folder = self._folder / f"worker-{len(self._workers)}"
            here = ("--host", "127.0.0.1", "--local-directory", str(folder))
            self._workers.append(self._start("dask_worker", self.address, *common, *here))

    def kill_worker(self) -> None:
        """Kill one of the running workers with SIGKILL."""
        victim = next(worker for worker in self._workers if worker.poll() is None)
        victim.kill()
        victim.wait(PATIENCE)

    def restart_scheduler(self) -> None:
        """Kill the scheduler with SIGKILL and start another one at its address, as a supervisor does.

        The workers end when their scheduler is lost, so their supervisor starts others.
        """
        assert self._scheduler is not None
        self._scheduler.kill()
        self._scheduler.wait(PATIENCE)
        running = [worker for worker in self._workers if worker.poll() is None]
        self._start_scheduler()
        end = time.monotonic() + PATIENCE
        while any(worker.poll() is None for worker in running) and time.monotonic() < end:
            time.sleep(0.05)
        self.add_workers(len(running))

    def close(self) -> None:
        """End all processes."""
        processes = [*self._workers, *([self._scheduler] if self._scheduler is not None else [])]
        for process in processes:
            process.kill()
        for process in processes:
            process.wait(PATIENCE)
        self._workers, self._scheduler = [], None

    def _start_scheduler(self) -> None:
        here = ("--host", "127.0.0.1", "--port", str(self._port))
        self._scheduler = self._start("dask_scheduler", *here, "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), 1).close()
            except OSError:
                assert self._scheduler.poll() is None, "the scheduler has ended"
                assert time.monotonic() < end, "the scheduler does not start"
                time.sleep(0.02)
            else:
                return

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", f"distributed.cli.{module}", *arguments]
        with (self._folder / f"{module}.log").open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment, cwd=self._folder
            )
