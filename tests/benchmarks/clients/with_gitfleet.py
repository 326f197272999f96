"""GitFleet; the first option names the engine, a second one, ``hook``, adds an event hook to the pure Python engine."""

from __future__ import annotations

import asyncio
from array import array

from common import Job, Pairs, run

from GitFleet import GitHubClient


async def hook(_response: object) -> None:
    """An event hook that does nothing."""


def client(job: Job, **settings: int) -> GitHubClient:
    engine, *hooks = job.options
    if hooks:
        from gitfleet_py import PythonBackend

        backend = PythonBackend(event_hooks={"response": [hook]})
        return GitHubClient("token", job.base, backend=backend, **settings)
    return GitHubClient("token", job.base, backend=engine, verify=job.ca_file or True, **settings)


def listing(job: Job) -> Pairs:
    async def work() -> Pairs:
        async with client(job) as github:
            found = await github.fetch_repositories(job.owner)
        return ((repo.id, repo.stargazers_count) for repo in found)

    return asyncio.run(work())


def stream(job: Job) -> Pairs:
    """Read each repository when it arrives and drop it; keep 16 bytes of it."""
    ids, stars = array("Q"), array("Q")

    async def work() -> None:
        async with client(job) as github:
            async for repo in github.fetch_repositories(job.owner):
                ids.append(repo.id)
                stars.append(repo.stargazers_count)

    asyncio.run(work())
    return zip(ids, stars, strict=True)


def single(job: Job) -> Pairs:
    async def work() -> Pairs:
        async with client(job, max_concurrency=50) as github:
            found = await asyncio.gather(*(github.fetch_repository_details(job.owner, name) for name in job.names()))
        # A client does not close a backend that was passed to it.
        await github.backend.aclose()
        return ((repo.id, repo.stargazers_count) for repo in found)

    return asyncio.run(work())


def cold(job: Job) -> Pairs:
    async def work() -> Pairs:
        async with client(job) as github:
            repo = await github.fetch_repository_details(job.owner, job.names()[0])
        return [(repo.id, repo.stargazers_count)]

    return asyncio.run(work())


run({"list": listing, "stream": stream, "single": single, "cold": cold})
