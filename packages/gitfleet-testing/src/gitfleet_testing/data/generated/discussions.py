"""Generated labels, milestones, issues and pull requests."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta

from ..ids import fake_sha
from ..models import Repository
from ..records import Issue, Label, Milestone, PullRequest
from ..timestamps import format_time, parse_time, spread_times

__all__ = ["discussions", "issue_id", "labels", "milestones"]

_LABELS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", None),
    ("größer", "ededed", "Nicht nur ASCII"),
)
_TITLES = (
    "Reading {} fails",
    "{}: a question",
    "Please support {} ✨",
    'The "{}" option does nothing',
    "Tidy up {}",
)
_THINGS = ("paging", "tokens", "big files", "C:\\paths", "時刻", "proxies")
#: The author of every 17th issue and the head repository of every 5th pull request are deleted.
_GHOST_EVERY, _GONE_EVERY = 17, 5
#: Shares of merged pull requests among the closed ones, and of drafts among the open ones.
_MERGED, _DRAFTS = 0.7, 0.2
_IDS_PER_REPOSITORY = 100_000


def issue_id(repository: Repository, number: int) -> int:
    """Return the id of an issue or pull request, unique in the fleet."""
    return 1_000_000_000 + repository.id % 10**8 * _IDS_PER_REPOSITORY + number


def labels(repository: Repository) -> list[Label]:
    """Return the initial labels of a repository."""
    first = repository.id % 10**8 * _IDS_PER_REPOSITORY
    return [Label(first + number, *label) for number, label in enumerate(_LABELS, 1)]


def milestones(repository: Repository) -> list[Milestone]:
    """Return two milestones, one of them closed; none for a repository without issues and pull requests."""
    if not repository.amounts.issues + repository.amounts.pulls:
        return []
    first, created = repository.id % 10**8 * _IDS_PER_REPOSITORY, repository.created_at
    return [
        Milestone(first + 1, 1, "1.0", "closed", "The first one.", created, repository.pushed_at),
        Milestone(first + 2, 2, "2.0", "open", None, created),
    ]


def discussions(repository: Repository, people: Sequence[str], forks: Sequence[str], rng: random.Random) -> list[Issue]:
    """Return issues and pull requests, the newest first. ``forks`` are full names that pull requests can come from."""
    amounts = repository.amounts
    total = amounts.issues + amounts.pulls
    pulls = set(rng.sample(range(1, total + 1), amounts.pulls))
    opened = set(rng.sample(range(1, total + 1), min(amounts.open, total)))
    times = spread_times(total, repository.created_at, repository.pushed_at)
    created = []
    for number, moment in zip(range(total, 0, -1), times, strict=True):
        issue = _issue(repository, number, moment, people, rng, closed=number not in opened)
        created.append(_pull(issue, repository, forks, rng) if number in pulls else issue)
    return created


def _issue(
    repository: Repository, number: int, moment: str, people: Sequence[str], rng: random.Random, *, closed: bool
) -> Issue:
    updated = _later(moment, repository, rng)
    return Issue(
        id=issue_id(repository, number),
        number=number,
        title=rng.choice(_TITLES).format(rng.choice(_THINGS)),
        state="closed" if closed else "open",
        body=rng.choice((f"It is about {rng.choice(_THINGS)}.\r\n\r\n- [ ] done", "", None)),
        author=None if number % _GHOST_EVERY == 0 or not people else rng.choice(people),
        labels=tuple(sorted(label[0] for label in rng.sample(_LABELS, rng.randrange(3)))),
        assignees=tuple(rng.sample(people, min(rng.randrange(3), len(people)))) if number % 3 == 0 else (),
        milestone=rng.choice(("1.0", "2.0")) if number % 4 == 0 else None,
        comments=rng.randrange(6),
        locked=number % 23 == 0,
        created_at=moment,
        updated_at=updated,
        closed_at=updated if closed else None,
    )


def _later(moment: str, repository: Repository, rng: random.Random) -> str:
    """Return a time between this one and the repository's last change."""
    start = parse_time(moment)
    return format_time(start + max(parse_time(repository.updated_at) - start, timedelta()) * rng.random())


def _pull(issue: Issue, repository: Repository, forks: Sequence[str], rng: random.Random) -> PullRequest:
    number = issue.number
    merged = issue.closed_at is not None and rng.random() < _MERGED
    default = next((branch for branch in repository.branches if branch.name == repository.default_branch), None)
    return PullRequest(
        **{field.name: getattr(issue, field.name) for field in fields(Issue)},
        draft=issue.state == "open" and rng.random() < _DRAFTS,
        merged_at=issue.closed_at if merged else None,
        merge_sha=fake_sha(repository.id, "merge", number) if merged else None,
        head_ref=f"topic/{number}",
        head_sha=fake_sha(repository.id, "head", number),
        head_repository=None if number % _GONE_EVERY == 0 else rng.choice((repository.full_name, *forks)),
        base_ref=repository.default_branch,
        base_sha=default.sha if default else fake_sha(repository.id, "base", number),
        reviewers=issue.assignees[:1],
    )
