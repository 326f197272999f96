"""The function that runs in a worker."""

from __future__ import annotations

import asyncio
import platform

from gitfleet_api import ConfigurationError, GitFleetError, GitProviderClient
from gitfleet_api.sync import run

from ..kinds import Work
from ..outcome import Outcome
from ..units import run_work
from .sent import SentBatch, SentUnit, pack
from .worker_clients import client_for

__all__ = ["WorkerStopped", "do_batch"]


class WorkerStopped(GitFleetError):
    """A worker had to end before its work was done. The work can be given out again."""


def do_batch(batch: SentBatch) -> bytes:
    """Do a batch of units in this process, at the same time, and return their packed results.

    The client works in the thread that serves all sync clients, so its connections stay open for the next batch.

    Raises:
        WorkerStopped: The process had to end.
        GitFleetError: The client cannot be built here, for example because there are no credentials.
    """
    try:
        with client_for(batch.run, batch.recipe) as client:
            return pack(batch.units, run(_do_all(client, batch.units)))
    except ConfigurationError as error:
        error.message = f"worker on {platform.node()}: {error.message}"
        raise
    except (KeyboardInterrupt, SystemExit, asyncio.CancelledError) as stopped:
        # An executor would raise these in the coordinator, which they would end.
        raise WorkerStopped(f"the worker was stopped ({type(stopped).__name__})") from None


async def _do_all(client: GitProviderClient, units: tuple[SentUnit, ...]) -> list[list[Outcome[object]]]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run_work(Work(client, unit.kind, list(unit.repos)))) for unit in units]
    return [task.result() for task in tasks]
