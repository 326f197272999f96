"""Updates of a mirror in processes of their own, which tests kill."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple, cast

__all__ = ["COMPLETE", "INCOMPLETE", "ChildUpdate", "start"]

COMPLETE, INCOMPLETE = 0, 3
"""Exit codes of an update that read everything, and of one with problems."""

# The fork server imports everything once, and each process is a fork of it: it begins to work within milliseconds.
_HAS_SERVER = "forkserver" in multiprocessing.get_all_start_methods()
_context = cast("Any", multiprocessing.get_context("forkserver" if _HAS_SERVER else "spawn"))
_PRELOADED = (
    "gitfleet_mirror.mirror",
    "gitfleet_mirror.update.run",
    "gitfleet_api.providers.github.client",
    "gitfleet_api.providers.github.audit",
    "gitfleet_api.providers.github.batch",
    "gitfleet_api.providers.github.owners",
    "gitfleet_api.backend.trust.reading",
    "gitfleet_api.session.pages",
    "gitfleet_api.session.paging",
    "gitfleet_py.backend",
    "gitfleet_py.client",
    "gitfleet_py.transport",
    "h11",
    "msgspec",  # those that are not installed are passed over
    "_cffi_backend",
    "importlib.metadata",
    "importlib.resources",
    "csv",
)
_context.set_forkserver_preload([*_PRELOADED, "httpx", "sqlite3", __name__])


class ChildUpdate(NamedTuple):
    """What a process does.

    Attributes:
        engine: Name of the engine.
        url: URL of the forge.
        tokens: Its tokens, in a pool.
        targets: The targets.
        kinds: The kinds of rows.
        path: Path of the mirror.
        options: Further arguments of ``update``.
    """

    engine: str
    url: str
    tokens: Sequence[str]
    targets: Sequence[str]
    kinds: Sequence[str]
    path: Path
    options: dict[str, Any]


def start(task: ChildUpdate) -> BaseProcess:
    """A running process. Its exit code is :data:`COMPLETE`, :data:`INCOMPLETE`, or 1 after an exception."""
    process: BaseProcess = _context.Process(target=_main, args=(task,), daemon=True)
    process.start()
    return process


def _main(task: ChildUpdate) -> None:
    raise SystemExit(COMPLETE if asyncio.run(_update(task)) else INCOMPLETE)


async def _update(task: ChildUpdate) -> bool:
    from gitfleet_api import GitHubClient, Retry, TokenManager
    from gitfleet_mirror import Mirror

    manager = TokenManager()
    for token in task.tokens:
        manager.add_token(token, "github")
    retry = Retry(attempts=8, base=0.001)
    client = GitHubClient(None, task.url, manager, backend=cast("Any", task.engine), max_concurrency=16, retry=retry)
    async with client:
        summary = await Mirror(task.path).update(*task.targets, clients=client, kinds=task.kinds, **task.options)
    return summary.is_complete
