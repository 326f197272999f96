"""Mirrors of generated fleets, written by the writer of mirrors."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gitfleet_api import (
    BranchInfo,
    CommitInfo,
    ContributorInfo,
    IssueInfo,
    PullRequestInfo,
    RepoDetails,
    UserInfo,
)
from gitfleet_fleet import LanguageShare
from gitfleet_mirror.cursors import Cursors, TargetState, UnitState
from gitfleet_mirror.file import MirrorFile, checked_path
from gitfleet_mirror.names import time_text
from gitfleet_mirror.writer import Writer

NOW = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
"""Time of the update of these mirrors."""
NOW_TEXT = time_text(NOW)

HOSTILE = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script></script><!--',
    "]]></td></table><style>body{display:none}</style> ' \" & &amp; {{7*7}} ${7*7}",
    "abc\u202egnp.exe\u2066 \x00\x07\x1b[31m \u200b\ufeff\U000e0041 end",
    "x" * 40_000,
)
"""Texts that must stay text in a page."""

_LANGUAGES = ("Python", "C", "Rust", "TypeScript", "Go", "JavaScript", "Shell", "C++", "Java", "Ruby", "Kotlin", "HTML")
_LANGUAGES += ("Lua", "Zig", "Nix")
_LICENSES = ("MIT", "Apache-2.0", "GPL-3.0", "BSD-3-Clause", "MPL-2.0", "LGPL-2.1", "NOASSERTION", "ISC")
_WORDS = ("async", "queue", "parser", "web", "client", "tools", "data", "index", "mesh", "cache", "build", "docs")
_FIRST_ID = 1000
_KINDS = ("details", "languages", "branches", "commits", "contributors", "issues", "pull_requests")


@contextmanager
def mirror_writer(path: Path) -> Iterator[tuple[Writer, Cursors]]:
    """Context manager: the writer of a new mirror and its state, in one transaction."""
    file = MirrorFile(checked_path(path))
    try:
        writer = Writer(file.connection)
        with writer.transaction():
            yield writer, Cursors(file.connection)
    finally:
        file.close()


_COPIED = ("repository", "language", "commit", "contributor", "issue", "pull_request", "branch", "_unit")


def write_fleet(path: Path, repositories: int, different: int | None = None) -> None:
    """Write the mirror of a generated fleet, with hostile texts and some things that could not be read.

    Args:
        path: The file.
        repositories: Number of repositories.
        different: How many of them are generated; the others are copies with other names and ids, which SQLite
            writes 10 times as fast. They are not in the index of the search. None for all.
    """
    generated = min(different or repositories, repositories)
    source = random.Random(7)  # noqa: S311  must be repeatable
    with mirror_writer(path) as (writer, cursors):
        previous = NOW - timedelta(days=1)
        for begun, calls in ((previous, 41_877), (NOW, 1_204)):
            update = cursors.begin_update(("github:acme", "gitlab:gnome"), begun, "0.0.1")
            cursors.finish_update(update.number, time_text(begun + timedelta(minutes=4)), calls)
        for number in range(generated):
            _write_repository(writer, cursors, source, number)
        counts = (repositories - repositories // 5, repositories // 5)
        for target, provider, count in zip(("github:acme", "gitlab:gnome"), ("github", "gitlab"), counts, strict=True):
            state = TargetState(target, provider, "ok", repositories=count, listed_at=NOW_TEXT, principal="robot")
            cursors.set_target(state)
        cursors.set_target(TargetState("github:lost", "github", "gone", "not_found", "GET /users/lost: Not Found"))
    if generated < repositories:
        with closing(sqlite3.connect(path)) as connection, connection:
            _copy_repositories(connection, generated, repositories)


def _copy_repositories(connection: sqlite3.Connection, generated: int, repositories: int) -> None:
    """Copy the repositories without hostile texts until there are enough."""
    size = (generated - len(HOSTILE)) // 5 * 5  # each fifth is of GitLab
    begin = _FIRST_ID + generated - size
    for table in _COPIED:
        key = "id" if table == "repository" else "repository_id"
        names = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
        values = {name: f'"{name}"' for name in names} | {key: f"{key} + n * :size"}
        if table == "repository":
            number = f"({key} - {_FIRST_ID})"
            for name in ("name", "full_name"):
                values[name] = f"substr({name}, 1, length({name}) - length({number})) || ({number} + n * :size)"
        connection.execute(
            f"""WITH RECURSIVE copies (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < :copies)
            INSERT INTO "{table}" ({", ".join(f'"{name}"' for name in names)})
            SELECT {", ".join(values[name] for name in names)} FROM "{table}", copies
            WHERE {key} >= :begin AND {key} + n * :size < :end""",  # noqa: S608  names of tables and columns
            {"copies": repositories // size + 1, "size": size, "begin": begin, "end": _FIRST_ID + repositories},
        )


def _ago(source: random.Random, days: float) -> datetime:
    """Return a time in the last days; recent ones are more frequent."""
    return NOW - timedelta(days=days * source.random() ** 1.3)


def _repository(source: random.Random, number: int) -> RepoDetails:
    is_gitlab = number % 5 == 4
    owner = UserInfo(1 if not is_gitlab else 2, "gnome" if is_gitlab else "acme", type="Organization")
    name = f"{source.choice(_WORDS)}-{source.choice(_WORDS)}-{number}"
    created = _ago(source, 3800)
    text = HOSTILE[number] if number < len(HOSTILE) else f"A {source.choice(_WORDS)} for {source.choice(_WORDS)}s"
    return RepoDetails(
        _FIRST_ID + number,
        name,
        f"{owner.login}/{name}",
        owner,
        text if source.random() < 0.9 or number < len(HOSTILE) else None,
        "javascript:window.hacked=1" if number == 1 else f"https://example.org/{owner.login}/{name}",
        default_branch="main",
        language=None if is_gitlab or source.random() < 0.05 else source.choice(_LANGUAGES[: source.randint(1, 15)]),
        private=source.random() < 0.1,
        fork=source.random() < 0.15,
        archived=source.random() < 0.12,
        stargazers_count=int(source.paretovariate(0.6)) if number >= len(HOSTILE) else 900_000 - number,
        forks_count=source.randint(0, 90),
        open_issues_count=None if source.random() < 0.05 else source.randint(0, 40),
        created_at=created,
        pushed_at=None if source.random() < 0.02 else max(created, _ago(source, 1500)),
        license=None if source.random() < 0.2 else source.choice(_LICENSES[: source.randint(1, 8)]),
        has_issues=True,
    )


def _write_repository(writer: Writer, cursors: Cursors, source: random.Random, number: int) -> None:
    repo = _repository(source, number)
    provider = "gitlab" if number % 5 == 4 else "github"
    writer.upsert("repository", provider, None, [repo], NOW_TEXT)
    rows = {
        "language": [LanguageShare(repo.language or source.choice(_LANGUAGES), 900), LanguageShare("Makefile", 40)],
        "commit": [_commit(source, f"{number:020}{index:020}") for index in range(source.randint(0, 24))],
        "contributor": _contributors(source, provider),
        "issue": [_issue(source, number, index) for index in range(source.randint(0, 8))],
        "pull_request": [_pull(source, number, index) for index in range(source.randint(0, 8))],
    }
    commits = rows["commit"]
    rows["branch"] = [
        BranchInfo("main" if index == 0 else f"topic/{source.choice(_WORDS)}-{index}", commit.sha)  # type: ignore[attr-defined]
        for index, commit in enumerate(commits[:5])
    ]
    if number < len(HOSTILE):
        _make_hostile(rows, HOSTILE[number])
    for table, models in rows.items():
        writer.upsert(table, provider, repo.id, models, NOW_TEXT)
    for kind in _KINDS:
        cursors.set_unit(_unit(source, provider, repo, kind))


def _make_hostile(rows: dict[str, list[object]], text: str) -> None:
    old = NOW - timedelta(days=4000)
    account = UserInfo(66, text, html_url="javascript:window.hacked=1", type=text)
    rows["language"] = [LanguageShare(text, 1.0)]
    rows["pull_request"] = [
        PullRequestInfo(9, 9, text, "open", author=account, created_at=old, html_url="data:text/html,x")
    ]
    rows["commit"] = [CommitInfo("f" * 40, text, committed_at=old)]
    rows["branch"] = [BranchInfo(text, "f" * 40)]
    rows["contributor"] = [ContributorInfo(99_999, text, 66, type="User", html_url="javascript:window.hacked=1")]


def _unit(source: random.Random, provider: str, repo: RepoDetails, kind: str) -> UnitState:
    chance = source.random()
    state = UnitState(provider, repo.id, kind, status="ok", tried_by=2, complete_at=NOW_TEXT, pages=1)
    where = f"GET https://api.example.org/repos/{repo.full_name}/{kind}"
    if chance < 0.01:
        message = f"{where}: 403 Resource not accessible by personal access token"
        return replace(state, status="forbidden", code="permission_denied", message=message, complete_at=None)
    if chance < 0.016:
        message = f"{where}: 502 Bad Gateway (request {source.randint(1, 10**9)}) {HOSTILE[0]}"
        return replace(state, status="failed", code="server_error", message=message)
    if chance < 0.03 and kind == "issues":
        message = f"{where}: 410 Issues has been disabled in this repository"
        return replace(state, status="unsupported", code="gone", message=message, complete_at=None)
    return state


def _commit(source: random.Random, sha: str) -> CommitInfo:
    return CommitInfo(sha, "Change something", committed_at=_ago(source, 1200))


def _contributors(source: random.Random, provider: str) -> list[object]:
    found: list[object] = []
    for person in sorted({int(source.paretovariate(0.5)) % 700 for _ in range(source.randint(0, 9))}):
        number = int(source.paretovariate(0.7)) + 1
        if provider == "gitlab":
            found.append(ContributorInfo(number, name=f"Person {person}", email=f"person{person}@example.org"))
        else:
            login = "release-robot[bot]" if person == 3 else f"person{person}"
            url = f"https://example.org/{login}"
            kind = "Bot" if person == 3 else "User"
            found.append(ContributorInfo(number, login, 10_000 + person, type=kind, html_url=url))
    return found


def _issue(source: random.Random, number: int, index: int) -> IssueInfo:
    created = _ago(source, 1000)
    closed = created + timedelta(days=60 * source.random()) if source.random() < 0.7 else None
    closed = None if closed is not None and closed > NOW else closed
    state = "open" if closed is None else "closed"
    return IssueInfo(number * 100 + index, index + 1, "Something is wrong", state, created_at=created, closed_at=closed)


def _pull(source: random.Random, number: int, index: int) -> PullRequestInfo:
    created = _ago(source, 800)
    closed = created + timedelta(days=30 * source.random()) if source.random() < 0.75 else None
    closed = None if closed is not None and closed > NOW else closed
    merged = closed if source.random() < 0.8 else None
    title = f"Make the {source.choice(_WORDS)} {source.choice(('faster', 'clearer', 'smaller', 'strict'))}"
    return PullRequestInfo(
        *(number * 100 + 50 + index, 50 + index, title, "open" if closed is None else "closed"),
        merged=merged is not None,
        author=UserInfo(5 + index, f"person{index}", type="User"),
        draft=source.random() < 0.2,
        html_url=f"https://example.org/pulls/{number}/{index}",
        created_at=created,
        updated_at=max(created, _ago(source, 400)),
        closed_at=closed,
        merged_at=merged,
    )
