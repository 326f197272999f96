"""Pull requests as GitHub shows them."""

from __future__ import annotations

from ..model import Repository
from ..names import split_full_name
from ..records import PullRequest
from . import repositories
from .addresses import WEB, Json, node_id
from .issues import discussed
from .visibility import visible
from .visit import Visit


def listed(pull: PullRequest, visit: Visit) -> Json:
    """A pull request as it appears in a list."""
    url, page = f"{visit.url}/pulls/{pull.number}", f"{WEB}/{visit.repository.full_name}/pull/{pull.number}"
    issue = f"{visit.url}/issues/{pull.number}"
    links = {
        "commits_url": f"{url}/commits",
        "review_comments_url": f"{url}/comments",
        "review_comment_url": f"{visit.url}/pulls/comments{{/number}}",
        "comments_url": f"{issue}/comments",
        "statuses_url": f"{visit.url}/statuses/{pull.head_sha}",
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
        **discussed(pull, visit),
        "body": pull.body,
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "closed_at": pull.closed_at,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_sha,
        "requested_reviewers": [person for person in map(visit.short, pull.reviewers) if person is not None],
        "requested_teams": [],
        "draft": pull.draft,
        **links,
        "head": _end(pull.head_ref, pull.head_sha, _head(pull, visit), visit),
        "base": _end(pull.base_ref, pull.base_sha, visit.repository, visit),
        "_links": {
            "self": {"href": url},
            "html": {"href": page},
            "issue": {"href": issue},
            **{key.removesuffix("_url"): {"href": link} for key, link in links.items()},
        },
        "author_association": visit.association(pull.author),
        "auto_merge": None,
        "active_lock_reason": None,
    }


def single(pull: PullRequest, visit: Visit) -> Json:
    """A pull request asked for alone."""
    merged, still = pull.merged_at is not None, pull.state == "open"
    return {
        **listed(pull, visit),
        "merged": merged,
        "mergeable": True if still else None,
        "rebaseable": True if still else None,
        "mergeable_state": "clean" if still else "unknown",
        "merged_by": visit.short(visit.fleet.people_of(visit.repository)[0]) if merged else None,
        "comments": pull.comments,
        "review_comments": 0,
        "maintainer_can_modify": still,
        "commits": 1 + pull.number % 5,
        "additions": pull.number,
        "deletions": pull.number // 2,
        "changed_files": 1 + pull.number % 3,
    }


def _head(pull: PullRequest, visit: Visit) -> Repository | None:
    if pull.head_repository is None:
        return None
    owner, name = split_full_name(pull.head_repository)
    found = visit.fleet.find(owner, name) or visit.fleet.moved(owner, name)
    return found if found is not None and visible(visit.fleet, found, visit.login) else None


def _end(ref: str, sha: str, repository: Repository | None, visit: Visit) -> Json:
    """Where a pull request comes from or goes to; of a repository that is gone the branch's name is left."""
    if repository is None:
        return {"label": f"unknown:{ref}", "ref": ref, "sha": sha, "user": None, "repo": None}
    owner = visit.fleet.owner_of(repository)
    return {
        "label": f"{owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": visit.short(owner.login),
        "repo": repositories.listed(repository, owner, visit.at),
    }
