"""httpx and json, one client, dictionaries; pages 8 at a time, single requests 50 at a time (or the option)."""

from __future__ import annotations

import json
import re
import ssl

import httpx
from common import Job, Pairs, run

HEADERS = {"Authorization": "Bearer token"}
LAST = re.compile(r'[?&]page=(\d+)[^>]*>; rel="last"')


def client(job: Job) -> httpx.AsyncClient:
    verify = ssl.create_default_context(cafile=job.ca_file) if job.ca_file else True
    return httpx.AsyncClient(headers=HEADERS, verify=verify)


def listing(job: Job) -> Pairs:
    import asyncio

    async def work() -> Pairs:
        places = asyncio.Semaphore(8)
        url = f"{job.base}/orgs/{job.owner}/repos?per_page=100"
        async with client(job) as session:

            async def get(page: int) -> list:
                async with places:
                    return json.loads((await session.get(f"{url}&page={page}")).content)

            first = await session.get(url)
            pages = range(2, int(LAST.search(first.headers["link"])[1]) + 1)
            found = [json.loads(first.content), *await asyncio.gather(*map(get, pages))]
        return ((repo["id"], repo["stargazers_count"]) for page in found for repo in page)

    return asyncio.run(work())


def single(job: Job) -> Pairs:
    import asyncio

    async def work() -> Pairs:
        places = asyncio.Semaphore(int(job.options[0]) if job.options else 50)
        async with client(job) as session:

            async def get(name: str) -> dict:
                async with places:
                    return json.loads((await session.get(f"{job.base}/repos/{job.owner}/{name}")).content)

            found = await asyncio.gather(*map(get, job.names()))
        return ((repo["id"], repo["stargazers_count"]) for repo in found)

    return asyncio.run(work())


def cold(job: Job) -> Pairs:
    repo = json.loads(httpx.get(f"{job.base}/repos/{job.owner}/{job.names()[0]}", headers=HEADERS).content)
    return [(repo["id"], repo["stargazers_count"])]


run({"list": listing, "single": single, "cold": cold})
