"""What is asked about a repository's workflows and the checks of its commits; most of it are wrapped lists."""

from __future__ import annotations

from ..messages import Answer
from . import actions, errors
from .visit import Visit


def runs(visit: Visit) -> Answer:
    """Runs, all or those of a ``branch``, ``event`` or ``status`` (which may be a conclusion)."""
    asked = visit.parameters
    branch, event, status = asked.get("branch"), asked.get("event"), asked.get("status")
    chosen = [
        run
        for run in actions.runs(visit)
        if (not branch or branch == run.branch)
        and (not event or event == run.event)
        and (not status or status in (run.status, run.conclusion))
    ]
    return visit.wrapped("workflow_runs", chosen, lambda run: actions.run(run, visit))


def workflows(visit: Visit) -> Answer:
    """The workflows; none where nothing ever ran."""
    places = range(len(actions.WORKFLOWS) if actions.runs(visit) else 0)
    return visit.wrapped("workflows", places, lambda place: actions.workflow(place, visit))


def artifacts(visit: Visit) -> Answer:
    """Artifacts: one of each run that is over; with ``name`` those called so."""
    name = visit.parameters.get("name")
    left = [run for run in actions.runs(visit) if run.conclusion and name in (None, f"wheels-{run.number}")]
    return visit.wrapped("artifacts", left, lambda run: actions.artifact(run, visit))


def checks(visit: Visit, ref: str) -> Answer:
    """Checks of the commit that ``ref`` leads to."""
    line = visit.history.commits_from(visit.repository, ref)
    if line is None:
        return errors.no_commit(ref)
    return visit.wrapped("check_runs", actions.runs(visit), lambda run: actions.check(run, line[0], visit))


def statuses(visit: Visit, ref: str) -> Answer:
    """Statuses of the commit that ``ref`` leads to: a bare list."""
    line = visit.history.commits_from(visit.repository, ref)
    if line is None:
        return errors.no_commit(ref)
    return visit.pages(actions.runs(visit), lambda run: actions.status(run, line[0], visit))
