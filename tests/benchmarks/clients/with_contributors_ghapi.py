"""ghapi's async methods, gathered by hand with a semaphore. It has a client to keep, and pages until one is empty."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
from common import Job, Pairs, run
from ghapi.all import GhApi, paged


def contributors(job: Job) -> Pairs:
    async def work() -> Pairs:
        slots = asyncio.Semaphore(16)
        github = GhApi(token="token", gh_host=job.base)
        github.transport.client = httpx2.AsyncClient(timeout=60, follow_redirects=True)

        async def get(repo: Any) -> list[tuple[int, int]]:
            async with slots:
                pages = paged(github.repos.list_contributors, job.owner, repo.name, per_page=100)
                return [(row.id, row.contributions) async for page in pages for row in page]

        repos = paged(github.repos.list_for_org, job.owner, per_page=100)
        found = await asyncio.gather(*[get(repo) async for page in repos for repo in page])
        await github.transport.aclose()
        return [pair for rows in found for pair in rows]

    return asyncio.run(work())


run({"contributors": contributors})
