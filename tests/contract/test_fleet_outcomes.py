"""One call for each repository of a fleet in which repositories are in every state and one request in ten breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from gitfleet_api import (
    NotFoundError,
    PermissionDeniedError,
    Retry,
    ServerError,
    UnavailableForLegalReasonsError,
)
from gitfleet_fleet import Fleet, Outcome
from gitfleet_testing.faults import Fail
from support.clients import MakeClient
from support.fleets import KINDS, OWNERS, ServedFleet, States, break_one_in_ten, serve, summary
from support.gitlab_clients import gitlab
from support.running import run

STATES = States(gone=6, blocked=4, renamed=3, empty=4, forbidden=3)
HEALING = Retry(attempts=9, base=0.002)


@pytest.fixture(scope="module")
def served() -> Iterator[ServedFleet]:
    with serve(300, STATES) as found:
        yield found


@pytest.fixture(autouse=True)
def _without_faults(served: ServedFleet) -> Iterator[None]:
    yield
    served.forge.clear_faults()
    served.forge.clear_log()


async def _all(client: Any, provider: str, kind: str, **arguments: Any) -> list[Outcome[Any]]:
    fleet = Fleet(*(f"{provider}:{owner}" for owner in OWNERS), clients=client)
    async with client:
        return [outcome async for outcome in fleet.each(kind, **arguments)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_repository_of_github_has_its_outcome_and_its_rows(
    served: ServedFleet, make_client: MakeClient, kind: str
) -> None:
    forge, expected = served.forge, served.outcomes(kind)
    break_one_in_ten(forge, seed=3)
    outcomes = run(_all(make_client(forge.url, forge.token, retry=HEALING), "github", kind))
    assert summary(outcomes) == expected
    empty = 0 if kind == "pull_requests" else 4
    assert Counter(outcome.status for outcome in outcomes) == Counter(
        {"ok": 284 - empty, "gone": 6, "blocked": 4, "renamed": 3, "empty": empty, "forbidden": 3}
    )
    broken = sum(request.fault is not None for request in forge.requests)
    assert broken > len(forge.requests) / 20


@pytest.mark.parametrize("kind", KINDS)
def test_every_project_of_gitlab_has_its_outcome_and_its_rows(served: ServedFleet, engine: str, kind: str) -> None:
    forge, expected = served.forge, served.outcomes(kind, "gitlab")
    break_one_in_ten(forge, seed=4)
    outcomes = run(_all(gitlab(engine, forge.gitlab_url, forge.token, retry=HEALING), "gitlab", kind))
    assert summary(outcomes) == expected
    assert Counter(outcome.status for outcome in outcomes)["gone"] == 6
    assert sum(request.fault is not None for request in forge.requests) > len(forge.requests) / 20


def test_an_outcome_without_rows_has_the_error_of_its_repository(served: ServedFleet, make_client: MakeClient) -> None:
    outcomes = run(_all(make_client(served.forge.url, served.forge.token), "github", "branches"))
    kinds = {"gone": NotFoundError, "blocked": UnavailableForLegalReasonsError, "forbidden": PermissionDeniedError}
    for outcome in outcomes:
        kind = kinds.get(outcome.status)
        assert outcome.is_missing is (kind is not None)
        if kind is None:
            assert outcome.error is None
            assert outcome.unwrap() == outcome.rows
        else:
            assert type(outcome.error) is kind
            assert outcome.repo is not None
            assert f"/repos/{outcome.repo.full_name}/branches" in str(outcome.error)
            with pytest.raises(kind):
                outcome.unwrap()


def test_every_request_for_a_repository_is_counted_once(served: ServedFleet, make_client: MakeClient) -> None:
    # No fault that closes the connection: a request that is sent on it meanwhile never reaches the server.
    served.forge.faults_every(10, [Fail(502), Fail(503)], seed=5)
    client = make_client(served.forge.url, served.forge.token, retry=HEALING)
    outcomes = run(_all(client, "github", "contributors", anonymous=True))
    of_repositories = [request for request in served.forge.requests if not request.path.endswith("/repos")]
    assert sum(outcome.calls for outcome in outcomes) == len(of_repositories)
    assert all(outcome.calls >= 1 and outcome.seconds > 0 for outcome in outcomes)


def test_a_failure_that_retries_do_not_heal_concerns_its_repository_alone(
    served: ServedFleet, make_client: MakeClient
) -> None:
    broken = [name for name in served.names if name not in served.states][:3]
    for name in broken:
        served.forge.fail(f"/repos/{name}/branches", 502, times=None)
    outcomes = run(_all(make_client(served.forge.url, served.forge.token), "github", "branches"))
    expected = served.outcomes("branches") | {f"github:{name}": ("failed", None, []) for name in broken}
    assert summary(outcomes) == expected
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    assert {type(outcome.error) for outcome in failed} == {ServerError}


def test_a_list_that_breaks_on_its_second_page_has_no_rows_and_is_failed(
    served: ServedFleet, make_client: MakeClient
) -> None:
    name = next(
        item.full_name
        for item in served.forge.fleet.repositories
        if len(item.branches) > 100 and item.full_name not in served.states
    )
    served.forge.fail(f"/repos/{name}/branches", 500, times=None, when=lambda request: request.query.get("page") == "2")
    outcomes = run(_all(make_client(served.forge.url, served.forge.token), "github", "branches"))
    expected = served.outcomes("branches") | {f"github:{name}": ("failed", None, [])}
    assert summary(outcomes) == expected


def test_a_refusal_of_one_repository_refuses_no_other_one_of_its_owner(
    served: ServedFleet, make_client: MakeClient
) -> None:
    """GitHub sends the same message if a token has no access to one repository and if it has access to none."""
    name = next(name for name in served.names if name not in served.states)
    body = {"message": "Resource not accessible by personal access token"}
    served.forge.fail(f"/repos/{name}/branches", 403, body=body, times=None)
    outcomes = run(_all(make_client(served.forge.url, served.forge.token), "github", "branches"))
    assert summary(outcomes) == served.outcomes("branches") | {f"github:{name}": ("forbidden", None, [])}


def test_disabled_issues_are_unsupported(served: ServedFleet, make_client: MakeClient) -> None:
    fleet = served.forge.fleet
    (name,) = [name for name in served.names if name not in served.states][5:6]
    fleet.update(name, has_issues=False)
    outcomes = run(_all(make_client(served.forge.url, served.forge.token), "github", "issues"))
    fleet.update(name, has_issues=True)
    assert [item.target for item in outcomes if item.status == "unsupported"] == [f"github:{name}"]
    assert len(outcomes) == 300


def test_details_come_in_batches_with_the_same_outcomes(served: ServedFleet, make_client: MakeClient) -> None:
    outcomes = run(_all(make_client(served.forge.url, served.forge.token), "github", "details"))
    # An empty repository has details like any other.
    states = {name: "ok" if state == "empty" else state for name, state in served.states.items()}
    assert {item.target: item.status for item in outcomes} == {
        f"github:{name}": states.get(name, "ok") for name in served.names
    }
    for outcome in outcomes:
        assert [row.full_name for row in outcome.rows] == (
            [] if outcome.is_missing else [served.names[outcome.target.removeprefix("github:")]]
        )
        present = served.names[outcome.target.removeprefix("github:")]
        assert outcome.renamed_to == (present if outcome.status == "renamed" else None)
    assert sum(outcome.calls for outcome in outcomes) < 30
