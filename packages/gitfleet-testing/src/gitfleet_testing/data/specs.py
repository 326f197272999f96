"""Makes the branches and contributors of a repository from a number, from names or from finished objects.

And the amounts of what is invented for it later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .ids import fake_sha
from .models import Branch, Contributor
from .names import check_branch
from .records import Amounts

__all__ = ["AMOUNTS", "BranchSpec", "ContributorSpec", "build_amounts", "build_branches", "build_contributors"]

BranchSpec = int | Iterable[str | Branch]
ContributorSpec = int | Iterable[str | Contributor]

#: What may be said by number only.
AMOUNTS = ("commits", "tags", "releases", "issues", "pulls", "runs")
_COMMITS = 3
_FIRST_BRANCHES = ("develop", "release/1.0", "docs-update", "feature/paging")
#: One in this many contributors of a generated list has no account.
_ANONYMOUS_EVERY = 25


def build_branches(spec: BranchSpec, repository: str, default: str) -> tuple[Branch, ...]:
    """Branches sorted by name, as the service lists them; the default branch is among them."""
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
    """Contributors, the busiest first. A number takes so many of ``logins``, and some anonymous ones more."""
    if isinstance(spec, int):
        return _counted(spec, logins)
    created = [item if isinstance(item, Contributor) else Contributor(item, 1) for item in spec]
    return tuple(sorted(created, key=lambda person: -person.contributions))


def _counted(count: int, logins: Sequence[str]) -> tuple[Contributor, ...]:
    people: list[Contributor] = []
    for rank, login in enumerate(logins[:count]):
        # Strictly falling for a while, then a long tail of ones: the shape real lists have.
        contributions = max(1, 4000 // (rank + 1) - rank)
        people.append(Contributor(login, contributions))
        if rank % _ANONYMOUS_EVERY == _ANONYMOUS_EVERY - 1:
            address = f"guest{rank:03d}@mail.invalid"
            people.append(Contributor(None, contributions, name=f"Guest {rank}", email=address))
    return tuple(people)


def build_amounts(said: Mapping[str, int], repository: str, *, empty: bool, opened: int | None) -> Amounts:
    """How much history a new repository has: what was ``said``, three commits, nothing else."""
    if empty and any(said.get(name) for name in ("commits", "tags", "releases", "runs")):
        raise ValueError(f"{repository}: an empty repository has no commits, tags, releases and runs")
    if not empty and said.get("commits") == 0:
        raise ValueError(f"{repository}: commits must be at least 1: a repository without any is an empty one")
    talked = said.get("issues", 0) + said.get("pulls", 0)
    still = (talked + 1) // 2 if opened is None else min(opened, talked)
    return Amounts(**{"commits": 0 if empty else _COMMITS, **said}, open=max(still, 0))
