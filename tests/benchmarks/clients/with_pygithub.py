"""PyGithub, without its pause of a quarter of a second between requests; single requests in 50 threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from common import Job, Pairs, run
from github import Auth, Github


def client(job: Job) -> Github:
    return Github(
        auth=Auth.Token("token"),
        base_url=job.base,
        per_page=100,
        verify=job.ca_file or True,
        seconds_between_requests=None,
    )


def listing(job: Job) -> Pairs:
    found = list(client(job).get_organization(job.owner).get_repos())
    return ((repo.id, repo.stargazers_count) for repo in found)


def single(job: Job) -> Pairs:
    # One client per thread, because its connection object keeps the request between two calls.
    own = threading.local()

    def get(name: str) -> Any:
        github = getattr(own, "client", None)
        if github is None:
            github = own.client = client(job)
        return github.get_repo(f"{job.owner}/{name}")

    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(get, job.names()))
    return ((repo.id, repo.stargazers_count) for repo in found)


def cold(job: Job) -> Pairs:
    repo = client(job).get_repo(f"{job.owner}/{job.names()[0]}")
    return [(repo.id, repo.stargazers_count)]


run({"list": listing, "single": single, "cold": cold})
