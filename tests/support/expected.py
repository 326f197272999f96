"""What the models must hold, read from GitHub's JSON the plain way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from gitfleet_api import (
    BranchInfo,
    ContributorInfo,
    OrganizationInfo,
    RateLimitInfo,
    RepoDetails,
    RepoInfo,
    UserInfo,
)

Json = dict[str, Any]


def time(text: str | None) -> datetime | None:
    """GitHub's times: in UTC, to the second."""
    return None if text is None else datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def epoch(number: int) -> datetime:
    """An epoch in seconds, or in milliseconds as some recordings have it."""
    return datetime.fromtimestamp(number // 1000 if number > 10**11 else number, UTC)


def _at(raw: Json, *keys: str) -> Any:
    found: Any = raw
    for key in keys:
        found = None if found is None else found.get(key)
    return found


def owner(raw: Json | None) -> UserInfo | None:
    """An account as it stands inside of other objects."""
    if raw is None:
        return None
    return UserInfo(
        id=raw["id"],
        login=raw["login"],
        type=raw.get("type"),
        avatar_url=raw.get("avatar_url"),
        html_url=raw.get("html_url"),
    )


def user(raw: Json) -> UserInfo:
    """An account of its own."""
    return UserInfo(
        id=raw["id"],
        login=raw["login"],
        name=raw.get("name"),
        type=raw.get("type"),
        email=raw.get("email"),
        avatar_url=raw.get("avatar_url"),
        html_url=raw.get("html_url"),
        company=raw.get("company"),
        location=raw.get("location"),
        bio=raw.get("bio"),
        public_repos=raw.get("public_repos"),
        followers=raw.get("followers"),
        following=raw.get("following"),
        created_at=time(raw.get("created_at")),
        updated_at=time(raw.get("updated_at")),
    )


def organization(raw: Json) -> OrganizationInfo:
    """An organization."""
    return OrganizationInfo(
        id=raw["id"],
        login=raw["login"],
        name=raw.get("name"),
        description=raw.get("description"),
        email=raw.get("email"),
        avatar_url=raw.get("avatar_url"),
        html_url=raw.get("html_url"),
        blog=raw.get("blog"),
        location=raw.get("location"),
        public_repos=raw.get("public_repos"),
        followers=raw.get("followers"),
        created_at=time(raw.get("created_at")),
        updated_at=time(raw.get("updated_at")),
    )


def _repository(raw: Json) -> dict[str, Any]:
    topics = raw.get("topics")
    return {
        "id": raw["id"],
        "name": raw["name"],
        "full_name": raw["full_name"],
        "owner": owner(raw.get("owner")),
        "description": raw.get("description"),
        "html_url": raw.get("html_url"),
        "clone_url": raw.get("clone_url"),
        "ssh_url": raw.get("ssh_url"),
        "default_branch": raw.get("default_branch"),
        "language": raw.get("language"),
        "private": raw.get("private"),
        "visibility": raw.get("visibility"),
        "fork": raw.get("fork"),
        "archived": raw.get("archived"),
        "stargazers_count": raw.get("stargazers_count"),
        "watchers_count": raw.get("watchers_count"),
        "forks_count": raw.get("forks_count"),
        "open_issues_count": raw.get("open_issues_count"),
        "size": raw.get("size"),
        "topics": None if topics is None else tuple(topics),
        "created_at": time(raw.get("created_at")),
        "updated_at": time(raw.get("updated_at")),
        "pushed_at": time(raw.get("pushed_at")),
    }


def repo(raw: Json) -> RepoInfo:
    """A repository in a list."""
    return RepoInfo(**_repository(raw))


def _license(raw: Json | None) -> str | None:
    """Old responses name an unknown license only by its key."""
    if raw is None:
        return None
    found: str | None = raw.get("spdx_id")
    return "NOASSERTION" if found is None and raw["key"] == "other" else found


def details(raw: Json) -> RepoDetails:
    """A repository asked for alone."""
    return RepoDetails(
        **_repository(raw),
        homepage=raw.get("homepage"),
        license=_license(raw.get("license")),
        disabled=raw.get("disabled"),
        is_template=raw.get("is_template"),
        allow_forking=raw.get("allow_forking"),
        has_issues=raw.get("has_issues"),
        has_wiki=raw.get("has_wiki"),
        has_projects=raw.get("has_projects"),
        has_discussions=raw.get("has_discussions"),
        subscribers_count=raw.get("subscribers_count"),
        parent=_at(raw, "parent", "full_name"),
        source=_at(raw, "source", "full_name"),
    )


def branch(raw: Json) -> BranchInfo:
    """A branch."""
    return BranchInfo(name=raw["name"], commit_sha=_at(raw, "commit", "sha"), protected=raw.get("protected"))


def contributor(raw: Json) -> ContributorInfo:
    """Somebody with commits."""
    return ContributorInfo(
        contributions=raw["contributions"],
        login=raw.get("login"),
        id=raw.get("id"),
        name=raw.get("name"),
        email=raw.get("email"),
        type=raw.get("type"),
        avatar_url=raw.get("avatar_url"),
        html_url=raw.get("html_url"),
    )


def rate_limit(raw: Json, resource: str = "core") -> RateLimitInfo:
    """One budget out of the response of /rate_limit."""
    found = raw["resources"][resource]
    reset = found.get("reset")
    return RateLimitInfo(
        limit=found["limit"],
        remaining=found["remaining"],
        reset_time=None if reset is None else epoch(reset),
        used=found.get("used"),
        resource=resource,
    )
