"""Issues and pull requests against the local forge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from gitfleet_testing import Forge
from support import expected, expected_discussions
from support.clients import MakeClient
from support.plain import fetch_all
from support.storied import FULL, ORG, USER, storied_fleet
from support.varied import ask

REPO = "storied"
OLDEST = "sort=created&direction=asc"


@pytest.fixture(scope="module")
def shared() -> Iterator[Forge]:
    with Forge(storied_fleet()) as running:
        running.add_token("octo", login=USER)
        yield running


@pytest.fixture
def forge(shared: Forge) -> Forge:
    shared.reset_limits()
    shared.clear_log()
    return shared


def _history(forge: Forge) -> Any:
    return forge.fleet.history(forge.fleet.repository(FULL))


@pytest.mark.parametrize("state", ["open", "closed", "all"])
def test_every_issue_of_a_state_is_given_oldest_first(make_client: MakeClient, forge: Forge, state: Any) -> None:
    raw = fetch_all(forge, f"/repos/{FULL}/issues?state={state}&{OLDEST}", "octo")
    found = ask(make_client, forge, lambda client: client.fetch_issues(ORG, REPO, state=state))
    assert found == [expected_discussions.issue(row) for row in raw if "pull_request" not in row]
    made = {item.number for item in _history(forge).issues if state in ("all", item.state)}
    assert {issue.number for issue in found} == made
    assert [issue.created_at for issue in found] == sorted(issue.created_at for issue in found)
    assert not any(issue.is_pull_request for issue in found)


def test_issues_are_all_of_them_if_nothing_is_said(make_client: MakeClient, forge: Forge) -> None:
    found = ask(make_client, forge, lambda client: client.fetch_issues(ORG, REPO))
    assert len(found) == len(_history(forge).issues) == 232
    assert {issue.state for issue in found} == {"open", "closed"}


def test_pull_requests_are_among_issues_when_asked_for(make_client: MakeClient, forge: Forge) -> None:
    raw = fetch_all(forge, f"/repos/{FULL}/issues?state=all&{OLDEST}", "octo")
    found = ask(make_client, forge, lambda client: client.fetch_issues(ORG, REPO, pull_requests=True))
    assert found == [expected_discussions.issue(row) for row in raw]
    history = _history(forge)
    assert {item.number for item in found if item.is_pull_request} == {item.number for item in history.pulls}
    assert len(found) == len(history.issues) + len(history.pulls) == 354


def test_issues_since_a_time_are_those_changed_at_it_or_later(make_client: MakeClient, forge: Forge) -> None:
    made = sorted(_history(forge).issues, key=lambda issue: issue.updated_at)
    moment = datetime.fromisoformat(made[100].updated_at)
    for since, first in ((moment, 100), (moment + timedelta(seconds=1), 101)):
        found = ask(make_client, forge, lambda client, since=since: client.fetch_issues(ORG, REPO, since=since))
        wanted = {issue.number for issue in made if datetime.fromisoformat(issue.updated_at) >= since}
        assert {issue.number for issue in found} == wanted
        assert made[first].number in wanted
    assert made[99].number not in wanted


def test_issues_hold_what_the_fleet_says(make_client: MakeClient, forge: Forge) -> None:
    found = {issue.title: issue for issue in ask(make_client, forge, lambda client: client.fetch_issues(ORG, REPO))}
    ghost, assigned = found["Of a ghost 👻"], found["Assigned"]
    assert (ghost.author, ghost.body, ghost.labels, ghost.assignees) == (None, None, (), ())
    assert [person.login for person in assigned.assignees] == [USER, "member-001"]
    assert (assigned.labels, assigned.locked, assigned.comments) == (("bug",), True, 12)
    milestones = {issue.milestone for issue in _history(forge).issues}
    assert {issue.milestone for issue in found.values()} <= milestones


@pytest.mark.parametrize("state", ["open", "closed", "all"])
def test_every_pull_request_of_a_state_is_given_oldest_first(make_client: MakeClient, forge: Forge, state: Any) -> None:
    raw = fetch_all(forge, f"/repos/{FULL}/pulls?state={state}&{OLDEST}", "octo")
    found = ask(make_client, forge, lambda client: client.fetch_pull_requests(ORG, REPO, state=state))
    assert found == [expected_discussions.pull_request(row) for row in raw]
    made = {item.number: item for item in _history(forge).pulls if state in ("all", item.state)}
    assert {pull.number for pull in found} == set(made)
    assert [pull.created_at for pull in found] == sorted(pull.created_at for pull in found)
    for pull in found:
        assert pull.head_sha == made[pull.number].head_sha
        assert pull.merged_at == expected.time(made[pull.number].merged_at)


def test_pull_requests_hold_what_the_fleet_says(make_client: MakeClient, forge: Forge) -> None:
    pulls = ask(make_client, forge, lambda client: client.fetch_pull_requests(ORG, REPO))
    found = {pull.title: pull for pull in pulls}
    gone, merged = found["From nowhere"], found["Merged"]
    assert (gone.head_repo, gone.author, gone.draft, gone.state, gone.merged_at) == (None, None, True, "open", None)
    assert (gone.merged, merged.merged) == (False, True)
    assert (gone.head_ref, gone.base_ref, gone.base_repo.full_name) == ("topic", "main", FULL)
    assert (merged.state, merged.merge_commit_sha, merged.head_repo.full_name) == ("closed", "f" * 40, FULL)
    assert [person.login for person in merged.reviewers] == [USER]
    assert len(pulls) == 122
