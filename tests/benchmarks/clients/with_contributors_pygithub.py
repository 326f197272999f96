"""PyGithub as documented, one request after another, without its pause of a quarter of a second between requests."""

from __future__ import annotations

from common import Job, Pairs, run
from github import Auth, Github


def contributors(job: Job) -> Pairs:
    github = Github(auth=Auth.Token("token"), base_url=job.base, per_page=100, seconds_between_requests=None)
    repos = github.get_organization(job.owner).get_repos()
    return [(row.id, row.contributions) for repo in repos for row in repo.get_contributors()]


run({"contributors": contributors})
