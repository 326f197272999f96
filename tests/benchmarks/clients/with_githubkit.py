"""githubkit; the option is sync or async. Its cache is off: it would store every response."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from common import Job, Pairs, run
from githubkit import GitHub

Work = Callable[[Job], Pairs]


def client(job: Job) -> GitHub:
    return GitHub("token", base_url=job.base, http_cache=False)


def listing(job: Job) -> Pairs:
    with client(job) as github:
        found = list(github.rest.paginate(github.rest.repos.list_for_org, org=job.owner, per_page=100))
    return ((repo.id, repo.stargazers_count) for repo in found)


def listing_async(job: Job) -> Pairs:
    async def work() -> Pairs:
        async with client(job) as github:
            pages = github.rest.paginate(github.rest.repos.async_list_for_org, org=job.owner, per_page=100)
            found = [repo async for repo in pages]
        return ((repo.id, repo.stargazers_count) for repo in found)

    return asyncio.run(work())


def single(job: Job) -> Pairs:
    with client(job) as github, ThreadPoolExecutor(50) as pool:

        def get(name: str) -> Any:
            return github.rest.repos.get(job.owner, name).parsed_data

        # It keeps its connections in a context variable: a thread without this context would open new ones each time.
        futures = [pool.submit(copy_context().run, get, name) for name in job.names()]
        found = [future.result() for future in futures]
    return ((repo.id, repo.stargazers_count) for repo in found)


def single_async(job: Job) -> Pairs:
    async def work() -> Pairs:
        places = asyncio.Semaphore(50)
        async with client(job) as github:

            async def get(name: str) -> Any:
                async with places:
                    return (await github.rest.repos.async_get(job.owner, name)).parsed_data

            found = await asyncio.gather(*map(get, job.names()))
        return ((repo.id, repo.stargazers_count) for repo in found)

    return asyncio.run(work())


def cold(job: Job) -> Pairs:
    github = client(job)
    repo = github.rest.repos.get(job.owner, job.names()[0]).parsed_data
    return [(repo.id, repo.stargazers_count)]


def by_mode(one: Work, other: Work) -> Work:
    return lambda job: (one if job.options[0] == "sync" else other)(job)


run({"list": by_mode(listing, listing_async), "single": by_mode(single, single_async), "cold": cold})
