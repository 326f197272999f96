"""Where GitLab's JSON has the fields of the models; ``audit_shapes`` has those of the calls that audits need."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Final
from urllib.parse import urlsplit

from ..._internal.lazy_dataclass import dataclass
from ..._internal.spdx import license_id
from ...client import Convert, Shape, to_datetime
from ...models import (
    BranchInfo,
    CodeMatch,
    CommitInfo,
    ContributorInfo,
    IssueInfo,
    OrganizationInfo,
    PullRequestInfo,
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
    "CONTENTS",
    "CONTRIBUTOR",
    "DETAILS",
    "GROUP",
    "ISSUE",
    "MERGE_REQUEST",
    "RELEASE",
    "REPO",
    "SHAPES",
    "TAG",
    "USER",
    "Contents",
    "Paths",
    "absolute_url",
]


@dataclass(frozen=True, slots=True)
class Contents:
    """Whether a project has no commits yet; None if the token may not know."""

    is_empty: bool | None


def _first(*values: object) -> object:
    """Return the first value that is not missing. Older servers use other names."""
    return next(value for value in values if value is not None)


def _text(*values: object) -> str | None:
    """Return the first text that is not empty. GitLab sends an empty one for a field without a value."""
    if not all(isinstance(value, str | None) for value in values):
        raise TypeError("a string")
    return next((value for value in values if isinstance(value, str) and value), None)


def absolute_url(link: object, page: object) -> str | None:
    """Return an absolute URL. GitLab sends avatars of groups as paths on the server of their web page."""
    found = _text(link)
    if found is None or not found.startswith("/"):
        return found
    place = urlsplit(page if isinstance(page, str) else "")
    return f"{place.scheme}://{place.netloc}{found}" if place.netloc else None


def _strings(*values: object) -> tuple[str, ...]:
    found = _first(*values)
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise TypeError("an array of strings")
    return tuple(found)


def _is_allowed(flag: object, level: object = None) -> bool:
    """Return whether a feature is enabled, by a flag or an access level: ``disabled``, ``private``, ``enabled``."""
    return level != "disabled" if flag is None else bool(flag)


def _full_name(reference: object) -> str | None:
    """Return the repository of a full reference like ``group/project!33``."""
    return None if reference is None else str(reference).rpartition("!")[0]


@lru_cache(maxsize=256)
def _project_of(reference: object) -> str:
    """Return the project of a full reference like ``group/project#33``."""
    return str(reference).rpartition("#")[0]


@lru_cache(maxsize=256)
def _reference(number: int, full_name: str | None) -> RepoReference:
    """Return a repository. Nearly all rows of a listing have the same one."""
    return RepoReference(number, full_name)


def _base_repo(reference: object, target: object, project: object) -> RepoReference | None:
    """Return the target repository. Old servers do not send its name, and ``view=simple`` has another key."""
    found = project if target is None else target
    return None if found is None else _reference(_number(found), _full_name(reference))


def _head_repo(reference: object, source: object, target: object) -> RepoReference | None:
    """Return the source repository. GitLab sends its name only if it is also the target."""
    if source is None:  # it was deleted
        return None
    return _reference(_number(source), _full_name(reference) if source == target else None)


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError("an integer")
    return value


def _owner_id(kind: object, namespace: object, user: object) -> int | None:
    """Return the id of a project's owner. The id of a user's namespace is another number than that of the user."""
    found = {"group": namespace, "user": user}.get(str(kind))
    return None if found is None else _number(found)


def _assets(value: object) -> tuple[ReleaseAsset, ...]:
    """Return the linked files of a release, then the archives of its source code."""
    if not isinstance(value, dict):
        raise TypeError("an object")
    linked = [
        ReleaseAsset(_filled(link, "name"), _filled(link, "direct_asset_url", "url"))
        for link in _objects(value.get("links"))
    ]
    archives = [_filled(source, "url") for source in _objects(value.get("sources"))]
    return (*linked, *(ReleaseAsset(url.rpartition("/")[2], url) for url in archives))


def _objects(value: object) -> list[dict[str, object]]:
    found = [] if value is None else value
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise TypeError("an array of objects")
    return found


