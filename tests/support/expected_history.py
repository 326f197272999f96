"""What tags, commits and releases must hold, read from GitHub's JSON the plain way."""

from __future__ import annotations

from gitfleet_api import CommitInfo, ReleaseAsset, ReleaseInfo, TagInfo
from support.expected import Json, owner, time

__all__ = ["commit", "release", "tag"]


def tag(raw: Json) -> TagInfo:
    """A tag; GitHub says no message."""
    return TagInfo(name=raw["name"], commit_sha=raw["commit"]["sha"], message=None)


def commit(raw: Json) -> CommitInfo:
    """A commit, and the accounts GitHub knows by its addresses."""
    inner = raw["commit"]
    author, committer = inner["author"] or {}, inner["committer"] or {}
    return CommitInfo(
        sha=raw["sha"],
        message=inner["message"],
        author_name=author.get("name"),
        author_email=author.get("email"),
        authored_at=time(author.get("date")),
        committer_name=committer.get("name"),
        committer_email=committer.get("email"),
        committed_at=time(committer.get("date")),
        author=owner(raw["author"] or None),
        committer=owner(raw["committer"] or None),
        parents=tuple(parent["sha"] for parent in raw["parents"]),
        html_url=raw["html_url"],
    )


def _asset(raw: Json) -> ReleaseAsset:
    return ReleaseAsset(
        name=raw["name"],
        url=raw["browser_download_url"],
        size=raw["size"],
        content_type=raw["content_type"],
        download_count=raw["download_count"],
    )


def release(raw: Json) -> ReleaseInfo:
    """A release and its files."""
    return ReleaseInfo(
        tag_name=raw["tag_name"],
        id=raw["id"],
        name=raw["name"],
        body=raw["body"],
        draft=raw["draft"],
        prerelease=raw["prerelease"],
        target=raw["target_commitish"],
        author=owner(raw["author"]),
        assets=tuple(_asset(asset) for asset in raw["assets"]),
        html_url=raw["html_url"],
        created_at=time(raw["created_at"]),
        published_at=time(raw["published_at"]),
    )
