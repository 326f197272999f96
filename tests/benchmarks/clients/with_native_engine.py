"""The native engine alone, below the client: whole bodies, which are dropped. Prints number and bytes."""

from __future__ import annotations

import asyncio

from common import Job, Pairs, run

from gitfleet_api.backend import Request
from gitfleet_native import NativeBackend


def download(job: Job) -> Pairs:
    async def work() -> Pairs:
        places = asyncio.Semaphore(int(job.options[0]))
        backend = NativeBackend()

        async def get(url: str) -> int:
            async with places:
                return len((await backend.send(Request("GET", url))).body)

        if job.options[1] == "pages":
            urls = [f"{job.base}/orgs/{job.owner}/repos?per_page=100&page={page}" for page in range(1, 101)]
        else:
            urls = [f"{job.base}/repos/{job.owner}/{name}" for name in job.names()]
        sizes = await asyncio.gather(*map(get, urls))
        await backend.aclose()
        return [(0, size) for size in sizes]

    return asyncio.run(work())


run({"download": download})
