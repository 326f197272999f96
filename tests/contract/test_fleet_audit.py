"""Audits of a fleet: each finding, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gitfleet_api import ConfigurationError, GitHubClient, GitLabClient, GitProviderClient, ProviderType
from gitfleet_fleet import AuditReport, Fleet
from gitfleet_testing import Fleet as Data
from gitfleet_testing import Forge
from support.running import run

OWNER = "acme"


def ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    data = Data()
    data.add_organization(OWNER)
    good: dict[str, Any] = {"license": "mit", "branches": ["main"], "commits": 3}
    for name in ("good", "unlicensed", "sleeping", "stale", "pulls", "gone"):
        more = {"license": None} if name == "unlicensed" else {}
        data.add_repository(OWNER, name, **{**good, **more})
    data.add_repository(OWNER, "attic", **{**good, "license": None}, archived=True, pushed_at=ago(900))
    data.add_repository(OWNER, "hollow", license="mit", empty=True, created_at=ago(9), pushed_at=ago(9))
    for name in ("good", "unlicensed", "sleeping", "stale", "pulls"):
        path = f"{OWNER}/{name}"
        data.add_commit(path, committed_at=ago(500 if name == "sleeping" else 1))
        main = next(branch for branch in data.repository(path).branches if branch.name == "main")
        data.update(path, branches=(dataclasses.replace(main, protected=name != "pulls"),))
    old = data.add_commit(f"{OWNER}/stale", committed_at=ago(120))
    new = data.add_commit(f"{OWNER}/stale", committed_at=ago(2))
    main = data.repository(f"{OWNER}/stale").branches[0]
    heads = (
        main,
        dataclasses.replace(main, name="old", sha=old.sha),
        dataclasses.replace(main, name="new", sha=new.sha),
    )
    data.update(f"{OWNER}/stale", branches=heads)
    for days, state in ((1, "open"), (45, "open"), (80, "closed")):
        data.add_pull_request(f"{OWNER}/pulls", f"{days} days", created_at=ago(days), state=state)
    data.remove(f"{OWNER}/gone", listed=True)
    with Forge(data, anonymous_limit=5000) as running:
        yield running


@pytest.fixture(params=["github", "github without a token", "gitlab"])
def client(request: pytest.FixtureRequest, forge: Forge, engine: str) -> GitProviderClient:
    token = None if "without" in request.param else forge.token
    if request.param == "gitlab":
        return GitLabClient(token, forge.gitlab_url, backend=engine, retry=None)  # type: ignore[arg-type]
    return GitHubClient(token, forge.url, backend=engine, retry=None)  # type: ignore[arg-type]


def audit(client: GitProviderClient, *checks: str, **options: Any) -> AuditReport:
    async def main() -> AuditReport:
        async with client:
            return await Fleet(f"{client.provider_type}:{OWNER}", clients=client).audit(*checks, **options)

    return run(main())


def test_an_audit_finds_what_needs_attention(client: GitProviderClient) -> None:
    report = audit(client)
    assert [(finding.repository, finding.check, finding.subject) for finding in report.findings] == [
        (f"{OWNER}/attic", "archived", None),
        (f"{OWNER}/pulls", "unprotected_default_branch", "main"),
        (
            f"{OWNER}/pulls",
            "old_pull_request",
            next(f.subject for f in report.findings if f.check == "old_pull_request"),
        ),
        (f"{OWNER}/sleeping", "inactive", None),
        (f"{OWNER}/stale", "stale_branch", "old"),
        (f"{OWNER}/unlicensed", "no_license", None),
    ]
    by_check = {finding.check: finding for finding in report.findings}
    assert (by_check["old_pull_request"].subject or "").endswith("45 days")
    assert {check: finding.days for check, finding in by_check.items()} == {
        "archived": None,
        "unprotected_default_branch": None,
        "old_pull_request": 45,
        "inactive": 500,
        "stale_branch": 120,
        "no_license": None,
    }
    assert report.counts == dict.fromkeys(by_check, 1)
    assert [(outcome.target, outcome.status) for outcome in report.missing] == [
        (f"{client.provider_type}:{OWNER}/gone", "gone")
    ]
    assert report.repositories == 7


def test_days_and_checks_can_be_chosen(client: GitProviderClient) -> None:
    assert [finding.check for finding in audit(client, "stale_branch").findings] == ["stale_branch"]
    assert audit(client, "stale_branch", stale_days=130).findings == []
    found = audit(client, "old_pull_request", "inactive", pull_request_days=60, inactive_days=600)
    assert found.findings == []


def test_an_archived_repository_costs_no_call_and_others_three(forge: Forge, engine: str) -> None:
    client = GitHubClient(forge.token, forge.url, backend=engine, retry=None)  # type: ignore[arg-type]
    forge.clear_log()
    audit(client)
    paths = [request.path for request in forge.requests]
    assert not any("attic" in path for path in paths)
    assert sum("/stale" in path for path in paths) == 2
    assert paths.count("/graphql") == 7


@pytest.mark.parametrize(
    ("checks", "queries", "without_a_token", "gitlab"),
    [
        ("archived inactive", (0, 0), 0, 0),
        ("no_license", (1, 0), 1, 1),
        ("unprotected_default_branch", (0, 1), 1, 1),
        ("stale_branch", (1, 1), 4, 1),
        ("old_pull_request", (0, 1), 1, 1),
        ("stale_branch no_license", (1, 1), 5, 2),
    ],
)
def test_fewer_checks_cost_fewer_calls(
    forge: Forge, client: GitProviderClient, checks: str, queries: tuple[int, int], without_a_token: int, gitlab: int
) -> None:
    forge.clear_log()
    report = audit(client, *checks.split())
    assert {finding.check for finding in report.findings} == set(checks.split())
    paths = [request.path.replace("%2F", "/") for request in forge.requests]
    graphql, rest = paths.count("/graphql") // 7, sum("acme/stale" in path for path in paths)  # 7 repositories
    if client.provider_type is ProviderType.GITLAB:
        assert (graphql, rest) == (0, gitlab)
    else:
        assert (graphql, rest) == (queries if client.session.tokens() else (0, without_a_token))


def test_a_part_that_fails_is_missing_and_the_others_are_found(forge: Forge, engine: str) -> None:
    client = GitHubClient(forge.token, forge.url, backend=engine, retry=None)  # type: ignore[arg-type]
    forge.fail(f"/repos/{OWNER}/pulls/pulls", status=403, times=None)
    try:
        report = audit(client)
    finally:
        forge.clear_faults()
    assert ("unprotected_default_branch", f"{OWNER}/pulls") in {
        (item.check, item.repository) for item in report.findings
    }
    assert "old_pull_request" not in report.counts
    assert {(outcome.target, outcome.kind, outcome.status) for outcome in report.missing} == {
        (f"github:{OWNER}/gone", "audit", "gone"),
        (f"github:{OWNER}/pulls", "old_pull_request", "forbidden"),
    }


@pytest.mark.parametrize("token", ["the token", None])
def test_branches_without_times_are_never_silent(forge: Forge, engine: str, token: str | None) -> None:
    client = GitHubClient(token and forge.token, forge.url, backend=engine, retry=None)  # type: ignore[arg-type]
    path = "/graphql" if token else f"/repos/{OWNER}/stale/commits/*"
    forge.fail(path, status=502, times=None)
    try:
        report = audit(client, "stale_branch")
    finally:
        forge.clear_faults()
    assert not report.counts
    assert (f"github:{OWNER}/stale", "stale_branch", "failed") in {
        (outcome.target, outcome.kind, outcome.status) for outcome in report.missing
    }


def test_an_unknown_check_is_an_error_before_anything_is_sent(forge: Forge, engine: str) -> None:
    client = GitHubClient(forge.token, forge.url, backend=engine)  # type: ignore[arg-type]
    forge.clear_log()
    with pytest.raises(ConfigurationError, match="no check is named 'stale'; known are archived"):
        audit(client, "stale")
    with pytest.raises(ConfigurationError, match="stale_days must be"):
        audit(client, stale_days=0)
    assert forge.requests == []
