"""python-gitlab, on the same repositories as GitLab shows them; single requests in 50 threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import gitlab
from common import Job, Pairs, run
from requests.adapters import HTTPAdapter


def client(job: Job) -> gitlab.Gitlab:
    server = gitlab.Gitlab(job.base.removesuffix("/api/v4"), private_token="token")
    server.session.mount("http://", HTTPAdapter(pool_maxsize=50))
    return server


def listing(job: Job) -> Pairs:
    found = client(job).projects.list(get_all=True, per_page=100)
    return ((project.id, project.star_count) for project in found)


def single(job: Job) -> Pairs:
    server = client(job)
    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(server.projects.get, job.names()))
    return ((project.id, project.star_count) for project in found)


run({"list": listing, "single": single})
