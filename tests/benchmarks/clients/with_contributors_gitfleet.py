"""GitFleet: the contributors of all repositories of an organization; the option names the engine."""

from __future__ import annotations

import asyncio

from common import Job, Pairs, run

from GitFleet import Fleet, GitHubClient


def contributors(job: Job) -> Pairs:
    async def work() -> Pairs:
        async with GitHubClient("token", job.base, backend=job.options[0]) as github:
            outcomes = Fleet(f"github:{job.owner}", clients=github).each("contributors")
            return [(row.id, row.contributions) async for outcome in outcomes for row in outcome.rows]

    return asyncio.run(work())


run({"contributors": contributors})
