"""One unit of work: its requests, and the outcomes of its repositories."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from typing import Any

from gitfleet_api import GitFleetError, GitProviderClient, RepositoryOutcome, measure_calls

from .kinds import Kind, Work
from .outcome import Outcome, Status, rows_of_error, status_of
from .repository import Repository
from .task_errors import cancelled_inside

__all__ = ["run_work"]


async def run_work(work: Work) -> list[Outcome[Any]]:
    """Do a unit of work and return the outcome of each of its repositories. Only cancellation is raised."""
    if len(work.repos) == 1:
        return [await _run_one(work.kind, work.client, work.repos[0])]
    return await _run_batch(work)


async def _run_one(kind: Kind, client: GitProviderClient, repo: Repository) -> Outcome[Any]:
    started = time.monotonic()
    renamed_to: str | None = None
    rows: list[Any] = []
    error: Exception | None = None
    status: Status
    with measure_calls() as meter:
        try:
            rows = await kind.rows(client, repo)
            status = "empty" if kind.shows_empty(rows, meter, repo.provider) else "ok"
        except asyncio.CancelledError as caught:
            error, rows, status = cancelled_inside(caught), [], "failed"
        except Exception as caught:  # noqa: BLE001  what happens to one repository affects no other
            if kind.means_empty(caught):
                status = "empty"
            else:
                error, rows, status = caught, rows_of_error(caught), status_of(caught)
        if error is None and meter.moved_to is not None:
            status, renamed_to = "renamed", await _present_name(client, repo)
        elif error is None and repo.former_name is not None:
            status, renamed_to = "renamed", repo.full_name
    seconds = time.monotonic() - started
    return Outcome(repo.text, kind.name, status, repo, rows, error, meter.calls, seconds, renamed_to)


async def _present_name(client: GitProviderClient, repo: Repository) -> str | None:
    """Return the present full name of a repository that has moved; None if it cannot be found."""
    try:
        return (await client.fetch_repository_details(repo.owner, repo.name)).full_name
    except GitFleetError:
        return None


async def _run_batch(work: Work) -> list[Outcome[Any]]:
    """Return the details of many repositories."""
    started = time.monotonic()
    with measure_calls() as meter:
        try:
            found = await work.client.fetch_many_repository_details(repo.full_name for repo in work.repos)
        except asyncio.CancelledError as caught:
            cause = cancelled_inside(caught)
            found = [RepositoryOutcome(repo.full_name, reason="error", error=cause) for repo in work.repos]
        except Exception as error:  # noqa: BLE001  as above
            found = [RepositoryOutcome(repo.full_name, reason="error", error=_as_error(error)) for repo in work.repos]
    seconds = time.monotonic() - started
    outcomes = [_outcome_of(work.kind, repo, item, seconds) for repo, item in zip(work.repos, found, strict=True)]
    outcomes[0] = dataclasses.replace(outcomes[0], calls=meter.calls)
    return outcomes


def _as_error(error: Exception) -> GitFleetError:
    return error if isinstance(error, GitFleetError) else GitFleetError(f"{type(error).__name__}: {error}")


def _outcome_of(kind: Kind, repo: Repository, found: RepositoryOutcome, seconds: float) -> Outcome[Any]:
    rows: list[Any] = [] if found.details is None else [found.details]
    renamed_to = found.renamed_to or (repo.full_name if repo.former_name is not None else None)
    status: Status = "ok" if renamed_to is None else "renamed"
    if found.error is not None:  # beside details: some of their fields could not be fetched
        status = status_of(found.error)
    return Outcome(repo.text, kind.name, status, repo, rows, found.error, 0, seconds, renamed_to)
