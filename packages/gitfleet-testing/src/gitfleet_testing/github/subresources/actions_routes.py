"""What is asked about a repository's workflows and the checks of its commits; most of it are wrapped lists."""

from __future__ import annotations

from ...http.messages import Response
from .. import errors
from . import actions
from .request_context import RequestContext

__all__ = ["artifacts", "checks", "runs", "statuses", "workflows"]


def runs(context: RequestContext) -> Response:
    """Runs, all or those of a ``branch``, ``event`` or ``status`` (which may be a conclusion)."""
    asked = context.parameters
    branch, event, status = asked.get("branch"), asked.get("event"), asked.get("status")
    chosen = [
        run
        for run in actions.runs(context)
        if (not branch or branch == run.branch)
        and (not event or event == run.event)
        and (not status or status in (run.status, run.conclusion))
    ]
    return context.wrapped("workflow_runs", chosen, lambda run: actions.run(run, context))


def workflows(context: RequestContext) -> Response:
    """The workflows; none where nothing ever ran."""
    places = range(len(actions.WORKFLOWS) if actions.runs(context) else 0)
    return context.wrapped("workflows", places, lambda place: actions.workflow(place, context))


def artifacts(context: RequestContext) -> Response:
    """Artifacts: one of each run that is over; with ``name`` those called so."""
    name = context.parameters.get("name")
    left = [run for run in actions.runs(context) if run.conclusion and name in (None, f"wheels-{run.number}")]
    return context.wrapped("artifacts", left, lambda run: actions.artifact(run, context))


def checks(context: RequestContext, ref: str) -> Response:
    """Checks of the commit that ``ref`` leads to."""
    line = context.history.commits_from(context.repository, ref)
    if line is None:
        return errors.no_commit(ref)
    return context.wrapped("check_runs", actions.runs(context), lambda run: actions.check(run, line[0], context))


def statuses(context: RequestContext, ref: str) -> Response:
    """Statuses of the commit that ``ref`` leads to: a bare list."""
    line = context.history.commits_from(context.repository, ref)
    if line is None:
        return errors.no_commit(ref)
    return context.pages(actions.runs(context), lambda run: actions.status(run, line[0], context))
