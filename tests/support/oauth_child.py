"""Processes that share one sign-in, for tests that kill them."""

from __future__ import annotations

import asyncio
import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple, cast

__all__ = ["Child", "ChildTask", "start_child"]

_HAS_SERVER = "forkserver" in multiprocessing.get_all_start_methods()
_context = cast("Any", multiprocessing.get_context("forkserver" if _HAS_SERVER else "spawn"))
_context.set_forkserver_preload(["gitfleet_api.providers.gitlab.client", "gitfleet_api.auth.oauth_refresh", __name__])


class ChildTask(NamedTuple):
    """What a process does: it sends calls whenever it receives a number of them.

    Attributes:
        engine: Name of the engine.
        url: Base URL of the API of GitLab.
        store: Path of the store.
        clock: Path of the planned time.
        owner: Owner of the repository to read.
        name: Name of it.
    """

    engine: str
    url: str
    store: Path
    clock: Path
    owner: str
    name: str


class Child(NamedTuple):
    """A running process.

    Attributes:
        process: The process.
        pipe: Receives numbers of calls; sends a list with the texts of the errors.
    """

    process: BaseProcess
    pipe: Connection


def start_child(task: ChildTask) -> Child:
    """Start a process."""
    ours, theirs = _context.Pipe()
    process: BaseProcess = _context.Process(target=_main, args=(task, theirs), daemon=True)
    process.start()
    theirs.close()
    return Child(process, ours)


def _main(task: ChildTask, pipe: Connection) -> None:
    asyncio.run(_serve(task, pipe))


async def _serve(task: ChildTask, pipe: Connection) -> None:
    from gitfleet_api import GitLabClient, ProviderType
    from gitfleet_api.auth import FileStore, OAuthSource
    from support.planned import PlannedTime

    source = OAuthSource(FileStore(task.store), ProviderType.GITLAB, task.url)
    backend = cast("Any", task.engine)
    async with GitLabClient(source, task.url, clock=PlannedTime(task.clock), retry=None, backend=backend) as client:
        while True:
            try:
                count = await asyncio.to_thread(pipe.recv)
            except EOFError:
                return
            calls = (client.fetch_repository_details(task.owner, task.name) for _ in range(count))
            results = await asyncio.gather(*calls, return_exceptions=True)
            pipe.send([repr(error) for error in results if isinstance(error, BaseException)])
