"""github3.py; single requests in 50 threads, with a pool of 50 connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import github3
from common import Job, Pairs, run
from requests.adapters import HTTPAdapter


def client(job: Job) -> github3.GitHubEnterprise:
    # It adds /api/v3 itself.
    github = github3.GitHubEnterprise(job.base.removesuffix("/api/v3"), token="token")
    github.session.mount("http://", HTTPAdapter(pool_maxsize=50))
    return github


def listing(job: Job) -> Pairs:
    found = list(client(job).organization(job.owner).repositories())
    return ((repo.id, repo.stargazers_count) for repo in found)


def single(job: Job) -> Pairs:
    github = client(job)
    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(lambda name: github.repository(job.owner, name), job.names()))
    return ((repo.id, repo.stargazers_count) for repo in found)


run({"list": listing, "single": single})
