"""pyreqwest and msgspec, combined by hand; the option is the number of requests in flight.

``download`` reads pages or single repositories and drops them: the least that a Rust client under Python needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from common import Job, Pairs, run
from pyreqwest.client import Client, ClientBuilder


def client(job: Job) -> Client:
    builder = ClientBuilder().default_headers({"Authorization": "Bearer token"}).error_for_status()
    if job.ca_file is not None:
        with open(job.ca_file, "rb") as file:  # noqa: PTH123
            builder = builder.add_root_certificate_pem(file.read())
    return builder.build()


async def gather(job: Job, urls: list[str], session: Client, read: Callable[[Any], Any]) -> list:
    import asyncio

    places = asyncio.Semaphore(int(job.options[0]))

    async def get(url: str) -> Any:
        async with places:
            response = await session.get(url).build().send()
            return read(await response.bytes())

    return await asyncio.gather(*map(get, urls))


def listing(job: Job) -> Pairs:
    import asyncio

    from shape import PAGE, read_page

    async def work() -> Pairs:
        url = f"{job.base}/orgs/{job.owner}/repos?per_page=100"
        async with client(job) as session:
            response = await session.get(url).build().send()
            first = read_page(await response.bytes())
            last = int(PAGE.search(response.headers["link"])[1])
            urls = [f"{url}&page={page}" for page in range(2, last + 1)]
            found = [first, *await gather(job, urls, session, read_page)]
        return ((repo.id, repo.stargazers_count) for page in found for repo in page)

    return asyncio.run(work())


def single(job: Job) -> Pairs:
    import asyncio

    from shape import read_details

    async def work() -> Pairs:
        urls = [f"{job.base}/repos/{job.owner}/{name}" for name in job.names()]
        async with client(job) as session:
            found = await gather(job, urls, session, read_details)
        return ((repo.id, repo.stargazers_count) for repo in found)

    return asyncio.run(work())


def download(job: Job) -> Pairs:
    import asyncio

    async def work() -> Pairs:
        if job.options[1] == "pages":
            urls = [f"{job.base}/orgs/{job.owner}/repos?per_page=100&page={page}" for page in range(1, 101)]
        else:
            urls = [f"{job.base}/repos/{job.owner}/{name}" for name in job.names()]
        async with client(job) as session:
            sizes = await gather(job, urls, session, len)
        return [(0, size) for size in sizes]

    return asyncio.run(work())


def cold(job: Job) -> Pairs:
    import json

    from pyreqwest.client import SyncClientBuilder

    with SyncClientBuilder().default_headers({"Authorization": "Bearer token"}).build() as session:
        response = session.get(f"{job.base}/repos/{job.owner}/{job.names()[0]}").build().send()
        repo = json.loads(bytes(response.bytes()))
    return [(repo["id"], repo["stargazers_count"])]


run({"list": listing, "single": single, "download": download, "cold": cold})
