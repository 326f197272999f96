"""Generates the data of a fleet. The same plan gives the same fleet on every machine."""

from __future__ import annotations

import collections
import itertools
import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from .models import Organization, Repository, User
from .specs import build_contributors
from .vocabulary import ADJECTIVES, KINDS, LANGUAGES, LICENSES, NOUNS, PREFIXES, SENTENCES, TOPICS

__all__ = ["Plan", "Storage", "fill"]

#: Each organization has this share of the number of the previous one: 60, 27 and 12 % for three of them.
_FALLOFF = 0.45
_USERS_SHARE = 0.04
_ARCHIVED_SHARE = 0.07
#: Repositories above this number are numbered and constructed when they are requested.
_MOST_DRAWN = 10_000
#: One in this many repositories has more than a page of branches, and another one of contributors.
_BIG_EVERY = 50
#: Position within these repositories of the one with much history.
_BUSY = 10
#: One in this many repositories is empty.
_EMPTY_EVERY = 70
_MANY_BRANCHES = 100
_MANY_CONTRIBUTORS = 130
_MOST_OPEN = 150
_START = datetime(2014, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Plan:
    """The arguments of Fleet.generate. ValueError if they are invalid."""

    organizations: int
    repositories: int
    users: int
    seed: int
    private_share: float
    branches: int | None
    contributors: int | None

    def __post_init__(self) -> None:
        for name in ("organizations", "repositories", "users", "branches", "contributors"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} must not be negative: {value}")
        if not 0 <= self.private_share <= 1:
            raise ValueError(f"private_share must be from 0 to 1: {self.private_share}")
        if self.repositories and self.branches == 0:
            raise ValueError("branches must be at least 1; for a repository without branches use empty=True")


class Storage(Protocol):
    """The parts of a fleet that receive the generated data."""

    @property
    def users(self) -> list[User]:
        """All users, the oldest first."""
        ...

    @property
    def repositories(self) -> list[Repository]:
        """All repositories, the oldest first."""
        ...

    def add_user(self, login: str, **fields: Any) -> User:
        """Add a user."""
        ...

    def add_organization(self, login: str, members: Sequence[str] = (), **fields: Any) -> Organization:
        """Add an organization."""
        ...

    def add_repository(self, owner: str, name: str, **fields: Any) -> Repository:
        """Add a repository."""
        ...

    def add_repositories(self, owner: str, count: int, name: str = "repository", **fields: Any) -> None:
        """Add many numbered repositories."""
        ...


def fill(fleet: Storage, plan: Plan) -> None:
    """Add the data of the plan to a new fleet."""
    rng = random.Random(plan.seed)  # noqa: S311  # must be repeatable
    admin = fleet.users[0].login
    users = [_user(fleet, number, rng) for number in range(1, plan.users + 1)]
    organizations = [_organization(fleet, number, users, rng) for number in range(plan.organizations)]
    people = _people(fleet, [admin, *users], plan)
    drawn = min(plan.repositories, _MOST_DRAWN)
    of_users = _repositories_of_users(plan, drawn)
    owners = _shares(organizations, drawn - of_users)
    # Half of these belong to fleet-admin, so that /user/repos has more than one page in a big fleet.
    others = itertools.cycle(users or [admin])
    owners += [admin if number % 4 < 2 else next(others) for number in range(of_users)]
    rng.shuffle(owners)
    forced = _admins_first_two(owners, admin, plan.private_share)
    for number, owner in enumerate(owners):
        _repository(fleet, number, owner, forced.get(number), people, plan, rng)
    shares = collections.Counter(_shares(organizations or [admin], plan.repositories - drawn))
    for owner, count in shares.items():
        _numbered(fleet, owner, count, people, plan)


def _numbered(fleet: Storage, owner: str, count: int, people: list[str], plan: Plan) -> None:
    """Add the repositories of a big fleet that are only constructed when they are requested."""

    def share(number: int, what: str) -> float:
        return zlib.crc32(f"{plan.seed}/{owner}/{number}/{what}".encode()) / 2**32

    contributors = [
        build_contributors(few if plan.contributors is None else plan.contributors, people) for few in range(1, 10)
    ]
    fleet.add_repositories(
        owner,
        count,
        private=lambda number: share(number, "private") < plan.private_share,
        archived=lambda number: share(number, "archived") < _ARCHIVED_SHARE,
        language=lambda number: LANGUAGES[int(share(number, "language") * len(LANGUAGES))],
        stars=lambda number: int(share(number, "stars") ** 8 * 1000),
        branches=3 if plan.branches is None else plan.branches,
        contributors=lambda number: contributors[number % 9],
        issues=lambda number: number % 5,
        pulls=lambda number: number % 4,
    )


def _user(fleet: Storage, number: int, rng: random.Random) -> str:
    """Add a user. Some optional fields are empty, as in real profiles."""
    name = f"{rng.choice(ADJECTIVES)}-{rng.choice(NOUNS)}-{number}"
    fleet.add_user(
        name,
        company=rng.choice(("Forge Works", "@aurora-labs", None)),
        location=rng.choice(("Reykjavík", "São Paulo", "東京", None)),
        email=rng.choice((f"{name}@mail.invalid", None)),
        bio=rng.choice((f"Writes about {rng.choice(TOPICS)}.", None)),
        followers=int(rng.paretovariate(0.8)) % 50_000,
        following=rng.randrange(200),
        created_at=_moment(rng, 0, 1500),
        updated_at=_moment(rng, 3000, 4000),
    )
    return name


def _organization(fleet: Storage, number: int, users: list[str], rng: random.Random) -> str:
    prefix = PREFIXES[number % len(PREFIXES)]
    kind = KINDS[number // len(PREFIXES) % len(KINDS)]
    again = number // (len(PREFIXES) * len(KINDS))
    login = f"{prefix}-{kind}" + (f"-{again + 1}" if again else "")
    members = rng.sample(users, len(users) // 3)
    fleet.add_organization(
        login,
        members,
        concealed=members[-1:],
        # The first organization has more than one page of teams.
        teams=[f"team-{rank:03d}" for rank in range(1, 4 if number else 121)],
        secrets=("DEPLOY_KEY", "INDEX_TOKEN", "SIGNING_KEY"),
        description=rng.choice(SENTENCES).format(rng.choice(TOPICS)),
        blog=rng.choice((f"https://{login}.invalid", "")),
        location=rng.choice(("Kraków", "Nairobi", None)),
        created_at=_moment(rng, 0, 1000),
        updated_at=_moment(rng, 3000, 4000),
    )
    return login


def _people(fleet: Storage, users: list[str], plan: Plan) -> list[str]:
    """Return the logins of possible contributors: as many as the longest list needs, including a bot."""
    most = _MANY_CONTRIBUTORS if plan.contributors is None else plan.contributors
    if not plan.repositories or not most:
        return users
    bot = fleet.add_user("fleet-bot[bot]", name=None, kind="Bot").login
    outsiders = (fleet.add_user(f"outsider-{number:03d}").login for number in range(1, most - len(users)))
    return [users[0], bot, *users[1:], *outsiders]


def _repositories_of_users(plan: Plan, repositories: int) -> int:
    if not plan.organizations:
        return repositories
    return 0 if repositories < 10 else max(2, int(repositories * _USERS_SHARE))


def _shares(organizations: list[str], repositories: int) -> list[str]:
    weights = [_FALLOFF**rank for rank in range(len(organizations))]
    counts = [int(repositories * weight / sum(weights)) for weight in weights]
    if counts:
        counts[0] += repositories - sum(counts)
    return [login for login, count in zip(organizations, counts, strict=True) for _ in range(count)]


def _admins_first_two(owners: list[str], admin: str, private_share: float) -> dict[int, bool]:
    """If there are private and public repositories, fleet-admin's first two are one of each."""
    mine = [number for number, owner in enumerate(owners) if owner == admin][:2]
    return dict(zip(mine, (False, True), strict=False)) if 0 < private_share < 1 else {}


def _repository(
    fleet: Storage,
    number: int,
    owner: str,
    private: bool | None,
    people: list[str],
    plan: Plan,
    rng: random.Random,
) -> None:
    name = f"{rng.choice(ADJECTIVES)}{rng.choice('-_.')}{rng.choice(NOUNS)}-{number:04d}"
    drawn = rng.random() < plan.private_share
    fields = dict(_texts(rng, name), **_numbers(rng), **_times(rng))
    fields["private"] = drawn if private is None else private
    few = rng.randint(1, 9)
    usual = _MANY_BRANCHES if number % _BIG_EVERY == 0 else 3
    fields["branches"] = usual if plan.branches is None else plan.branches
    # Other repositories than those with many branches.
    usual = _MANY_CONTRIBUTORS if number % _BIG_EVERY == _BIG_EVERY // 2 else few
    count = usual if plan.contributors is None else plan.contributors
    start = rng.randrange(len(people))
    fields["contributors"] = build_contributors(count, people[start:] + people[:start])
    parent = fleet.repositories[rng.randrange(number)] if number and rng.random() < 0.08 else None
    if parent is not None and not parent.private and parent.owner != owner:
        fields.update(fork=True, parent=parent.full_name)
    fields |= _amounts(number, fields["open_issues"], plan)
    if number % _EMPTY_EVERY == _EMPTY_EVERY - 1 and plan.branches is None and plan.contributors is None:
        fields |= {"empty": True, "size": 0, "language": None, "branches": 0, "contributors": 0}
        fields |= {"commits": 0, "tags": 0, "releases": 0, "runs": 0}
    fleet.add_repository(owner, name, **fields)


def _amounts(number: int, open_issues: int, plan: Plan) -> dict[str, int]:
    """Return the amounts of history: little for most repositories, several full pages for a few."""
    # A checksum instead of the generator: the rest of the fleet must not depend on these amounts.
    dice = zlib.crc32(f"{plan.seed}/{number}".encode())
    total = open_issues + open_issues // 2 + dice % 6
    if number % _BIG_EVERY == _BUSY:
        return {
            "commits": 350,
            "tags": 130,
            "releases": 110,
            "issues": total + 180,
            "pulls": total // 3 + 120,
            "runs": 230,
        }
    return {
        "commits": 3 + dice // 8 % 40,
        "tags": dice // 512 % 7,
        "releases": dice // 4096 % 5,
        "issues": total - total // 3,
        "pulls": total // 3,
        "runs": dice // 32768 % 9,
    }


def _texts(rng: random.Random, name: str) -> dict[str, Any]:
    about = rng.choice(SENTENCES).format(name.replace("-", " "))
    return {
        "description": about if rng.random() < 0.9 else None,
        "homepage": rng.choice((f"https://{name}.pages.invalid", "", None)),
        "language": rng.choice(LANGUAGES),
        "license": rng.choice(LICENSES),
        "topics": tuple(sorted(rng.sample(TOPICS, rng.randrange(6)))),
    }


def _numbers(rng: random.Random) -> dict[str, Any]:
    stars = int(rng.paretovariate(0.7)) % 200_000
    return {
        "stars": stars,
        "forks": stars // 7,
        "subscribers": stars // 20 + 1,
        "open_issues": min(rng.randrange(1 + stars // 10 + 5), _MOST_OPEN),
        "size": rng.randrange(1, 250_000),
        "archived": rng.random() < _ARCHIVED_SHARE,
        "is_template": rng.random() < 0.03,
        "has_wiki": rng.random() < 0.7,
        "has_pages": rng.random() < 0.2,
        "has_discussions": rng.random() < 0.15,
    }


def _times(rng: random.Random) -> dict[str, Any]:
    return {
        "created_at": _moment(rng, 0, 3000),
        "updated_at": _moment(rng, 3600, 4300),
        "pushed_at": _moment(rng, 3000, 4300),
    }


def _moment(rng: random.Random, first_day: int, last_day: int) -> str:
    second = rng.randrange(first_day * 86_400, last_day * 86_400)
    return (_START + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")
