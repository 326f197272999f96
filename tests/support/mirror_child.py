"""Updates of a mirror in processes of their own, which tests kill."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple, cast

__all__ = ["ChildUpdate", "start_update"]

# The fork server imports everything once, and each process is a fork of it: it begins to work within milliseconds.
_HAS_SERVER = "forkserver" in multiprocessing.get_all_start_methods()
_context = cast("Any", multiprocessing.get_context("forkserver" if _HAS_SERVER else "spawn"))
_context.set_forkserver_preload(["gitfleet_mirror.update.run", __name__])


class ChildUpdate(NamedTuple):
    """What a process does.

    Attributes:
        engine: Name of the engine.
        url: URL of the forge.
        tokens: Tokens of it.
        targets: The targets.
        kinds: The kinds. None for the default.
        mirror: Path of the mirror.
        allow_deletions: Whether the user confirms deletions.
    """

    engine: str
    url: str
    tokens: Sequence[str]
    targets: Sequence[str]
    kinds: Sequence[str] | None
    mirror: Path
    allow_deletions: bool = False


def start_update(task: ChildUpdate) -> BaseProcess:
    """A running process. Its exit code is 0 at its end, also if something could not be read."""
    process: BaseProcess = _context.Process(target=_main, args=(task,), daemon=True)
    process.start()
    return process


def _main(task: ChildUpdate) -> None:
    asyncio.run(_update(task))


async def _update(task: ChildUpdate) -> None:
    from gitfleet_api import GitHubClient, TokenManager
    from gitfleet_mirror import Mirror

    manager = TokenManager()
    for token in task.tokens:
        manager.add_token(token, "github")
    options: dict[str, Any] = {} if task.kinds is None else {"kinds": tuple(task.kinds)}
    options["allow_deletions"] = task.allow_deletions
    engine = cast("Any", task.engine)
    async with GitHubClient(None, task.url, manager, backend=engine, max_concurrency=16) as client:
        await Mirror(task.mirror).update(*task.targets, clients=client, **options)
