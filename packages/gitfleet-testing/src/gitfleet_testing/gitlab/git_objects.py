"""JSON objects of branches, tags, commits, releases and contributors."""

from __future__ import annotations

from ..data.hosts import WEB
from ..data.ids import fake_sha
from ..data.models import Branch, Contributor, Repository, User
from ..data.records import Asset, Commit, Release, Tag
from .accounts import short
from .urls import Json, git_stamp, page_of, stamp

__all__ = ["branch", "commit", "contributor", "diff", "release", "single_commit", "tag"]


def commit(item: Commit, repository: Repository, *, listed_with: bool = False) -> Json:
    """Return a commit. With ``listed_with`` (a branch) it has no parents, as on the service."""
    return {
        "id": item.sha,
        "short_id": item.sha[:8],
        "created_at": git_stamp(item.committed_at),
        "parent_ids": [] if listed_with else list(item.parents),
        "title": item.message.partition("\n")[0],
        "message": item.message,
        "author_name": item.author_name,
        "author_email": item.author_email,
        "authored_date": git_stamp(item.authored_at),
        "committer_name": item.committer_name,
        "committer_email": item.committer_email,
        "committed_date": git_stamp(item.committed_at),
        "trailers": {},
        "extended_trailers": {},
        "web_url": f"{page_of(repository)}/-/commit/{item.sha}",
    }


def single_commit(item: Commit, repository: Repository) -> Json:
    """Return a single commit."""
    added, removed = item.lines
    return {
        **commit(item, repository),
        "stats": {"additions": added, "deletions": removed, "total": added + removed},
        "status": None,
        "project_id": repository.id,
        "last_pipeline": None,
    }


def diff(item: Commit) -> Json:
    """Return the difference of the changed file of a commit."""
    added, removed = item.lines
    lines = [f"@@ -1,{removed} +1,{added} @@", *["-old"] * removed, *["+new"] * added]
    return {
        "diff": "\n".join([*lines, ""]),
        "collapsed": False,
        "too_large": False,
        "new_path": item.path,
        "old_path": item.path,
        "a_mode": "100644" if item.parents else "0",
        "b_mode": "100644",
        "new_file": not item.parents,
        "renamed_file": False,
        "deleted_file": False,
        "generated_file": None,
    }


def branch(item: Branch, head: Commit, repository: Repository, *, can_push: bool) -> Json:
    """Return a branch with its newest commit."""
    default = item.name == repository.default_branch
    return {
        "name": item.name,
        "commit": commit(head, repository, listed_with=True),
        "merged": False,
        "protected": item.protected,
        "developers_can_push": False,
        "developers_can_merge": False,
        "can_push": can_push,
        "default": default,
        "web_url": f"{page_of(repository)}/-/tree/{item.name}",
    }


def tag(item: Tag, names: Commit, release: Release | None, repository: Repository) -> Json:
    """Return a tag. The target of an annotated tag is the tag object."""
    annotated = item.message is not None
    return {
        "name": item.name,
        "message": item.message or "",
        "target": fake_sha(item.sha, "annotated", item.name) if annotated else item.sha,
        "commit": commit(names, repository),
        "release": {"tag_name": release.tag, "description": release.body or ""} if release else None,
        "protected": False,
        "created_at": git_stamp(names.committed_at) if annotated else None,
    }


def release(item: Release, author: User, names: Commit, repository: Repository) -> Json:
    """Return a release. The source archives count as files."""
    page = page_of(repository)
    sources = [
        {"format": form, "url": f"{page}/-/archive/{item.tag}/{repository.name}-{item.tag}.{form}"}
        for form in ("zip", "tar.gz", "tar.bz2", "tar")
    ]
    links = [_link(asset, item, repository) for asset in item.assets]
    query = f"release_tag={item.tag}&scope=all&state"
    return {
        "name": item.name or item.tag,
        "tag_name": item.tag,
        "description": item.body or "",
        "created_at": stamp(item.created_at),
        "released_at": stamp(item.published_at or item.created_at),
        "upcoming_release": False,
        "author": short(author),
        "commit": commit(names, repository),
        "commit_path": f"/{repository.full_name}/-/commit/{names.sha}",
        "tag_path": f"/{repository.full_name}/-/tags/{item.tag}",
        "assets": {"count": len(sources) + len(links), "sources": sources, "links": links},
        "evidences": [
            {
                "sha": fake_sha(item.id, "evidence"),
                "filepath": f"{page}/-/releases/{item.tag}/evidences/{item.id}.json",
                "collected_at": stamp(item.created_at),
            }
        ],
        "_links": {
            "closed_issues_url": f"{page}/-/issues?{query}=closed",
            "closed_merge_requests_url": f"{page}/-/merge_requests?{query}=closed",
            "merged_merge_requests_url": f"{page}/-/merge_requests?{query}=merged",
            "opened_issues_url": f"{page}/-/issues?{query}=opened",
            "opened_merge_requests_url": f"{page}/-/merge_requests?{query}=opened",
            "self": f"{page}/-/releases/{item.tag}",
        },
    }


def _link(asset: Asset, item: Release, repository: Repository) -> Json:
    path = f"{repository.full_name}/-/releases/{item.tag}/downloads/{asset.name}"
    return {
        "id": asset.id,
        "name": asset.name,
        "url": f"{WEB}/{path}",
        "direct_asset_url": f"{WEB}/{path}",
        "link_type": "other",
    }


def contributor(person: Contributor) -> Json:
    """Return a contributor: name and e-mail address of the commits, without an account."""
    name = person.name or person.login or "Somebody"
    # Commits are counted by e-mail address, so each contributor has a different one.
    known = (person.login or name).removesuffix("[bot]").lower().replace(" ", ".")
    return {
        "name": name,
        "email": person.email or f"{known}@mail.invalid",
        "commits": person.contributions,
        "additions": 0,
        "deletions": 0,
    }