def _filled(item: dict[str, object], *keys: str) -> str:
    """Return the text of the first key that has one."""
    found = _text(*map(item.get, keys))
    if found is None:
        raise TypeError(f"an object with text under {' or '.join(keys)}")
    return found


def _named(names: Mapping[str, str], value: object) -> str:
    """Return a GitLab word as the models spell it."""
    if not isinstance(value, str):
        raise TypeError("a string")
    return names.get(value, value)


def _flag(*values: object) -> bool:
    found = _first(*values)
    if not isinstance(found, bool):
        raise TypeError("a boolean")
    return found


def _kibibytes(count: object) -> int:
    return _number(count) // 1024


_shape = partial(Shape, ids="int")

Paths = dict[str, str | Convert | Shape | None]

_KINDS = {"user": "User", "group": "Organization"}
_STATES = {"opened": "open", "reopened": "open", "locked": "open", "merged": "closed"}

_STATE = Convert("state", partial(_named, _STATES))
_AVATAR = Convert(("avatar_url", "web_url"), absolute_url)
_ACCOUNT: Paths = {
    "login": "username",
    "type": Convert("bot", lambda bot: "Bot" if bot else "User"),
    "avatar_url": _AVATAR,
    "html_url": "web_url",
}
_SHORT = ("id", "login", "type", "avatar_url", "html_url")
_user = partial(_shape, UserInfo, required=("id",))
ACCOUNT = _user(_ACCOUNT, only=_SHORT)
"""A user inside other objects and in listings."""
_OWNER = Shape(
    UserInfo,
    {
        "id": Convert(("namespace.kind", "namespace.id", "owner.id"), _owner_id),
        "login": Convert(("namespace.full_path", "owner.username"), _text),
        "type": Convert("namespace.kind", partial(_named, _KINDS)),
        "avatar_url": Convert(("namespace.avatar_url", "namespace.web_url"), absolute_url),
        "html_url": "namespace.web_url",
    },
    only=_SHORT,
    at="",
)
_PERSON: Paths = {
    **_ACCOUNT,
    "email": Convert(("email", "public_email"), _text),  # the first one for the user and administrators only
    "company": Convert("organization", _text),
    "location": Convert("location", _text),
    "bio": Convert("bio", _text),
    "public_repos": None,
    "updated_at": None,
}
USER = _user(_PERSON)
GROUP = _shape(
    OrganizationInfo,
    {
        "login": "full_path",
        "avatar_url": _AVATAR,
        "html_url": "web_url",
        **dict.fromkeys(("email", "blog", "location", "public_repos", "followers", "updated_at")),
    },
)
_REPO: Paths = {
    "name": "path",  # its "name" is a title
    "full_name": "path_with_namespace",
    "owner": _OWNER,
    "html_url": "web_url",
    "clone_url": "http_url_to_repo",
    "ssh_url": "ssh_url_to_repo",
    "language": None,
    "private": Convert("visibility", lambda visibility: visibility != "public"),
    # The parent is missing if the token may not see it. "archived" is present in every response that marks forks.
    "fork": Convert(
        ("forked_from_project.id", "mr_default_target_self", "archived"),
        lambda parent, forked, _: parent is not None or forked is not None,
    ),
    "stargazers_count": "star_count",
    "watchers_count": None,
    "size": Convert("statistics.repository_size", _kibibytes),
    "topics": Convert(("topics", "tag_list"), _strings),
    "pushed_at": "last_activity_at",
}
REPO = _shape(RepoInfo, _REPO)
DETAILS = _shape(
    RepoDetails,
    {
        **_REPO,
        "license": Convert("license.key", license_id),
        "allow_forking": Convert("forking_access_level", lambda level: _is_allowed(None, level)),
        "has_issues": Convert(("issues_enabled", "issues_access_level"), _is_allowed),
        "has_wiki": Convert(("wiki_enabled", "wiki_access_level"), _is_allowed),
        "parent": "forked_from_project.path_with_namespace",
        **dict.fromkeys(
            ("homepage", "disabled", "is_template", "has_projects", "has_discussions", "subscribers_count", "source")
        ),
    },
)
CONTENTS = Shape(Contents, {"is_empty": "empty_repo"}, identity=None)
BRANCH = Shape(BranchInfo, {"commit_sha": "commit.id", "committed_at": "commit.committed_date"}, identity="name")
TAG = Shape(TagInfo, {"commit_sha": "commit.id", "message": Convert("message", _text)}, identity="name")
COMMIT_PATHS: Paths = {
    "sha": "id",
    "authored_at": "authored_date",
    "committed_at": "committed_date",
    "author": None,
    "committer": None,
    "parents": "parent_ids",
    "html_url": "web_url",
}
COMMIT = Shape(CommitInfo, COMMIT_PATHS, identity="sha")
CONTRIBUTOR = Shape(
    ContributorInfo,
    {"contributions": "commits", **dict.fromkeys(("login", "id", "type", "avatar_url", "html_url"))},
    identity="email",  # GitLab groups commits by it
)
RELEASE = Shape(
    ReleaseInfo,
    {
        # Guests of a private project may not see tags, so only the name is present.
        "tag_name": Convert(("tag_name", "name"), _text),
        "id": None,
        "body": "description",
        "draft": None,
        "prerelease": None,
        "target": "commit.id",
        "author": ACCOUNT,
        "assets": Convert("assets", _assets),
        "html_url": "_links.self",
        "published_at": "released_at",
    },
    identity="tag_name",
)
_DISCUSSION: Paths = {
    "number": "iid",
    "state": _STATE,
    "body": "description",
    "author": ACCOUNT,
    "assignees": ACCOUNT,
    "milestone": "milestone.title",
    "locked": "discussion_locked",
    "html_url": "web_url",
}
ISSUE = _shape(
    IssueInfo,
    {
        **_DISCUSSION,
        "comments": "user_notes_count",
        "repo": Convert("references.full", _project_of),
        "is_pull_request": None,
    },
)
CODE_MATCH = _shape(
    CodeMatch,
    {
        "path": Convert(("path", "filename"), _text),
        "repo_id": "project_id",
        "repo": None,
        "sha": None,
        "line": "startline",
        "fragments": Convert("data", lambda text: (str(text),)),
        "html_url": None,
    },
    identity=None,  # a file has several places
)
MERGE_REQUEST = _shape(
    PullRequestInfo,
    {
        **_DISCUSSION,
        "reviewers": ACCOUNT,
        "draft": Convert(("draft", "work_in_progress"), _flag),
        "head_ref": "source_branch",
        "head_sha": "sha",
        "head_repo": Convert(("references.full", "source_project_id", "target_project_id"), _head_repo),
        "merged": Convert("state", lambda state: state == "merged", missing=False),  # old merges have no time
        "base_ref": "target_branch",
        "base_sha": "diff_refs.base_sha",
        "base_repo": Convert(("references.full", "target_project_id", "project_id"), _base_repo),
        "merge_commit_sha": Convert(("merge_commit_sha", "squash_commit_sha"), _text),
        # A merge closes a request, but GitLab fills only one of the two times.
        "closed_at": Convert(("closed_at", "merged_at"), lambda *times: to_datetime(_first(*times))),
    },
)

SHAPES: Final[Mapping[str, Shape]] = {
    "fetch_user_info": USER,
    "fetch_user": USER,
    "fetch_organization": GROUP,
    "fetch_members": ACCOUNT,
    "fetch_repositories": REPO,
    "fetch_repository_details": DETAILS,
    "fetch_branches": BRANCH,
    "fetch_tags": TAG,
    "fetch_commits": COMMIT,
    "fetch_contributors": CONTRIBUTOR,
    "fetch_releases": RELEASE,
    "fetch_issues": ISSUE,
    "fetch_pull_requests": MERGE_REQUEST,
    "fetch_many_repository_details": DETAILS,
    "search_repositories": REPO,
    "search_issues": ISSUE,
    "search_code": CODE_MATCH,
    "fetch_organizations": GROUP,
    "fetch_groups": GROUP,
}
"""The shape of each method's model, by method name."""
