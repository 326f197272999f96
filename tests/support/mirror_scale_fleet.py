"""A fleet with 631 pages and 62,000 rows, or a part of it, and changes of it."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gitfleet_testing import Fleet, Repository

__all__ = ["KINDS", "OWNERS", "PAGES", "ROWS", "TARGETS", "Changed", "big_fleet", "change", "pages_of"]

KINDS = ("branches", "tags", "commits", "contributors", "releases", "issues", "pull_requests")
OWNERS = ("aurora-labs", "basalt-works")
TARGETS = tuple(f"github:{owner}" for owner in OWNERS)
PAGES = 631
ROWS = 62_000
#: Pages of issues and pull requests of each repository: one has far more than the others, three have many.
_DISCUSSION_PAGES = (120, 30, 30, 30, *[4] * 31, *[3] * 5)
#: A full page without a link to another one makes a client look for another one.
_PULLS = _RELEASES = 99
_TOPICS = 20


def big_fleet(repositories: int = len(_DISCUSSION_PAGES)) -> Fleet:
    """Return a fleet whose lists have :data:`PAGES` pages with :data:`ROWS` rows on GitHub.

    Two owners have 25 and 15 repositories: a page each. A repository has a page of branches (94), tags (92 or 93),
    contributors (92, and 3 without an account that lists omit), releases (99) and pull requests (99), two pages of
    commits (200), and 3, 4, 30 or 120 pages of issues. As on GitHub, these have the pull requests, too, which a mirror
    has once: it has 3,960 rows fewer than the pages, and 800 topics more. Pages are nearly full, because a list with
    few rows takes a page as well: 631 pages with 62,000 rows have no room for more short lists.

    Args:
        repositories: number of repositories, from the last one: fewer than 36 have no long lists.
    """
    fleet = Fleet()
    for owner in OWNERS:
        fleet.add_organization(owner)
    for number, pages in list(enumerate(_DISCUSSION_PAGES))[-repositories:]:
        fleet.add_repository(
            OWNERS[number % 8 >= 5],
            f"repository-{number:02d}",
            branches=94,
            contributors=92,
            commits=200,
            tags=93 if number < len(_DISCUSSION_PAGES) // 2 else 92,
            releases=_RELEASES,
            pulls=_PULLS,
            issues=pages * 100 - _PULLS,
            open_issues=pages * 10,
            topics=tuple(f"topic-{(number + index) % 30:02d}" for index in range(_TOPICS)),
            description=f"The part {number}",
        )
    return fleet


def pages_of(repositories: int) -> int:
    """Return the number of pages of :func:`big_fleet`: :data:`PAGES` for 40 repositories."""
    return len(OWNERS) + 7 * repositories + sum(_DISCUSSION_PAGES[-repositories:])


# -- changes


@dataclass(frozen=True, slots=True)
class Changed:
    """Numbers of changes.

    Attributes:
        rows: changed rows.
        renames: renamed repositories.
        transfers: repositories with another owner.
        deletions: deleted rows and repositories.
        force_pushes: branches without their old head.
    """

    rows: int = 1_000
    renames: int = 50
    transfers: int = 20
    deletions: int = 100
    force_pushes: int = 30

    @property
    def resources(self) -> int:
        """The number of changed resources."""
        return self.rows + self.renames + self.transfers + self.deletions + self.force_pushes


class _Changes:
    """One change at a time; each addresses its repository by its number, because names change."""

    def __init__(self, fleet: Fleet, dice: random.Random) -> None:
        self._fleet = fleet
        self._dice = dice
        self._count = 0

    def _full_name(self, number: int) -> str:
        found = self._fleet.repository_by_id(number)
        assert found is not None
        return found.full_name

    def _next(self) -> int:
        self._count += 1
        return self._count

    def row(self, number: int) -> None:
        """Change a row of one of the tables, most often an issue."""
        fleet, name, dice = self._fleet, self._full_name(number), self._dice
        repository = fleet.repository(name)
        history = fleet.history(repository)
        kind = dice.choices(("issue", "tag", "branch", "release", "contributor"), (60, 12, 12, 12, 4))[0]
        if kind == "issue":
            issue = dice.choice(history.discussions)
            fleet.change_issue(name, issue.number, title=f"Title {self._next()}")
        elif kind == "tag":
            fleet.change_tag(name, dice.choice(history.tags).name, sha=f"{self._next():040x}")
        elif kind == "branch":
            others = [branch.name for branch in repository.branches if branch.name != repository.default_branch]
            fleet.set_branch(name, dice.choice(others), f"{self._next():040x}")
        elif kind == "release":
            fleet.change_release(name, dice.choice(history.releases).tag, name=f"Release {self._next()}")
        else:
            people = list(repository.contributors)
            index = dice.randrange(len(people))
            people[index] = dataclasses.replace(people[index], contributions=people[index].contributions + self._next())
            fleet.update(name, contributors=people)

    def rename(self, number: int) -> None:
        """Rename a repository."""
        name = self._full_name(number)
        self._fleet.rename(name, f"{name.partition('/')[0]}/renamed-{self._next():04d}")

    def transfer(self, number: int) -> None:
        """Move a repository to the other owner."""
        name = self._full_name(number)
        owners = {owner.login for owner in self._fleet.organizations}
        self._fleet.transfer(name, self._dice.choice(sorted(owners - {name.partition("/")[0]})))

    def force_push(self, number: int) -> None:
        """Replace up to five commits by as many or fewer or more."""
        self._fleet.force_push(self._full_name(number), drop=self._dice.randint(1, 5), add=self._dice.randint(1, 5))

    def delete_row(self, number: int) -> None:
        """Delete a branch, a tag, a release or an issue."""
        fleet, name, dice = self._fleet, self._full_name(number), self._dice
        repository = fleet.repository(name)
        history = fleet.history(repository)
        kind = dice.choice(("branch", "tag", "release", "issue"))
        if kind == "branch":
            others = [branch.name for branch in repository.branches if branch.name != repository.default_branch]
            fleet.remove_branch(name, dice.choice(others))
        elif kind == "tag":
            fleet.remove_tag(name, dice.choice(history.tags).name)
        elif kind == "release":
            # A list without any draft can be that of a user without push access.
            fleet.remove_release(name, dice.choice([one for one in history.releases if not one.draft]).tag)
        else:
            fleet.remove_issue(name, dice.choice(history.discussions).number)


def change(fleet: Fleet, amounts: Changed | None = None, *, seed: int = 0, deep: int = 1_000) -> Changed:
    """Change a fleet in a random order.

    Args:
        fleet: the fleet.
        amounts: how many changes of each sort. One in fifty deletions is a repository.
        seed: each seed gives other changes.
        deep: a repository with more issues loses none: only a complete walk shows that an issue is missing.

    Returns:
        The amounts.
    """
    amounts = Changed() if amounts is None else amounts
    dice = random.Random(seed)  # noqa: S311
    changes = _Changes(fleet, dice)
    numbers = [item.id for item in fleet.repositories]
    removed = dice.sample(numbers[4:], amounts.deletions // 50)
    others = [number for number in numbers if number not in removed]
    shallow = [number for number in others if len(fleet.history(_by_id(fleet, number)).discussions) <= deep]
    steps: list[tuple[Callable[[int], Any], int]] = [
        *((changes.row, dice.choice(others)) for _ in range(amounts.rows)),
        *((changes.rename, others[index % len(others)]) for index in range(amounts.renames)),
        *((changes.transfer, number) for number in dice.sample(others, amounts.transfers)),
        *((changes.force_push, number) for number in dice.sample(others, amounts.force_pushes)),
        *((changes.delete_row, dice.choice(shallow)) for _ in range(amounts.deletions - len(removed))),
        *((lambda number: fleet.remove(_by_id(fleet, number).full_name), number) for number in removed),
    ]
    dice.shuffle(steps)
    for step, number in steps:
        step(number)
    return amounts


def _by_id(fleet: Fleet, number: int) -> Repository:
    found = fleet.repository_by_id(number)
    assert found is not None
    return found
