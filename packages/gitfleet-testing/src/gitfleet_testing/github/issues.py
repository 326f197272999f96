"""An issue as GitHub shows it."""

from __future__ import annotations

from datetime import UTC, datetime

from ..model import Account, Repository
from .accounts import short
from .addresses import WEB, Addresses, Json, node_id

_FIRST_ID = 1_000_000_000
#: More than any test opens in one repository.
_A_REPOSITORY = 100_000


def opened(number: int, repository: Repository, author: Account, content: Json, at: Addresses) -> Json:
    """A new issue of that number; ``content`` is what the request said of it."""
    url = f"{at.repository(repository.full_name)}/issues/{number}"
    identity = _FIRST_ID + repository.id % 10_000 * _A_REPOSITORY + number
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "url": url,
        "repository_url": at.repository(repository.full_name),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"{WEB}/{repository.full_name}/issues/{number}",
        "id": identity,
        "node_id": node_id("I", identity),
        "number": number,
        "title": content["title"],
        "user": short(author, at),
        "labels": [],
        "state": "open",
        "state_reason": None,
        "locked": False,
        "active_lock_reason": None,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": 0,
        "created_at": now,
        "updated_at": now,
        "closed_at": None,
        "closed_by": None,
        "author_association": "MEMBER",
        "body": content.get("body"),
        "timeline_url": f"{url}/timeline",
    }
