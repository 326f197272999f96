"""A listing of GitFleet's native engine as a table: from the columns, or through objects and dicts."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from common import Job, Pairs, run

from GitFleet import GitHubClient


def arrow(job: Job) -> Pairs:
    async def work() -> Pairs:
        async with GitHubClient("token", job.base, backend="native") as github:
            table = await github.fetch_repositories(job.owner).to_arrow()
        return zip(table["id"].to_pylist(), table["stargazers_count"].to_pylist(), strict=True)

    return asyncio.run(work())


def by_hand(job: Job) -> Pairs:
    async def work() -> Pairs:
        async with GitHubClient("token", job.base, backend="native") as github:
            found = await github.fetch_repositories(job.owner)
        import pandas as pd

        frame = pd.DataFrame([asdict(repo) for repo in found])
        return zip(frame["id"].tolist(), frame["stargazers_count"].tolist(), strict=True)

    return asyncio.run(work())


run({"table": lambda job: {"arrow": arrow, "asdict": by_hand}[job.options[0]](job)})
