"""What the models must hold, read from GitLab's JSON the plain way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gitfleet_api import (
    BranchInfo,
    CommitInfo,
    ContributorInfo,
    IssueInfo,
    OrganizationInfo,
    ProviderType,
    PullRequestInfo,
    ReleaseAsset,
    ReleaseInfo,
    RepoDetails,
    RepoInfo,
    RepoReference,
    TagInfo,
    UserInfo,
)

Json = dict[str, Any]
GITLAB = ProviderType.GITLAB


def time(text: str | None) -> datetime | None:
    """GitLab's times: with a zone, mostly to the millisecond."""
    if text is None:
        return None
    shape = "%Y-%m-%dT%H:%M:%S.%f%z" if "." in text else "%Y-%m-%dT%H:%M:%S%z"
    return datetime.strptime(text.replace("Z", "+0000"), shape)  # noqa: DTZ007  both have %z


def _kind(raw: Json) -> str | None:
    return {None: None, True: "Bot", False: "User"}[raw.get("bot")]


def account(raw: Json | None) -> UserInfo | None:
    """A user as he stands inside of other objects."""
    if raw is None:
        return None
    return UserInfo(
        id=raw["id"],
        login=raw["username"],
        type=_kind(raw),
        avatar_url=raw.get("avatar_url"),
        html_url=raw.get("web_url"),
        provider_type=GITLAB,
    )


def accounts(raw: list[Json] | None) -> tuple[UserInfo | None, ...] | None:
    """Several of them."""
    return None if raw is None else tuple(account(item) for item in raw)


def user(raw: Json) -> UserInfo:
    """A user of his own; administrators and he himself see the private address."""
    return UserInfo(
        id=raw["id"],
        login=raw["username"],
        name=raw.get("name"),
        type=_kind(raw),
        email=raw.get("email") or raw.get("public_email") or None,
        avatar_url=raw.get("avatar_url"),
        html_url=raw.get("web_url"),
        company=raw.get("organization") or None,
        location=raw.get("location") or None,
        bio=raw.get("bio") or None,
        followers=raw.get("followers"),
        following=raw.get("following"),
        created_at=time(raw.get("created_at")),
        provider_type=GITLAB,
    )


def _avatar(raw: Json) -> str | None:
    """The avatar of a group: its path begins with a slash, and lies where the group's page lies."""
    link, page = raw.get("avatar_url"), raw.get("web_url")
    if link is None or not link.startswith("/"):
        return link
    return None if page is None else "/".join(page.split("/")[:3]) + link


def group(raw: Json) -> OrganizationInfo:
    """A group of its own."""
    return OrganizationInfo(
        id=raw["id"],
        login=raw["full_path"],
        name=raw.get("name"),
        description=raw.get("description"),
        avatar_url=_avatar(raw),
        html_url=raw.get("web_url"),
        created_at=time(raw.get("created_at")),
        provider_type=GITLAB,
    )


def _owner(project: Json) -> UserInfo | None:
    raw = project.get("namespace")
    if raw is None:
        return None
    user = project["owner"]["id"] if "owner" in project else None
    return UserInfo(
        id=raw["id"] if raw["kind"] == "group" else user,
        login=raw["full_path"],
        type={"user": "User", "group": "Organization"}[raw["kind"]],
        avatar_url=_avatar(raw),
        html_url=raw.get("web_url"),
        provider_type=GITLAB,
    )


def _fork(raw: Json) -> bool | None:
    if "forked_from_project" in raw and raw["forked_from_project"] is not None:
        return True
    if raw.get("mr_default_target_self") is not None:
        return True
    return False if "archived" in raw else None


def _repository(raw: Json) -> dict[str, Any]:
    visibility, statistics = raw.get("visibility"), raw.get("statistics")
    topics = raw["topics"] if "topics" in raw else raw.get("tag_list")
    return {
        "id": raw["id"],
        "name": raw["path"],
        "full_name": raw["path_with_namespace"],
        "owner": _owner(raw),
        "description": raw.get("description"),
        "html_url": raw.get("web_url"),
        "clone_url": raw.get("http_url_to_repo"),
        "ssh_url": raw.get("ssh_url_to_repo"),
        "default_branch": raw.get("default_branch"),
        "private": None if visibility is None else visibility in ("private", "internal"),
        "visibility": visibility,
        "fork": _fork(raw),
        "archived": raw.get("archived"),
        "stargazers_count": raw.get("star_count"),
        "forks_count": raw.get("forks_count"),
        "open_issues_count": raw.get("open_issues_count"),
        "size": None if statistics is None else statistics["repository_size"] // 1024,
        "topics": None if topics is None else tuple(topics),
        "created_at": time(raw.get("created_at")),
        "updated_at": time(raw.get("updated_at")),
        "pushed_at": time(raw.get("last_activity_at")),
        "provider_type": GITLAB,
    }


def repo(raw: Json) -> RepoInfo:
    """A project in a list."""
    return RepoInfo(**_repository(raw))


LICENSES = {None: None, "mit": "MIT", "gpl-3.0": "GPL-3.0", "lgpl-3.0": "LGPL-3.0", "apache-2.0": "Apache-2.0"}


