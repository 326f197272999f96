"""What an audit finds, and the rules by which it finds it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from ..outcome import Outcome
from ..repository import Repository
from .facts import Facts

__all__ = ["CHECKS", "AuditReport", "AuditRules", "Check", "Finding", "findings_of"]

Check = Literal["archived", "inactive", "no_license", "unprotected_default_branch", "stale_branch", "old_pull_request"]
CHECKS: tuple[Check, ...] = get_args(Check)


@dataclass(frozen=True, slots=True)
class AuditRules:
    """From when on something is a finding."""

    stale_branch: timedelta = timedelta(days=90)
    """Age of the newest commit of a branch other than the default one."""
    old_pull_request: timedelta = timedelta(days=30)
    """Age of an open pull request."""
    inactive: timedelta = timedelta(days=365)
    """Time since the last push."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that needs attention in a repository."""

    repository: str
    """Full name of the repository."""
    check: Check
    """``archived``, ``inactive`` (no push for a year), ``no_license``, ``unprotected_default_branch``,
    ``stale_branch`` or ``old_pull_request``."""
    subject: str | None = None
    """The branch, or the number and title of the pull request. None for the repository itself."""
    days: int | None = None
    """Days since the last push, the newest commit or the creation. None for a check without a time."""
    since: datetime | None = None
    """That time (aware)."""
    url: str | None = None
    """URL of the web page of the repository or the pull request."""
    provider: str = "github"
    """The provider of the repository."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The result of an audit."""

    findings: list[Finding]
    """The findings, by repository and check."""
    repositories: int
    """Number of repositories that were checked."""
    missing: list[Outcome[Any]] = field(repr=False)
    """Outcomes of repositories, targets and single checks that could not be read. The kind of an outcome is ``audit``,
    or the name of a check."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of findings by check."""
        found = Counter(finding.check for finding in self.findings)
        return {check: found[check] for check in CHECKS if found[check]}


def findings_of(repo: Repository, facts: Facts, rules: AuditRules, now: datetime) -> Iterator[Finding]:
    """Yield the findings in a repository. An archived repository is read-only, so nothing else is found in it.

    Args:
        repo: The repository.
        facts: What is known about it.
        rules: When something is a finding.
        now: The present time.
    """
    info = facts.info

    def finding(check: Check, subject: str | None, since: datetime | None, url: str | None = None) -> Finding:
        days = None if since is None else (now - since).days
        return Finding(repo.full_name, check, subject, days, since, url or info.html_url, str(repo.provider))

    if info.archived:
        yield finding("archived", None, None)
        return
    if info.pushed_at is not None and now - info.pushed_at > rules.inactive:
        yield finding("inactive", None, info.pushed_at)
    if facts.has_license is False:
        yield finding("no_license", None, None)
    for branch in facts.branches:
        if branch.is_default and branch.protected is False:
            yield finding("unprotected_default_branch", branch.name, None)
        is_old = branch.committed_at is not None and now - branch.committed_at > rules.stale_branch
        if is_old and not branch.is_default:
            yield finding("stale_branch", branch.name, branch.committed_at)
    for pull in facts.pulls:
        if pull.created_at is not None and now - pull.created_at > rules.old_pull_request:
            yield finding("old_pull_request", f"#{pull.number} {pull.title}", pull.created_at, pull.html_url)
