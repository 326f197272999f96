"""Fleets of repositories in every state, and the outcomes and rows that the forge's own data gives for them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from gitfleet_fleet import Outcome, Status
from gitfleet_testing import Fleet, Forge
from gitfleet_testing.access.tokens import Access
from gitfleet_testing.faults import Drop, Fail, Reset, Truncate
from gitfleet_testing.github.service import GitHubService
from gitfleet_testing.gitlab.service import GitLabService
from gitfleet_testing.http.messages import Request
from support import expected, expected_discussions, gitlab_expected

__all__ = ["KINDS", "OWNERS", "ServedFleet", "States", "break_one_in_ten", "serve", "summary"]

OWNERS = ("aurora-labs", "basalt-works", "cobalt-tools")
KINDS = ("branches", "contributors", "pull_requests")
_NOTHING: tuple[Status, ...] = ("gone", "blocked", "forbidden")
_GITHUB: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "branches": ("branches?", expected.branch),
    "contributors": ("contributors?", expected.contributor),
    "pull_requests": ("pulls?state=all&sort=created&direction=asc&", expected_discussions.pull_request),
}
_GITLAB: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "branches": ("repository/branches?", gitlab_expected.branch),
    "contributors": ("repository/contributors?order_by=commits&sort=desc&", gitlab_expected.contributor),
    "pull_requests": ("merge_requests?state=all&order_by=created_at&sort=asc&", gitlab_expected.merge_request),
}


@dataclass(frozen=True)
class States:
    """How many repositories are in each state; all others are ``ok``."""

    gone: int = 0
    blocked: int = 0
    renamed: int = 0
    empty: int = 0
    forbidden: int = 0


@dataclass
class ServedFleet:
    """A forge, and what its repositories are.

    Attributes:
        forge: The forge.
        states: The status of each repository that is not ``ok``, by the full name that lists contain.
        names: The present full name of each repository, by the full name that lists contain.
    """

    forge: Forge
    states: dict[str, Status] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    _outcomes: dict[tuple[str, str], dict[str, tuple[str, str | None, list[Any]]]] = field(default_factory=dict)

    def outcomes(self, kind: str, provider: str = "github") -> dict[str, tuple[str, str | None, list[Any]]]:
        """The status, the present name of a renamed repository, and the rows of each target."""
        if (kind, provider) not in self._outcomes:
            self._outcomes[kind, provider] = self._read(kind, provider)
        return dict(self._outcomes[kind, provider])

    def _read(self, kind: str, provider: str) -> dict[str, tuple[str, str | None, list[Any]]]:
        own, found = _OwnData(self.forge, provider), {}
        for listed, present in self.names.items():
            state = self.states.get(listed, "ok")
            rows = [] if state in _NOTHING else own.rows(present, kind)
            if state == "empty" and kind == "pull_requests":
                state = "ok"  # a repository without commits has pull requests like any other: none
            elif state == "blocked" and provider == "gitlab":
                state = "forbidden"  # GitLab sends 403 for both
            found[f"{provider}:{listed}"] = (state, present if state == "renamed" else None, rows)
        return found


def summary(outcomes: list[Outcome[Any]]) -> dict[str, tuple[str, str | None, list[Any]]]:
    """What is compared of outcomes, by target; a target that is there twice fails."""
    found = {item.target: (item.status, item.renamed_to, item.rows) for item in outcomes}
    assert len(found) == len(outcomes)
    return found


@contextmanager
def serve(repositories: int, states: States, *, seed: int = 12) -> Iterator[ServedFleet]:
    """A forge with repositories of three owners, 60, 27 and 13 % of them, some of which are in the states."""
    fleet = Fleet()
    fleet.seed = seed
    for number in range(140):
        fleet.add_user(f"user-{number}")
    counts = (repositories - repositories * 27 // 100 - repositories * 13 // 100, *_parts(repositories))
    for owner, count in zip(OWNERS, counts, strict=True):
        fleet.add_organization(owner)
        fleet.add_repositories(
            owner,
            count,
            private=lambda number: number % 11 == 0,
            # Some lists have two pages.
            branches=lambda number: 130 if number % 97 == 1 else 1 + number % 4,
            contributors=lambda number: 130 if number % 89 == 2 else 1 + number % 9,
            pulls=lambda number: 120 if number % 83 == 3 else number % 3,
        )
    served = ServedFleet(Forge(fleet), names={item.full_name: item.full_name for item in fleet.repositories})
    _put_into_states(fleet, served, states, random.Random(seed))  # noqa: S311  must be repeatable
    with served.forge as forge:
        forge.add_token(forge.token, limit=10_000_000)
        yield served


def _parts(repositories: int) -> tuple[int, int]:
    return repositories * 27 // 100, repositories * 13 // 100


def _put_into_states(fleet: Fleet, served: ServedFleet, states: States, dice: random.Random) -> None:
    chosen = iter(dice.sample(sorted(served.names), sum(vars(states).values())))
    changes: dict[Status, Callable[[str], object]] = {
        "gone": lambda name: fleet.remove(name, listed=True),
        "blocked": lambda name: fleet.block(name, "dmca"),
        "renamed": lambda name: fleet.rename(name, f"{name}-renamed", listed=True),
        "empty": lambda name: fleet.update(name, empty=True),
        "forbidden": fleet.forbid,
    }
    for status, change in changes.items():
        for _ in range(getattr(states, status)):
            name = next(chosen)
            change(name)
            served.states[name] = status
            served.names[name] = f"{name}-renamed" if status == "renamed" else name


def break_one_in_ten(forge: Forge, seed: int) -> None:
    """Break one in ten of the requests, at random, in ways that a retry heals."""
    faults = [Fail(502), Drop(), Truncate(), Fail(503), Reset(), Reset(after_bytes=100), Fail(500)]
    forge.faults_every(10, faults, seed=seed)


class _OwnData:
    """The lists of a forge's services, without a connection, faults and limits."""

    def __init__(self, forge: Forge, provider: str) -> None:
        access = Access(forge.fleet, 60, trust_any_token=True)
        access.add(forge.token, limit=10_000_000)
        self._token = forge.token
        self._is_github = provider == "github"
        self._service: GitHubService | GitLabService = (
            GitHubService(forge.fleet, access, forge.url, forge.graphql, forge.clock)
            if self._is_github
            else GitLabService(forge.fleet, access, forge.gitlab_url, forge.graphql, forge.clock)
        )

    def rows(self, full_name: str, kind: str) -> list[Any]:
        """The rows of a list, read from the JSON of all its pages."""
        below, read = (_GITHUB if self._is_github else _GITLAB)[kind]
        path, _, query = below.partition("?")
        root = f"/repos/{full_name}" if self._is_github else f"/projects/{full_name.replace('/', '%2F')}"
        rows: list[Any] = []
        headers = {"authorization": f"Bearer {self._token}"}
        for page in range(1, 100):
            asked = Request("GET", f"{root}/{path}", f"{query}per_page=100&page={page}", headers, b"", "127.0.0.1", 1)
            response = self._service.respond(asked)
            found = [] if response.body is None else json.loads(response.body.data)
            assert response.status in (200, 204), (asked, response.status)
            rows += map(read, found)
            if len(found) < 100:
                break
        return rows