def _is_on(raw: Json, feature: str) -> bool | None:
    if f"{feature}_enabled" in raw:
        found: bool = raw[f"{feature}_enabled"]
        return found
    level = raw.get(f"{feature}_access_level")
    return None if level is None else level != "disabled"


def details(raw: Json) -> RepoDetails:
    """A project asked for alone."""
    forking, parent = raw.get("forking_access_level"), raw.get("forked_from_project")
    return RepoDetails(
        **_repository(raw),
        license=LICENSES[raw["license"]["key"] if raw.get("license") else None],
        allow_forking=None if forking is None else forking != "disabled",
        has_issues=_is_on(raw, "issues"),
        has_wiki=_is_on(raw, "wiki"),
        parent=None if parent is None else parent["path_with_namespace"],
    )


def branch(raw: Json) -> BranchInfo:
    """A branch."""
    return BranchInfo(
        name=raw["name"],
        commit_sha=raw["commit"]["id"],
        protected=raw.get("protected"),
        committed_at=time(raw["commit"].get("committed_date")),
        provider_type=GITLAB,
    )


def tag(raw: Json) -> TagInfo:
    """A tag."""
    return TagInfo(
        name=raw["name"], commit_sha=raw["commit"]["id"], message=raw.get("message") or None, provider_type=GITLAB
    )


def commit(raw: Json) -> CommitInfo:
    """A commit."""
    parents = raw.get("parent_ids")
    return CommitInfo(
        sha=raw["id"],
        message=raw.get("message"),
        author_name=raw.get("author_name"),
        author_email=raw.get("author_email"),
        authored_at=time(raw.get("authored_date")),
        committer_name=raw.get("committer_name"),
        committer_email=raw.get("committer_email"),
        committed_at=time(raw.get("committed_date")),
        parents=None if parents is None else tuple(parents),
        html_url=raw.get("web_url"),
        provider_type=GITLAB,
    )


def contributor(raw: Json) -> ContributorInfo:
    """Somebody with commits."""
    return ContributorInfo(
        contributions=raw["commits"], name=raw.get("name"), email=raw.get("email"), provider_type=GITLAB
    )


def release(raw: Json) -> ReleaseInfo:
    """A release."""
    files = [
        ReleaseAsset(link["name"], link["direct_asset_url"] if link.get("direct_asset_url") else link["url"])
        for link in raw["assets"].get("links", [])
    ]
    archives = [ReleaseAsset(item["url"].split("/")[-1], item["url"]) for item in raw["assets"].get("sources", [])]
    return ReleaseInfo(
        tag_name=raw["tag_name"],
        name=raw.get("name"),
        body=raw.get("description"),
        target=raw["commit"]["id"],
        author=account(raw.get("author")),
        assets=tuple(files + archives),
        html_url=raw["_links"]["self"] if "_links" in raw else None,
        created_at=time(raw.get("created_at")),
        published_at=time(raw.get("released_at")),
        provider_type=GITLAB,
    )


def _discussion(raw: Json) -> dict[str, Any]:
    labels, milestone = raw.get("labels"), raw.get("milestone")
    return {
        "id": raw["id"],
        "number": raw["iid"],
        "title": raw.get("title"),
        "body": raw.get("description"),
        "author": account(raw.get("author")),
        "assignees": accounts(raw.get("assignees")),
        "labels": None if labels is None else tuple(labels),
        "milestone": None if milestone is None else milestone["title"],
        "locked": raw.get("discussion_locked"),
        "html_url": raw.get("web_url"),
        "created_at": time(raw.get("created_at")),
        "updated_at": time(raw.get("updated_at")),
        "provider_type": GITLAB,
    }


def issue(raw: Json) -> IssueInfo:
    """An issue."""
    return IssueInfo(
        **_discussion(raw),
        state={"opened": "open", "closed": "closed"}[raw["state"]],
        repo=raw["references"]["full"].split("#")[0] if "references" in raw else None,
        comments=raw.get("user_notes_count"),
        closed_at=time(raw.get("closed_at")),
    )


def merge_request(raw: Json) -> PullRequestInfo:
    """A merge request."""
    place = raw["references"]["full"].split("!")[0] if "references" in raw else None
    source, target = raw.get("source_project_id"), raw.get("target_project_id", raw["project_id"])
    return PullRequestInfo(
        **_discussion(raw),
        state={"opened": "open", "closed": "closed", "merged": "closed", "locked": "open"}[raw["state"]],
        merged=raw["state"] == "merged",
        reviewers=accounts(raw.get("reviewers")),
        draft=raw["draft"] if "draft" in raw else raw.get("work_in_progress"),
        head_ref=raw.get("source_branch"),
        head_sha=raw.get("sha"),
        head_repo=None if source is None else RepoReference(source, place if source == target else None),
        base_ref=raw.get("target_branch"),
        base_sha=raw["diff_refs"]["base_sha"] if raw.get("diff_refs") else None,
        base_repo=RepoReference(target, place),
        merge_commit_sha=raw.get("merge_commit_sha") or raw.get("squash_commit_sha"),
        closed_at=time(raw.get("closed_at") or raw.get("merged_at")),
        merged_at=time(raw.get("merged_at")),
    )
