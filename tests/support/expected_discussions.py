"""What issues and pull requests must hold, read from GitHub's JSON the plain way."""

from __future__ import annotations

from typing import Any

from gitfleet_api import IssueInfo, PullRequestInfo, RepoReference, UserInfo
from support.expected import Json, owner, time

__all__ = ["issue", "pull_request"]


def _people(raw: list[Json] | None) -> tuple[UserInfo, ...] | None:
    if raw is None:
        return None
    people = [owner(person) for person in raw]
    return tuple(person for person in people if person is not None)


def _labels(raw: list[Any] | None) -> tuple[str, ...] | None:
    if raw is None:
        return None
    return tuple(label if isinstance(label, str) else label["name"] for label in raw)


def _title(milestone: Json | None) -> str | None:
    return None if milestone is None else str(milestone["title"])


def _reference(raw: Json | None) -> RepoReference | None:
    return None if raw is None else RepoReference(raw["id"], raw["full_name"])


def issue(raw: Json) -> IssueInfo:
    """An issue; a pull request is one as well."""
    return IssueInfo(
        id=raw["id"],
        number=raw["number"],
        title=raw["title"],
        state=raw["state"],
        body=raw["body"],
        author=owner(raw["user"]),
        assignees=_people(raw.get("assignees")),
        labels=_labels(raw.get("labels")),
        milestone=_title(raw["milestone"]),
        comments=raw["comments"],
        locked=raw.get("locked"),
        repo=raw["repository_url"].rpartition("/repos/")[2],
        is_pull_request="pull_request" in raw,
        html_url=raw["html_url"],
        created_at=time(raw["created_at"]),
        updated_at=time(raw["updated_at"]),
        closed_at=time(raw["closed_at"]),
    )


def pull_request(raw: Json) -> PullRequestInfo:
    """A pull request; the repository it comes from may be gone."""
    head, base = raw["head"], raw["base"]
    return PullRequestInfo(
        id=raw["id"],
        number=raw["number"],
        title=raw["title"],
        state=raw["state"],
        merged=raw["merged_at"] is not None,
        body=raw["body"],
        author=owner(raw["user"]),
        assignees=_people(raw.get("assignees")),
        reviewers=_people(raw.get("requested_reviewers")),
        labels=_labels(raw.get("labels")),
        milestone=_title(raw["milestone"]),
        draft=raw.get("draft"),
        locked=raw.get("locked"),
        head_ref=head["ref"],
        head_sha=head["sha"],
        head_repo=_reference(head["repo"]),
        base_ref=base["ref"],
        base_sha=base["sha"],
        base_repo=_reference(base["repo"]),
        merge_commit_sha=raw["merge_commit_sha"],
        html_url=raw["html_url"],
        created_at=time(raw["created_at"]),
        updated_at=time(raw["updated_at"]),
        closed_at=time(raw["closed_at"]),
        merged_at=time(raw["merged_at"]),
    )
