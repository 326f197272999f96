"""Processes that spend one shared budget, and what a forge counted of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from gitfleet_testing import Fleet, Forge

__all__ = ["Spent", "Worker", "budget_forge", "spent_per_window", "workers"]

OWNER = "acme"
PATIENCE = 60.0
"""Seconds after which a process that does not end is a failure."""


class Spent(NamedTuple):
    """What a worker says at its end."""

    calls: int
    """Calls that succeeded."""
    failures: list[str]
    """Errors of the others."""
    warnings: int
    """Warnings about the store."""


class Worker:
    """A process that calls a forge until it is stopped.

    Args:
        forge: URL of the forge.
        tokens: Its tokens.
        engine: ``python`` or ``native``.
        budgets: Where the workers share what is left; empty for no sharing.
        seconds: How long it calls.
        tasks: Calls at the same time.
        reserve: Calls to leave.
    """

    def __init__(
        self, forge: str, tokens: Sequence[str], engine: str, budgets: str, seconds: float, tasks: int, reserve: int = 0
    ) -> None:
        settings = {
            "url": forge,
            "tokens": [*tokens],
            "engine": engine,
            "budgets": budgets,
            "seconds": seconds,
            "tasks": tasks,
            "reserve": reserve,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("budget_worker.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(settings))
        self.process.stdin.close()

    def kill(self) -> None:
        """End it with SIGKILL."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def result(self) -> Spent:
        """Wait for its end, and return what it says."""
        assert self.process.stdout is not None
        text = self.process.stdout.read()
        assert self.process.wait(PATIENCE) == 0, text
        return Spent(**json.loads(text.splitlines()[-1]))

    def close(self) -> None:
        """End it if it has not ended."""
        if self.process.poll() is None:
            self.kill()
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def workers(
    count: int,
    forge: Forge,
    tokens: Sequence[str],
    engine: str,
    budgets: str | os.PathLike[str],
    seconds: float,
    tasks: int,
) -> Iterator[list[Worker]]:
    """Processes that share a budget during a ``with`` block."""
    started: list[Worker] = []
    try:
        started.extend(Worker(forge.url, tokens, engine, os.fspath(budgets), seconds, tasks) for _ in range(count))
        yield started
    finally:
        for worker in started:
            worker.close()


@contextmanager
def budget_forge(tokens: int, limit: int, window: float, delay: float = 0.0) -> Iterator[tuple[Forge, list[str]]]:
    """A forge with tokens of different users, each with a number of calls per window of some seconds."""
    fleet = Fleet()
    names = [f"token-{number}" for number in range(tokens)]
    fleet.add_organization(OWNER)
    fleet.add_repository(OWNER, "tool")
    with Forge(fleet, delay=delay) as forge:
        for number, name in enumerate(names):
            forge.add_token(name, login=f"user-{number}", limit=limit, window=window)
        yield forge, names


def spent_per_window(forge: Forge, window: float) -> tuple[Counter[str], dict[str, list[int]]]:
    """Return the refused calls of each token, and the calls that succeeded in each of its windows."""
    refused: Counter[str] = Counter()
    counts: dict[str, list[int]] = {}
    begins: dict[str, float] = {}
    for request in sorted(forge.requests, key=lambda item: item.started):
        token = request.token or ""
        if request.status in (403, 429):
            refused[token] += 1
        if request.started >= begins.get(token, -window) + window:
            begins[token] = request.started
            counts.setdefault(token, []).append(0)
        if request.status == 200:
            counts[token][-1] += 1
    return refused, counts
