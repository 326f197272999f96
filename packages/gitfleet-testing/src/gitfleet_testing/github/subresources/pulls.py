"""JSON objects of pull requests."""

from __future__ import annotations

from ...data.hosts import WEB
from ...data.models import Repository
from ...data.names import split_full_name
from ...data.records import PullRequest
from .. import repositories
from ..urls import Json, node_id
from ..visibility import visible
from .issues import common_keys
from .request_context import RequestContext

__all__ = ["listed", "single"]


def listed(pull: PullRequest, context: RequestContext) -> Json:
    """Return a pull request as in a list."""
    url, page = f"{context.url}/pulls/{pull.number}", f"{WEB}/{context.repository.full_name}/pull/{pull.number}"
    issue = f"{context.url}/issues/{pull.number}"
    links = {
        "commits_url": f"{url}/commits",
        "review_comments_url": f"{url}/comments",
        "review_comment_url": f"{context.url}/pulls/comments{{/number}}",
        "comments_url": f"{issue}/comments",
        "statuses_url": f"{context.url}/statuses/{pull.head_sha}",
    }
    return {
        "url": url,
        "id": pull.id,
        "node_id": node_id("PR", pull.id),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": issue,
        "number": pull.number,
        "title": pull.title,
        **common_keys(pull, context),
        "body": pull.body,
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": pull.closed_at,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_sha,
        "requested_reviewers": [person for person in map(context.short, pull.reviewers) if person is not None],
        "requested_teams": [],
        "draft": pull.draft,
        **links,
        "head": _end(pull.head_ref, pull.head_sha, _head(pull, context), context),
        "base": _end(pull.base_ref, pull.base_sha, context.repository, context),
        "_links": {
            "self": {"href": url},
            "html": {"href": page},
            "issue": {"href": issue},
            **{key.removesuffix("_url"): {"href": link} for key, link in links.items()},
        },
        "author_association": context.association(pull.author),
        "auto_merge": None,
        "active_lock_reason": None,
    }


def single(pull: PullRequest, context: RequestContext) -> Json:
    """Return a single pull request."""
    merged, is_open = pull.merged_at is not None, pull.state == "open"
    return {
        **listed(pull, context),
        "merged": merged,
        "mergeable": True if is_open else None,
        "rebaseable": True if is_open else None,
        "mergeable_state": "clean" if is_open else "unknown",
        "merged_by": context.short(context.fleet.people_of(context.repository)[0]) if merged else None,
        "comments": pull.comments,
        "review_comments": 0,
        "maintainer_can_modify": is_open,
        "commits": 1 + pull.number % 5,
        "additions": pull.number,
        "deletions": pull.number // 2,
        "changed_files": 1 + pull.number % 3,
    }


def _head(pull: PullRequest, context: RequestContext) -> Repository | None:
    if pull.head_repository is None:
        return None
    owner, name = split_full_name(pull.head_repository)
    found = context.fleet.find(owner, name) or context.fleet.moved(owner, name)
    return found if found is not None and visible(context.fleet, found, context.login) else None


def _end(ref: str, sha: str, repository: Repository | None, context: RequestContext) -> Json:
    """Return the head or base of a pull request. Of a deleted repository only the name of the branch is left."""
    if repository is None:
        return {"label": f"unknown:{ref}", "ref": ref, "sha": sha, "user": None, "repo": None}
    owner = context.fleet.owner_of(repository)
    return {
        "label": f"{owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": context.short(owner.login),
        "repo": repositories.listed(repository, owner, context.urls),
    }
