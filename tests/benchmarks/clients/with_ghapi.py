"""ghapi: pages one after another until an empty one, as its own helper does; single requests 50 at a time.

Left alone it makes a client, TLS settings and all, for each request: here it is given one to keep.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
from common import Job, Pairs, run
from ghapi.all import GhApi, paged


def client(job: Job) -> GhApi:
    github = GhApi(token="token", gh_host=job.base)
    github.transport.client = httpx2.AsyncClient(timeout=60, follow_redirects=True)
    return github


def listing(job: Job) -> Pairs:
    async def work() -> Pairs:
        github = client(job)
        pages = paged(github.repos.list_for_org, job.owner, per_page=100)
        found = [repo async for page in pages for repo in page]
        await github.transport.aclose()
        return ((repo.id, repo.stargazers_count) for repo in found)

    return asyncio.run(work())


def single(job: Job) -> Pairs:
    async def work() -> Pairs:
        places = asyncio.Semaphore(50)
        github = client(job)

        async def get(name: str) -> Any:
            async with places:
                return await github.repos.get(job.owner, name)

        found = await asyncio.gather(*map(get, job.names()))
        await github.transport.aclose()
        return ((repo.id, repo.stargazers_count) for repo in found)

    return asyncio.run(work())


run({"list": listing, "single": single})
