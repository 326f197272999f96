"""Where GitHub's JSON has the fields of the models; ``audit_shapes`` has those of the calls that audits need."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Final

from ..._internal.spdx import license_id
from ...client import Convert, Shape
from ...models import (
    BranchInfo,
    CodeMatch,
    CommitInfo,
    ContributorInfo,
    IssueInfo,
    OrganizationInfo,
    PullRequestInfo,
    RateLimitInfo,
    ReleaseAsset,
    ReleaseInfo,
    RepoDetails,
    RepoInfo,
    RepoReference,
    TagInfo,
    UserInfo,
)

__all__ = [
    "ACCOUNT",
    "BRANCH",
    "CODE_MATCH",
    "COMMIT",
    "COMMIT_PATHS",
    "CONTRIBUTOR",
    "DETAILS",
    "ISSUE",
    "ORGANIZATION",
    "PULL_REQUEST",
    "RATE_LIMIT",
    "RELEASE",
    "REPO",
    "SHAPES",
    "SHORT_ORGANIZATION",
    "TAG",
    "USER",
]


def _label_names(labels: object) -> tuple[str, ...]:
    """Return the names of labels, which are objects or, in some old responses, strings."""
    if not isinstance(labels, list):
        raise TypeError("an array of labels")
    names = [label.get("name") if isinstance(label, dict) else label for label in labels]
    if not all(isinstance(name, str | None) for name in names):
        raise TypeError("labels with names")
    return tuple(name for name in names if name is not None)


def _hashes(parents: object) -> tuple[str, ...]:
    if not isinstance(parents, list) or not all(
        isinstance(parent, dict) and isinstance(parent.get("sha"), str) for parent in parents
    ):
        raise TypeError("an array of objects with a hash")
    return tuple(parent["sha"] for parent in parents)


@lru_cache(maxsize=256)
def _repository_of(url: object) -> str | None:
    """Return the full name in the API URL of a repository. Nearly all rows of a listing have the same one."""
    return str(url).rpartition("/repos/")[2] or None


def _fragments(matches: object) -> tuple[str, ...]:
    """Return the texts around the matches in the content of a file."""
    if not isinstance(matches, list) or not all(isinstance(match, dict) for match in matches):
        raise TypeError("an array of objects")
    found = [match.get("fragment") for match in matches if match.get("property") == "content"]
    return tuple(text for text in found if isinstance(text, str))


def _is_there(_value: object) -> bool:
    return True


_shape = partial(Shape, ids="int")
_user = partial(_shape, UserInfo, required=("id",))
_SHORT = ("id", "login", "type", "avatar_url", "html_url")
_LABELS = Convert("labels", _label_names)
ACCOUNT = _user(only=_SHORT)
"""An account inside other objects and in listings."""
_AUTHOR = _user(only=_SHORT, at="user")

USER = _user()
ORGANIZATION = _shape(OrganizationInfo)
SHORT_ORGANIZATION = _shape(OrganizationInfo, only=("id", "login", "description", "avatar_url"))
REPO = _shape(RepoInfo, {"owner": ACCOUNT})
DETAILS = _shape(
    RepoDetails,
    {
        "owner": ACCOUNT,
        "license": Convert(("license.spdx_id", "license.key"), license_id),
        "parent": "parent.full_name",
        "source": "source.full_name",
    },
)
# GitHub omits the times of commits in lists of branches.
BRANCH = Shape(BranchInfo, {"commit_sha": "commit.sha", "committed_at": None}, identity="name")
# GitHub omits the messages of annotated tags in lists.
TAG = Shape(TagInfo, {"commit_sha": "commit.sha", "message": None}, identity="name")
COMMIT_PATHS: Final[Mapping[str, str | Convert | Shape | None]] = {
    "message": "commit.message",
    "author_name": "commit.author.name",
    "author_email": "commit.author.email",
    "authored_at": "commit.author.date",
    "committer_name": "commit.committer.name",
    "committer_email": "commit.committer.email",
    "committed_at": "commit.committer.date",
    "author": ACCOUNT,
    "committer": ACCOUNT,
    "parents": Convert("parents", _hashes),
}
COMMIT = Shape(CommitInfo, COMMIT_PATHS, identity="sha")
CONTRIBUTOR = _shape(ContributorInfo)
RELEASE = _shape(
    ReleaseInfo,
    {
        "target": "target_commitish",
        "author": ACCOUNT,
        "assets": Shape(ReleaseAsset, {"url": "browser_download_url"}),
    },
)
ISSUE = _shape(
    IssueInfo,
    {
        "author": _AUTHOR,
        "assignees": ACCOUNT,
        "labels": _LABELS,
        "milestone": "milestone.title",
        "repo": Convert("repository_url", _repository_of),
        "is_pull_request": Convert("pull_request", _is_there, missing=False),
    },
)
PULL_REQUEST = _shape(
    PullRequestInfo,
    {
        "author": _AUTHOR,
        "assignees": ACCOUNT,
        "reviewers": _user(only=_SHORT, at="requested_reviewers"),
        "labels": _LABELS,
        "milestone": "milestone.title",
        "head_ref": "head.ref",
        "head_sha": "head.sha",
        "head_repo": _shape(RepoReference, at="head.repo"),
        "base_ref": "base.ref",
        "base_sha": "base.sha",
        "base_repo": _shape(RepoReference, at="base.repo"),
        "merged": Convert("merged_at", _is_there, missing=False),  # lists lack "merged"
    },
)
CODE_MATCH = _shape(
    CodeMatch,
    {
        "repo_id": "repository.id",
        "repo": "repository.full_name",
        "ref": None,
        "line": None,
        "fragments": Convert("text_matches", _fragments),
    },
    identity="html_url",  # forks have files of the same path and hash
)
RATE_LIMIT = Shape(RateLimitInfo, {"reset_time": "reset", "resource": None})

SHAPES: Final[Mapping[str, Shape]] = {
    "fetch_user_info": USER,
    "fetch_user": USER,
    "fetch_organization": ORGANIZATION,
    "fetch_members": ACCOUNT,
    "fetch_repositories": REPO,
    "fetch_repository_details": DETAILS,
    "fetch_branches": BRANCH,
    "fetch_tags": TAG,
    "fetch_commits": COMMIT,
    "fetch_contributors": CONTRIBUTOR,
    "fetch_releases": RELEASE,
    "fetch_issues": ISSUE,
    "fetch_pull_requests": PULL_REQUEST,
    "fetch_many_repository_details": DETAILS,
    "search_repositories": REPO,
    "search_issues": ISSUE,
    "search_code": CODE_MATCH,
    "fetch_organizations": SHORT_ORGANIZATION,
}
"""The shape of each method's model, by method name."""
