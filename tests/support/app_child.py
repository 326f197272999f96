"""Processes that share the tokens of a GitHub App."""

from __future__ import annotations

import asyncio
import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple, cast

__all__ = ["AppTask", "start_app_child"]

_HAS_SERVER = "forkserver" in multiprocessing.get_all_start_methods()
_context = cast("Any", multiprocessing.get_context("forkserver" if _HAS_SERVER else "spawn"))
_context.set_forkserver_preload(["gitfleet_api.providers.github.client", "gitfleet_api.auth.github_app", __name__])


class AppTask(NamedTuple):
    """What a process does when it receives a number: that many calls at the same time, for the owners by turns.

    Attributes:
        engine: Name of the engine.
        url: Base URL of the API.
        app: Number of the app.
        key: Its private key.
        shared: Folder of the shared tokens.
        clock: Path of the planned time.
        owners: Owners of the repositories.
        name: Name of the repository of each owner.
    """

    engine: str
    url: str
    app: int
    key: str
    shared: Path
    clock: Path
    owners: tuple[str, ...]
    name: str


def start_app_child(task: AppTask) -> tuple[BaseProcess, Connection]:
    """Start a process. Its pipe sends a list with the texts of the errors for each number."""
    ours, theirs = _context.Pipe()
    process: BaseProcess = _context.Process(target=_main, args=(task, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _main(task: AppTask, pipe: Connection) -> None:
    asyncio.run(_serve(task, pipe))


async def _serve(task: AppTask, pipe: Connection) -> None:
    from gitfleet_api import GitHubClient
    from gitfleet_api.auth import GitHubApp
    from support.planned import PlannedTime

    source = GitHubApp(task.app, private_key=task.key, base_url=task.url, shared=task.shared)
    backend = cast("Any", task.engine)
    async with GitHubClient(source, task.url, clock=PlannedTime(task.clock), retry=None, backend=backend) as client:
        while True:
            try:
                count = await asyncio.to_thread(pipe.recv)
            except EOFError:
                return
            owners = [task.owners[number % len(task.owners)] for number in range(count)]
            calls = [client.fetch_repository_details(owner, task.name) for owner in owners]
            results = await asyncio.gather(*calls, return_exceptions=True)
            pipe.send([repr(error) for error in results if isinstance(error, BaseException)])
