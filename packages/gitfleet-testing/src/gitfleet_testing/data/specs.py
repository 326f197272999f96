"""Branches, contributors and amounts of history from short specifications: a number, names or complete objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .ids import fake_sha
from .models import Branch, Contributor
from .names import check_branch
from .records import Amounts

__all__ = ["AMOUNTS", "BranchSpec", "ContributorSpec", "build_amounts", "build_branches", "build_contributors"]

BranchSpec = int | Iterable[str | Branch]
ContributorSpec = int | Iterable[str | Contributor]

#: Names of the amounts, which are given as numbers only.
AMOUNTS = ("commits", "tags", "releases", "issues", "pulls", "runs")
_COMMITS = 3
_FIRST_BRANCHES = ("develop", "release/1.0", "docs-update", "feature/paging")
#: In generated lists, one contributor without an account follows this many with one.
_ANONYMOUS_EVERY = 25


def build_branches(spec: BranchSpec, repository: str, default: str) -> tuple[Branch, ...]:
    """Return branches sorted by name, as the services list them. The default branch must be one of them."""
    if isinstance(spec, int):
        spec = _branch_names(spec, default)
    created = [item if isinstance(item, Branch) else _branch(item, repository, default) for item in spec]
    names = [check_branch(branch.name) for branch in created]
    if len(set(names)) != len(names):
        raise ValueError(f"{repository}: a branch is named twice")
    if created and default not in names:
        raise ValueError(f"{repository}: the default branch {default!r} is not among its branches")
    return tuple(sorted(created, key=lambda branch: branch.name))


def _branch(name: str, repository: str, default: str) -> Branch:
    return Branch(name, fake_sha(repository, name), protected=name == default)


def _branch_names(count: int, default: str) -> list[str]:
    if count < 0:
        raise ValueError(f"branches must not be negative: {count}")
    more = (name for name in _FIRST_BRANCHES if name != default)
    names = [default, *more, *(f"topic/{number:04d}" for number in range(1, count))]
    return names[:count]


def build_contributors(spec: ContributorSpec, logins: Sequence[str]) -> tuple[Contributor, ...]:
    """Return contributors, most commits first.

    Args:
        spec: a number, logins or Contributor objects.
        logins: the logins that a number takes. Some contributors without an account are added.
    """
    if isinstance(spec, int):
        return _counted(spec, logins)
    created = [item if isinstance(item, Contributor) else Contributor(item, 1) for item in spec]
    return tuple(sorted(created, key=lambda person: -person.contributions))


def _counted(count: int, logins: Sequence[str]) -> tuple[Contributor, ...]:
    people: list[Contributor] = []
    for rank, login in enumerate(logins[:count]):
        # Strictly decreasing at first, then a long tail of ones, as in real lists.
        contributions = max(1, 4000 // (rank + 1) - rank)
        people.append(Contributor(login, contributions))
        if rank % _ANONYMOUS_EVERY == _ANONYMOUS_EVERY - 1:
            address = f"guest{rank:03d}@mail.invalid"
            people.append(Contributor(None, contributions, name=f"Guest {rank}", email=address))
    return tuple(people)


def build_amounts(numbers: Mapping[str, int], repository: str, *, empty: bool, open_issues: int | None) -> Amounts:
    """Return the amounts of generated history of a new repository: ``numbers``, by default three commits only.

    Args:
        numbers: amounts by the names in ``AMOUNTS``.
        repository: the full name, for messages.
        empty: whether the repository is empty.
        open_issues: number of open issues and pull requests. None: half of them.

    Raises:
        ValueError: the numbers contradict each other or ``empty``.
    """
    if empty and any(numbers.get(name) for name in ("commits", "tags", "releases", "runs")):
        raise ValueError(f"{repository}: an empty repository has no commits, tags, releases and runs")
    if not empty and numbers.get("commits") == 0:
        raise ValueError(f"{repository}: commits must be at least 1; for a repository without commits use empty=True")
    total = numbers.get("issues", 0) + numbers.get("pulls", 0)
    still_open = (total + 1) // 2 if open_issues is None else min(open_issues, total)
    return Amounts(**{"commits": 0 if empty else _COMMITS, **numbers}, open=max(still_open, 0))
