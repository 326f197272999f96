"""JSON objects of workflows, runs, artifacts, checks and statuses, generated lazily."""

from __future__ import annotations

from dataclasses import dataclass

from ...data.hosts import AVATARS, WEB
from ...data.ids import fake_sha
from ...data.records import Commit
from ...data.timestamps import spread_times
from .. import repositories
from ..urls import Json, node_id
from .request_context import RequestContext

__all__ = ["WORKFLOWS", "Run", "app", "artifact", "check", "run", "runs", "status", "workflow"]

WORKFLOWS = ("CI", "Release")
_IDS_PER_REPOSITORY = 100_000
_CONCLUSIONS = ("success", "success", "failure", "cancelled", None)
_RIGHTS = ("actions", "checks", "contents", "issues", "pull_requests", "statuses")
_EVENTS = ("push", "pull_request", "schedule")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a workflow. Without a conclusion it is in progress."""

    id: int
    number: int
    workflow: int
    conclusion: str | None
    event: str
    branch: str
    commit: Commit
    created_at: str

    @property
    def status(self) -> str:
        """``"completed"`` or ``"in_progress"``."""
        return "in_progress" if self.conclusion is None else "completed"


def runs(context: RequestContext) -> list[Run]:
    """Return all runs, the newest first. Only the newest can be in progress."""
    repository, commits = context.repository, context.history.commits
    count = repository.amounts.runs if commits and not repository.empty else 0
    times = spread_times(count, repository.created_at, repository.pushed_at)
    return [
        Run(
            id=_first(context) + count - index,
            number=count - index,
            workflow=(count - index) % len(WORKFLOWS),
            conclusion=_CONCLUSIONS[4 if index == 0 else (count - index) % 4],
            event=_EVENTS[(count - index) % len(_EVENTS)],
            branch=repository.default_branch,
            commit=commits[index % len(commits)],
            created_at=moment,
        )
        for index, moment in enumerate(times)
    ]


def run(item: Run, context: RequestContext) -> Json:
    """Return a run."""
    url, web = f"{context.url}/actions/runs/{item.id}", f"{WEB}/{context.repository.full_name}"
    owner = context.fleet.owner_of(context.repository)
    shown = repositories.minimal(context.repository, owner, context.urls)
    actor = context.short(context.fleet.people_of(context.repository)[0])
    commit, suite = item.commit, item.id * 2
    return {
        "id": item.id,
        "name": WORKFLOWS[item.workflow],
        "node_id": node_id("WFR", item.id),
        "head_branch": item.branch,
        "head_sha": commit.sha,
        "path": _path(item.workflow),
        "display_title": commit.message.partition("\n")[0],
        "run_number": item.number,
        "event": item.event,
        "status": item.status,
        "conclusion": item.conclusion,
        "workflow_id": _first(context) + item.workflow,
        "check_suite_id": suite,
        "check_suite_node_id": node_id("CS", suite),
        "url": url,
        "html_url": f"{web}/actions/runs/{item.id}",
        "pull_requests": [],
        "created_at": item.created_at,
        "updated_at": item.created_at,
        "actor": actor,
        "run_attempt": 1,
        "referenced_workflows": [],
        "run_started_at": item.created_at,
        "triggering_actor": actor,
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{context.url}/check-suites/{suite}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": None,
        "workflow_url": f"{context.url}/actions/workflows/{_first(context) + item.workflow}",
        "head_commit": {
            "id": commit.sha,
            "tree_id": fake_sha(commit.sha, "tree"),
            "message": commit.message,
            "timestamp": commit.committed_at,
            "author": {"name": commit.author_name, "email": commit.author_email},
            "committer": {"name": commit.committer_name, "email": commit.committer_email},
        },
        "repository": shown,
        "head_repository": shown,
    }


def workflow(index: int, context: RequestContext) -> Json:
    """Return a workflow. ``index`` is its index in WORKFLOWS."""
    number, path, created = _first(context) + index, _path(index), context.repository.created_at
    web, name = f"{WEB}/{context.repository.full_name}", WORKFLOWS[index]
    return {
        "id": number,
        "node_id": node_id("W", number),
        "name": name,
        "path": path,
        "state": "active",
        "created_at": created.replace("Z", ".000Z"),
        "updated_at": created.replace("Z", ".000Z"),
        "url": f"{context.url}/actions/workflows/{number}",
        "html_url": f"{web}/blob/{context.repository.default_branch}/{path}",
        "badge_url": f"{web}/workflows/{name}/badge.svg",
    }


def artifact(item: Run, context: RequestContext) -> Json:
    """Return an artifact of a run."""
    number, url = item.id, f"{context.url}/actions/artifacts/{item.id}"
    return {
        "id": number,
        "node_id": node_id("A", number),
        "name": f"wheels-{item.number}",
        "size_in_bytes": item.number * 1000,
        "url": url,
        "archive_download_url": f"{url}/zip",
        "expired": item.number < 5,
        "digest": None,
        "created_at": item.created_at,
        "updated_at": item.created_at,
        "expires_at": context.repository.updated_at,
        "workflow_run": {
            "id": item.id,
            "repository_id": context.repository.id,
            "head_repository_id": context.repository.id,
            "head_branch": item.branch,
            "head_sha": item.commit.sha,
        },
    }


def check(item: Run, commit: Commit, context: RequestContext) -> Json:
    """Return a check of a commit. There is one per run."""
    url = f"{context.url}/check-runs/{item.id}"
    return {
        "id": item.id,
        "name": f"{WORKFLOWS[item.workflow]} ({item.number})",
        "node_id": node_id("CR", item.id),
        "head_sha": commit.sha,
        "external_id": str(item.number),
        "url": url,
        "html_url": f"{WEB}/{context.repository.full_name}/runs/{item.id}",
        "details_url": f"{WEB}/{context.repository.full_name}/actions/runs/{item.id}",
        "status": item.status,
        "conclusion": item.conclusion,
        "started_at": item.created_at,
        "completed_at": None if item.conclusion is None else item.created_at,
        "output": {
            "title": None,
            "summary": None,
            "text": None,
            "annotations_count": 0,
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": item.id * 2},
        "app": app(context),
        "pull_requests": [],
    }


def app(context: RequestContext) -> Json:
    """Return the app that runs the workflows."""
    return {
        "id": 15368,
        "slug": "forge-actions",
        "node_id": node_id("A", 15368),
        "owner": context.short(context.fleet.users[0].login),
        "name": "Forge Actions",
        "description": "Runs workflows.",
        "external_url": f"{WEB}/actions",
        "html_url": f"{WEB}/apps/forge-actions",
        "created_at": "2018-07-30T09:30:17Z",
        "updated_at": "2024-04-10T20:33:16Z",
        "permissions": {"metadata": "read", **dict.fromkeys(_RIGHTS, "write")},
        "events": ["check_run", "push"],
    }


def status(item: Run, commit: Commit, context: RequestContext) -> Json:
    """Return a status of a commit. There is one per run."""
    creator = context.fleet.users[0]
    state = {"success": "success", None: "pending"}.get(item.conclusion, "failure")
    return {
        "url": f"{context.url}/statuses/{commit.sha}",
        "avatar_url": f"{AVATARS}/u/{creator.id}?v=4",
        "id": item.id,
        "node_id": node_id("SC", item.id),
        "state": state,
        "description": f"{WORKFLOWS[item.workflow]}: {state}",
        "target_url": f"{WEB}/{context.repository.full_name}/actions/runs/{item.id}",
        "context": f"{WORKFLOWS[item.workflow].lower()}/{item.number}",
        "created_at": item.created_at,
        "updated_at": item.created_at,
        "creator": context.short(creator.login),
    }


def _first(context: RequestContext) -> int:
    """Return the number before the first id of runs and workflows."""
    return 5_000_000_000 + context.repository.id % 10**8 * _IDS_PER_REPOSITORY


def _path(index: int) -> str:
    return f".github/workflows/{WORKFLOWS[index].lower()}.yml"
