"""JSON objects of issues, merge requests and pipelines."""

from __future__ import annotations

from collections.abc import Callable

from ..data.models import Repository, User
from ..data.records import Commit, Issue, Milestone, PullRequest
from .accounts import short
from .urls import ApiURLs, Json, page_of, stamp

__all__ = ["FindUser", "issue", "merge_request", "merge_request_details", "pipeline", "state_of"]

#: Returns the user of a login. For a deleted account this is the ghost user.
FindUser = Callable[[str | None], User]

_TIMES = {"time_estimate": 0, "total_time_spent": 0, "human_time_estimate": None, "human_total_time_spent": None}
_RESULTS = ("success", "failed", "success", "canceled", "running")


def state_of(item: Issue) -> str:
    """Return the state with GitLab's name."""
    if isinstance(item, PullRequest) and item.merged_at is not None:
        return "merged"
    return "opened" if item.state == "open" else "closed"


def issue(item: Issue, repository: Repository, milestone: Milestone | None, find_user: FindUser, urls: ApiURLs) -> Json:
    """Return an issue."""
    url = f"{urls.project(repository.id)}/issues/{item.number}"
    closed = item.state != "open"
    return {
        **_common(item, repository, milestone, find_user),
        "closed_at": _stamp(item.closed_at),
        "closed_by": short(find_user(item.author)) if closed else None,
        "type": "ISSUE",
        "merge_requests_count": 0,
        "due_date": None,
        "confidential": False,
        "issue_type": "issue",
        "web_url": f"{page_of(repository)}/-/issues/{item.number}",
        "weight": None,
        "blocking_issues_count": 0,
        "has_tasks": True,
        "task_status": "0 of 0 checklist items completed",
        "_links": {
            "self": url,
            "notes": f"{url}/notes",
            "award_emoji": f"{url}/award_emoji",
            "project": urls.project(repository.id),
            "closed_as_duplicate_of": None,
        },
        "references": _references("#", item, repository),
        "severity": "UNKNOWN",
        "moved_to_id": None,
        "imported": False,
        "imported_from": "none",
        "service_desk_reply_to": None,
        "health_status": None,
    }


def merge_request(
    item: PullRequest, repository: Repository, source: int | None, milestone: Milestone | None, find_user: FindUser
) -> Json:
    """Return a merge request. ``source`` is the id of the source project, None if it was deleted."""
    state = state_of(item)
    # A merged request is not closed: only one of the two times is set.
    closed, merged = state == "closed", state == "merged"
    author = short(find_user(item.author))
    return {
        **_common(item, repository, milestone, find_user),
        "closed_at": _stamp(item.closed_at) if closed else None,
        "closed_by": author if closed else None,
        "merged_by": author if merged else None,
        "merge_user": author if merged else None,
        "merged_at": _stamp(item.merged_at),
        "target_branch": item.base_ref,
        "source_branch": item.head_ref,
        "reviewers": [short(find_user(login)) for login in item.reviewers],
        "source_project_id": source,
        "target_project_id": repository.id,
        "draft": item.draft,
        "work_in_progress": item.draft,
        "merge_when_pipeline_succeeds": False,
        "merge_status": "can_be_merged",
        "detailed_merge_status": "mergeable" if state == "opened" else "not_open",
        "merge_after": None,
        "sha": item.head_sha,
        "merge_commit_sha": item.merge_sha,
        "squash_commit_sha": None,
        "prepared_at": stamp(item.created_at),
        "should_remove_source_branch": None,
        "force_remove_source_branch": False,
        "allow_collaboration": False,
        "allow_maintainer_to_push": False,
        "reference": f"!{item.number}",
        "references": _references("!", item, repository),
        "web_url": f"{page_of(repository)}/-/merge_requests/{item.number}",
        "squash": False,
        "squash_on_merge": False,
        "has_conflicts": False,
        "blocking_discussions_resolved": True,
        "approvals_before_merge": None,
        "imported": False,
        "imported_from": "none",
    }


def merge_request_details(item: PullRequest) -> Json:
    """Return the additional keys of a single merge request."""
    return {
        "subscribed": False,
        "changes_count": "1",
        "latest_build_started_at": None,
        "latest_build_finished_at": None,
        "first_deployed_to_production_at": None,
        "pipeline": None,
        "head_pipeline": None,
        "diff_refs": {"base_sha": item.base_sha, "head_sha": item.head_sha, "start_sha": item.base_sha},
        "merge_error": None,
        "first_contribution": False,
        "user": {"can_merge": False},
    }


def pipeline(number: int, commit: Commit, repository: Repository) -> Json:
    """Return a pipeline of a commit. ``number`` is its number within the project."""
    identity = repository.id % 10**8 * 100_000 + number
    return {
        "id": identity,
        "iid": number,
        "project_id": repository.id,
        "sha": commit.sha,
        "ref": repository.default_branch,
        "status": _RESULTS[number % len(_RESULTS)],
        "source": "push",
        "created_at": stamp(commit.committed_at),
        "updated_at": stamp(commit.committed_at),
        "web_url": f"{page_of(repository)}/-/pipelines/{identity}",
        "name": None,
    }


def _common(item: Issue, repository: Repository, milestone: Milestone | None, find_user: FindUser) -> Json:
    assignees = [short(find_user(login)) for login in item.assignees]
    return {
        "id": item.id,
        "iid": item.number,
        "project_id": repository.id,
        "title": item.title,
        "description": item.body,
        "state": state_of(item),
        "created_at": stamp(item.created_at),
        "updated_at": stamp(item.updated_at),
        "labels": list(item.labels),
        "milestone": _milestone(milestone, repository) if milestone else None,
        "assignees": assignees,
        "assignee": assignees[0] if assignees else None,
        "author": short(find_user(item.author)),
        "user_notes_count": item.comments,
        "upvotes": 0,
        "downvotes": 0,
        "discussion_locked": True if item.locked else None,
        "time_stats": _TIMES,
        "task_completion_status": {"count": 0, "completed_count": 0},
    }


def _milestone(item: Milestone, repository: Repository) -> Json:
    return {
        "id": item.id,
        "iid": item.number,
        "project_id": repository.id,
        "title": item.title,
        "description": item.description or "",
        "state": "active" if item.state == "open" else "closed",
        "created_at": stamp(item.created_at),
        "updated_at": stamp(item.created_at),
        "due_date": item.due_on.partition("T")[0] if item.due_on else None,
        "start_date": None,
        "expired": False,
        "web_url": f"{page_of(repository)}/-/milestones/{item.number}",
    }


def _references(sign: str, item: Issue, repository: Repository) -> Json:
    short_form = f"{sign}{item.number}"
    return {"short": short_form, "relative": short_form, "full": f"{repository.full_name}{short_form}"}


def _stamp(moment: str | None) -> str | None:
    return None if moment is None else stamp(moment)
