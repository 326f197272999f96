"""githubkit's async methods, gathered by hand with a semaphore. Its cache is off: it would store every response."""

from __future__ import annotations

import asyncio
from typing import Any

from common import Job, Pairs, run
from githubkit import GitHub


def contributors(job: Job) -> Pairs:
    async def work() -> Pairs:
        slots = asyncio.Semaphore(16)
        async with GitHub("token", base_url=job.base, http_cache=False) as github:

            async def get(repo: Any) -> list[tuple[int, int]]:
                async with slots:
                    rows = github.rest.paginate(
                        github.rest.repos.async_list_contributors, owner=job.owner, repo=repo.name, per_page=100
                    )
                    return [(row.id, row.contributions) async for row in rows]

            repos = github.rest.paginate(github.rest.repos.async_list_for_org, org=job.owner, per_page=100)
            found = await asyncio.gather(*[get(repo) async for repo in repos])
        return [pair for rows in found for pair in rows]

    return asyncio.run(work())


run({"contributors": contributors})
