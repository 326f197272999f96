"""The routes of workflows, runs and artifacts, and of the checks and statuses of commits."""

from __future__ import annotations

from ...data.timestamps import parse_time
from ...http.messages import Response
from .. import errors
from . import actions
from .request_context import RequestContext

__all__ = ["artifacts", "checks", "runs", "statuses", "workflows"]


def runs(context: RequestContext) -> Response:
    """Runs, filtered by ``branch``, ``event``, ``created`` (``>=TIME``) and ``status`` (also a conclusion)."""
    parameters = context.parameters
    branch, event, status = parameters.get("branch"), parameters.get("event"), parameters.get("status")
    created = parameters.get("created", "")
    since = parse_time(created.removeprefix(">=")) if created.startswith(">=") else None
    chosen = [
        run
        for run in actions.runs(context)
        if (not branch or branch == run.branch)
        and (not event or event == run.event)
        and (not status or status in (run.status, run.conclusion))
        and (since is None or parse_time(run.created_at) >= since)
    ]
    return context.wrapped("workflow_runs", chosen, lambda run: actions.run(run, context))


def workflows(context: RequestContext) -> Response:
    """The workflows. A repository without runs has none."""
    indexes = range(len(actions.WORKFLOWS) if actions.runs(context) else 0)
    return context.wrapped("workflows", indexes, lambda index: actions.workflow(index, context))


def artifacts(context: RequestContext) -> Response:
    """The artifacts, one per completed run, filtered by ``name``."""
    name = context.parameters.get("name")
    left = [run for run in actions.runs(context) if run.conclusion and name in (None, f"wheels-{run.number}")]
    return context.wrapped("artifacts", left, lambda run: actions.artifact(run, context))


def checks(context: RequestContext, ref: str) -> Response:
    """The checks of the commit ``ref``."""
    line = context.history.commits_from(context.repository, ref)
    if line is None:
        return errors.no_commit(ref)
    return context.wrapped("check_runs", actions.runs(context), lambda run: actions.check(run, line[0], context))


def statuses(context: RequestContext, ref: str) -> Response:
    """The statuses of the commit ``ref``, as a bare list."""
    line = context.history.commits_from(context.repository, ref)
    if line is None:
        return errors.no_commit(ref)
    return context.pages(actions.runs(context), lambda run: actions.status(run, line[0], context))
