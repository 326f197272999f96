"""Generated commits, tags and releases, the newest first."""

from __future__ import annotations

import random
from collections.abc import Sequence

from ..ids import fake_sha
from ..models import Repository
from ..records import Asset, Commit, Release, Tag
from ..timestamps import spread_times

__all__ = ["ASSETS", "branch_head", "commits", "releases", "tags"]

_VERBS = ("Add", "Fix", "Remove", "Rename", "Document", "Speed up", "Simplify")
_THINGS = ("paging", "the parser", "names — all of them", 'the "quick" way', "retries", "the build 🔧", "C:\\paths")
_PATHS = ("README.md", "src/main.py", "docs/index.md", "tests/test_main.py", "src/größe.py")
#: Every 6th commit has an e-mail address without an account, every 9th is a merge.
_STRANGER_EVERY, _MERGE_EVERY = 6, 9
#: Number of ids per repository for releases and assets.
_IDS_PER_REPOSITORY = 100_000
ASSETS = 3


def commits(repository: Repository, people: Sequence[str], rng: random.Random) -> list[Commit]:
    """Return the commits of the default branch, its head first."""
    count = repository.amounts.commits
    hashes = [fake_sha(repository.id, "commit", number) for number in range(count, 0, -1)]
    head = next((branch.sha for branch in repository.branches if branch.name == repository.default_branch), None)
    if hashes and head is not None:
        hashes[0] = head
    times = spread_times(count, repository.created_at, repository.pushed_at)
    return [_commit(index, hashes, moment, people, rng) for index, moment in enumerate(times)]


def _commit(index: int, hashes: Sequence[str], moment: str, people: Sequence[str], rng: random.Random) -> Commit:
    number = len(hashes) - index
    login = people[rng.randrange(len(people))] if people and number % _STRANGER_EVERY else None
    name = login or f"Stranger {number % 5}"
    address = f"{login.removesuffix('[bot]')}@mail.invalid" if login else f"stranger{number % 5}@old.invalid"
    parents = tuple(hashes[index + 1 : index + 2])
    if parents and number % _MERGE_EVERY == 0:
        parents += (fake_sha(hashes[index], "merged"),)
    message = f"{rng.choice(_VERBS)} {rng.choice(_THINGS)}"
    return Commit(
        sha=hashes[index],
        message=message if rng.random() < 0.6 else f"{message}\n\nAs was said in #{number}.",
        author_name=name,
        author_email=address,
        authored_at=moment,
        committer_name=name,
        committer_email=address,
        committed_at=moment,
        author=login,
        committer=login,
        parents=parents,
        path=rng.choice(_PATHS),
    )


def branch_head(name: str, head: str, parent: Commit) -> Commit:
    """Return the newest commit of a branch that starts at ``parent``."""
    return Commit(
        sha=head,
        message=f"Work on {name}\n\nAs it says.",
        author_name=parent.author_name,
        author_email=parent.author_email,
        authored_at=parent.authored_at,
        committer_name=parent.committer_name,
        committer_email=parent.committer_email,
        committed_at=parent.committed_at,
        author=parent.author,
        committer=parent.committer,
        parents=(parent.sha,),
        path=parent.path,
    )


def tags(repository: Repository, on: Sequence[Commit]) -> list[Tag]:
    """Return the tags v1.0.0 and so on. Every third is annotated."""
    count = repository.amounts.tags
    return [
        Tag(
            f"v{number // 10 + 1}.{number % 10}.0",
            on[(count - 1 - number) * len(on) // count].sha if on else fake_sha(repository.id, "tag", number),
            f"Version {number // 10 + 1}.{number % 10}\n" if number % 3 == 0 else None,
        )
        for number in range(count - 1, -1, -1)
    ]


def releases(repository: Repository, tagged: Sequence[Tag], people: Sequence[str]) -> list[Release]:
    """Return the releases, one per tag while there are tags. If there are several, the newest is a draft."""
    count = repository.amounts.releases
    times = spread_times(count, repository.created_at, repository.pushed_at)
    return [_release(repository, index, moment, tagged, people) for index, moment in enumerate(times)]


def _release(repository: Repository, index: int, moment: str, tagged: Sequence[Tag], people: Sequence[str]) -> Release:
    count = repository.amounts.releases
    number = count - index
    draft = index == 0 and count > 1
    name = tagged[index].name if index < len(tagged) else f"r{number}"
    first = repository.id % 10**8 * _IDS_PER_REPOSITORY + number * (ASSETS + 1)
    suffixes = (".tar.gz", "-linux.whl", ".sha256")[: number % (ASSETS + 1)]
    return Release(
        id=first,
        tag=name,
        target=repository.default_branch,
        # As on the services: some releases have a title and a text, some have neither.
        name=None if number % 4 == 0 else f"Release {name}",
        body=None if number % 4 == 0 else f"## Changes\r\n\r\n* {_VERBS[number % 7]} {_THINGS[number % 7]}",
        draft=draft,
        prerelease=index == 1 and count > 2,
        author=people[number % len(people)] if people else None,
        assets=tuple(
            Asset(first + extra, f"{repository.name}-{name}{suffix}", 1000 * number + extra, downloads=number * 7)
            for extra, suffix in enumerate(suffixes, 1)
        ),
        created_at=moment,
        published_at=None if draft else moment,
    )
