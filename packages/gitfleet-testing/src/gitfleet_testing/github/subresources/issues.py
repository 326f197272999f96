"""JSON objects of issues, labels and milestones."""

from __future__ import annotations

from urllib.parse import quote

from ...data.hosts import WEB
from ...data.records import Issue, Label, Milestone, PullRequest
from ..urls import Json, node_id
from .request_context import RequestContext

__all__ = ["common_keys", "label", "listed", "milestone_object", "single"]

_REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def listed(issue: Issue, context: RequestContext) -> Json:
    """Return an issue as in a list. A pull request also has the key ``pull_request``."""
    url, web = f"{context.url}/issues/{issue.number}", f"{WEB}/{context.repository.full_name}"
    is_pull = isinstance(issue, PullRequest)
    shown: Json = {
        "url": url,
        "repository_url": context.url,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"{web}/{'pull' if is_pull else 'issues'}/{issue.number}",
        "id": issue.id,
        "node_id": node_id("PR" if is_pull else "I", issue.id),
        "number": issue.number,
        "title": issue.title,
        **common_keys(issue, context),
        "comments": issue.comments,
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "closed_at": issue.closed_at,
        "author_association": context.association(issue.author),
        "active_lock_reason": None,
        "body": issue.body,
        "reactions": {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(_REACTIONS, 0)},
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        "state_reason": "completed" if issue.state == "closed" and not is_pull else None,
    }
    if isinstance(issue, PullRequest):
        page = f"{web}/pull/{issue.number}"
        shown["draft"] = issue.draft
        shown["pull_request"] = {
            "url": f"{context.url}/pulls/{issue.number}",
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": issue.merged_at,
        }
    return shown


def single(issue: Issue, context: RequestContext) -> Json:
    """Return a single issue."""
    closer = context.fleet.people_of(context.repository)[0] if issue.state == "closed" else None
    return {**listed(issue, context), "closed_by": context.short(closer)}


def common_keys(issue: Issue, context: RequestContext) -> Json:
    """Return the keys for users, labels, milestone and state that issues and pull requests share."""
    assignees = [person for person in map(context.short, issue.assignees) if person is not None]
    labels = context.labels
    milestone = context.milestones.get(issue.milestone) if issue.milestone is not None else None
    return {
        "user": context.short(issue.author),
        "labels": [label(labels[name], context) for name in issue.labels if name in labels],
        "state": issue.state,
        "locked": issue.locked,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": None if milestone is None else milestone_object(milestone[0], context),
    }


def label(item: Label, context: RequestContext) -> Json:
    """Return a label."""
    return {
        "id": item.id,
        "node_id": node_id("LA", context.repository.id, item.id),
        "url": f"{context.url}/labels/{quote(item.name)}",
        "name": item.name,
        "color": item.color,
        "default": item.name in ("bug", "documentation", "enhancement", "good first issue"),
        "description": item.description,
    }


def milestone_object(item: Milestone, context: RequestContext) -> Json:
    """Return a milestone with the numbers of its issues and pull requests."""
    url = f"{context.url}/milestones/{item.number}"
    states = context.milestones[item.title][1]
    return {
        "url": url,
        "html_url": f"{WEB}/{context.repository.full_name}/milestone/{item.number}",
        "labels_url": f"{url}/labels",
        "id": item.id,
        "node_id": node_id("MI", item.id),
        "number": item.number,
        "title": item.title,
        "description": item.description,
        "creator": context.short(context.fleet.people_of(context.repository)[0]),
        "open_issues": states["open"],
        "closed_issues": states["closed"],
        "state": item.state,
        "created_at": item.created_at,
        "updated_at": item.due_on or item.created_at,
        "due_on": item.due_on,
        "closed_at": item.due_on if item.state == "closed" else None,
    }
