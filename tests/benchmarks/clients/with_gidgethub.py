"""gidgethub, which returns dictionaries; the option is the library under it: httpx or aiohttp."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from common import Job, Pairs, run


@asynccontextmanager
async def client(job: Job) -> AsyncIterator[object]:
    settings = {"oauth_token": "token", "base_url": job.base}
    if job.options[0] == "aiohttp":
        import aiohttp
        from gidgethub.aiohttp import GitHubAPI

        async with aiohttp.ClientSession() as session:
            yield GitHubAPI(session, "bench", **settings)
    else:
        from gidgethub.httpx import GitHubAPI, httpx

        async with httpx.AsyncClient() as session:
            yield GitHubAPI(session, "bench", **settings)


def listing(job: Job) -> Pairs:
    async def work() -> Pairs:
        async with client(job) as github:
            found = [repo async for repo in github.getiter(f"/orgs/{job.owner}/repos?per_page=100")]
        return ((repo["id"], repo["stargazers_count"]) for repo in found)

    return asyncio.run(work())


def single(job: Job) -> Pairs:
    async def work() -> Pairs:
        places = asyncio.Semaphore(50)
        async with client(job) as github:

            async def get(name: str) -> Any:
                async with places:
                    return await github.getitem(f"/repos/{job.owner}/{name}")

            found = await asyncio.gather(*map(get, job.names()))
        return ((repo["id"], repo["stargazers_count"]) for repo in found)

    return asyncio.run(work())


run({"list": listing, "single": single})
