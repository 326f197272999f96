"""aiohttp, msgspec and uvloop, combined by hand: 8 pages or 50 single requests in flight."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import aiohttp
import uvloop
from common import Job, Pairs, run
from shape import PAGE, read_details, read_page


def client(job: Job) -> aiohttp.ClientSession:
    tls = ssl.create_default_context(cafile=job.ca_file) if job.ca_file else True
    connector = aiohttp.TCPConnector(ssl=tls)
    return aiohttp.ClientSession(connector=connector, headers={"Authorization": "Bearer token"})


def listing(job: Job) -> Pairs:
    async def work() -> Pairs:
        places = asyncio.Semaphore(8)
        url = f"{job.base}/orgs/{job.owner}/repos?per_page=100"
        async with client(job) as session:

            async def get(page: int) -> list:
                async with places, session.get(f"{url}&page={page}") as response:
                    return read_page(await response.read())

            async with session.get(url) as response:
                first = read_page(await response.read())
                last = int(PAGE.search(response.headers["link"])[1])
            found = [first, *await asyncio.gather(*map(get, range(2, last + 1)))]
        return ((repo.id, repo.stargazers_count) for page in found for repo in page)

    return uvloop.run(work())


def single(job: Job) -> Pairs:
    async def work() -> Pairs:
        places = asyncio.Semaphore(50)
        async with client(job) as session:

            async def get(name: str) -> Any:
                async with places, session.get(f"{job.base}/repos/{job.owner}/{name}") as response:
                    return read_details(await response.read())

            found = await asyncio.gather(*map(get, job.names()))
        return ((repo.id, repo.stargazers_count) for repo in found)

    return uvloop.run(work())


run({"list": listing, "single": single})
