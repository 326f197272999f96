"""The process of the demo's job that is killed: it starts a run with a ledger and prints how far it is."""

from __future__ import annotations

import asyncio
import os
import sys

from gitfleet_api import GitHubClient
from gitfleet_fleet import Fleet, FleetEvent, UnitDone

__all__ = ["KINDS", "TOKEN", "main"]

KINDS = ("branches", "contributors")
TOKEN = "GITFLEET_DEMO_TOKEN"  # noqa: S105  name of the variable


def _show(event: FleetEvent) -> None:
    if isinstance(event, UnitDone):
        print(event.done, event.total or 0, flush=True)


async def main(url: str, ledger: str, target: str) -> None:
    """Run the job.

    Args:
        url: Base URL of the forge.
        ledger: Path of the ledger.
        target: The target of the fleet.
    """
    async with GitHubClient(os.environ[TOKEN], url) as client:
        await Fleet(target, clients=client, on_event=_show).run(KINDS, ledger=ledger)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
