"""A small mirror, for tests that read one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from gitfleet_api import IssueInfo, PullRequestInfo, RepoInfo, UserInfo
from gitfleet_mirror.file import MirrorFile
from gitfleet_mirror.writer import Writer
from support.mirror_rows import least

__all__ = ["write_mirror"]

NOW = "2026-01-01T00:00:00.000Z"


def write_mirror(path: Path, issues: int = 3) -> Path:
    """Write a mirror with two repositories, and issues and a pull request in the first one."""
    file = MirrorFile(path)
    writer = Writer(file.connection)
    author = least(UserInfo, id=5, login="ada")
    with writer.transaction():
        repos = [least(RepoInfo, id=number, full_name=f"aurora/{number}", topics=("http",)) for number in (7, 8)]
        writer.upsert("repository", "github", None, repos, NOW)
        created = datetime(2024, 5, 1, 12, tzinfo=UTC)
        for start in range(0, issues, 1000):
            rows = [
                least(
                    IssueInfo,
                    id=number,
                    number=number,
                    title=f"=issue, {number}",
                    state="closed" if number % 3 == 0 else "open",
                    author=author,
                    assignees=(author,),
                    labels=("bug", "ü"),
                    created_at=created,
                    body="text " * 100 if issues > 1000 else None,
                )
                for number in range(start + 1, min(start + 1000, issues) + 1)
            ]
            writer.upsert("issue", "github", 7, rows, NOW)
        pull = least(PullRequestInfo, id=1, number=9, title="Fix", state="open", created_at=created)
        writer.upsert("pull_request", "github", 7, [pull], NOW)
        writer.delete("issue", "github", 7, [3], NOW)
    file.close()
    return path
