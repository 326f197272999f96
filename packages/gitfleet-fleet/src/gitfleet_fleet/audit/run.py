"""One audit of a fleet."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import aclosing
from datetime import datetime
from functools import partial
from typing import Any

from gitfleet_api import ConfigurationError, GitProviderClient

from ..kinds import PerRepository
from ..outcome import Outcome, status_of
from ..repository import Repository
from .facts import Facts, read_facts
from .findings import CHECKS, AuditReport, AuditRules, Finding, findings_of

__all__ = ["run_audit"]

_KIND = "audit"


async def run_audit(
    each: Callable[[PerRepository], AsyncGenerator[Outcome[Any], None]],
    checks: Collection[str],
    rules: AuditRules,
    now: datetime,
) -> AuditReport:
    """Audit all repositories and return the report.

    Args:
        each: Starts the iteration over a fleet.
        checks: Names of the checks. Empty for all.
        rules: When something is a finding.
        now: The present time.

    Raises:
        ConfigurationError: A check is unknown.
    """
    for check in checks:
        if check not in CHECKS:
            raise ConfigurationError(f"no check is named {check!r}; known are {', '.join(CHECKS)}")
    wanted = set(checks) or set(CHECKS)
    findings: list[Finding] = []
    missing: list[Outcome[Any]] = []
    count = 0
    async with aclosing(each(partial(audit, checks=wanted))) as outcomes:
        async for outcome in outcomes:
            count += outcome.repo is not None and not outcome.is_missing
            if outcome.is_missing or outcome.repo is None:
                missing.append(outcome)
                continue
            facts: Facts = outcome.rows[0]
            found = findings_of(outcome.repo, facts, rules, now)
            findings += [finding for finding in found if finding.check in wanted]
            missing += _failures(outcome, facts, wanted)
    order = {check: number for number, check in enumerate(CHECKS)}
    findings.sort(key=lambda item: (item.provider, item.repository.lower(), order[item.check], -(item.days or 0)))
    return AuditReport(findings, count, missing)


async def audit(client: GitProviderClient, repo: Repository, *, checks: Collection[str]) -> Facts:
    """Read what some checks need of a repository."""
    return await read_facts(client, repo, checks)


def _failures(outcome: Outcome[Any], facts: Facts, wanted: set[str]) -> list[Outcome[Any]]:
    return [
        dataclasses.replace(outcome, kind=check, status=status_of(error), rows=[], error=error)
        for check, error in facts.failures.items()
        if check in wanted
    ]
