"""``gitfleet audit``: what needs attention in the repositories of a fleet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from typing import Any

import click

from gitfleet_fleet import AuditReport, Finding, Fleet, FleetEvent, TargetListed, UnitDone
from gitfleet_fleet.audit.findings import CHECKS

from ..clients import Clients
from ..completion import FieldsCommand
from ..exit_codes import ExitCode
from ..fetching import FailedListing
from ..output.formats import WHOLE_ROWS, choose_format
from ..output.rows import as_row, model_fields, parse_fields
from ..output.target import Output
from ..output.writers import create_writer
from ..pipeline import Job, Work, run_job
from ..plurals import counted
from ..progress.displays import Display
from ..report import Report
from ..selection import Selection, selection_options
from ..settings import Settings, shared_options
from ..stderr import print_message

__all__ = ["COMMANDS"]

_Decorator = Callable[[Callable[..., int]], Callable[..., int]]

_SHOWN = "repository,check,subject,days"
_SHORT = {"date": "since"}
_FIELDS = [column.name for column in model_fields(Finding)]
# Not a docstring: the linter requires a raw docstring for \b, and Click does not recognize \b in raw text.
_HELP = f"""Find what needs attention in the repositories of owners.

\b
  gitfleet audit github:python
  gitfleet audit --from owners.txt --no-archived --format markdown -o audit.md
  gitfleet audit github:python --check stale_branch --stale-days 30 --strict

\b
Checks:
  archived                    read-only; nothing else is checked
  inactive                    no push for --inactive-days
  no_license                  the provider recognizes no license file
  unprotected_default_branch  no rule protects the default branch
  stale_branch                no commit for --stale-days
  old_pull_request            open for longer than --pull-request-days

The exit code is 0 with and without findings; with --strict it is 8 if there is a finding. It is 7 if something could
not be read; the other findings are written. Fields: {", ".join(_FIELDS)}."""


def _days(option: str, default: int, text: str) -> _Decorator:
    return click.option(option, type=click.IntRange(min=1), default=default, show_default=True, metavar="N", help=text)


@click.command(
    "audit",
    cls=FieldsCommand,
    field_names=(*_FIELDS, *_SHORT),
    help=_HELP,
    short_help="Find what needs attention: old branches, unprotected branches, no license, ...",
)
@selection_options
@click.option("--check", "checks", multiple=True, type=click.Choice(CHECKS), help="Only this check. Repeat it.")
@_days("--stale-days", 90, "Days without a commit after which a branch is stale.")
@_days("--pull-request-days", 30, "Days after which an open pull request is old.")
@_days("--inactive-days", 365, "Days without a push after which a repository is inactive.")
@click.option("--strict", is_flag=True, help="Exit with code 8 if there is a finding.")
@shared_options
def audit(
    settings: Settings,
    selection: Selection,
    checks: tuple[str, ...],
    stale_days: int,
    pull_request_days: int,
    inactive_days: int,
    strict: bool,
) -> int:
    """Find what needs attention in the repositories of owners."""
    reports: list[AuditReport] = []

    async def read(fleet: Fleet) -> AuditReport:
        found = await fleet.audit(
            *checks, stale_days=stale_days, pull_request_days=pull_request_days, inactive_days=inactive_days
        )
        reports.append(found)
        return found

    with closing(Output(settings.output, append=settings.append)) as output:
        form = choose_format(settings.format, settings.output, is_terminal=output.is_terminal)
        shown = f"provider,{_SHOWN}" if len(selection.providers) > 1 else _SHOWN
        columns = parse_fields(settings.fields or shown, Finding, _SHORT)
        if form in WHOLE_ROWS and settings.fields is None:
            columns = model_fields(Finding)
        writer = create_writer(form, output, columns, all_fields=settings.fields is None, exact=settings.csv_exact)
        job = Job(
            *("findings", selection.providers, lambda clients: _work(selection, clients, read)),
            lambda _, item: as_row(item),
            kind="audit",
            targets="repositories",
        )
        code = run_job(job, settings, output, writer)
    if reports and not settings.quiet:
        _print_counts(reports[0])
    has_findings = strict and reports and reports[0].findings
    return ExitCode.FINDINGS if has_findings and code == ExitCode.OK else code


def _work(selection: Selection, clients: Clients, read: Callable[[Fleet], Awaitable[AuditReport]]) -> Work:
    async def work(
        on_rows: Callable[[Any, Sequence[object]], Awaitable[None]], display: Display, report: Report
    ) -> list[FailedListing]:
        tally = display.tally
        tally.begin_fleet()

        def on_event(event: FleetEvent) -> None:
            if isinstance(event, TargetListed):
                tally.add_listed(event.repositories, is_growing=event.total is None)
            elif isinstance(event, UnitDone):
                tally.add_done(is_target=event.kind == "repositories")
            display.on_page()

        chosen = [clients[provider] for provider in selection.providers]
        found = await read(Fleet(*selection.texts, clients=chosen, on_event=on_event, **selection.filters))
        tally.rows = len(found.findings)
        await on_rows(0, found.findings)
        failed = []
        seen: set[tuple[str, Exception]] = set()
        for outcome in found.missing:
            if outcome.error is not None and (outcome.target, outcome.error) not in seen:  # several checks may need it
                seen.add((outcome.target, outcome.error))
                report.add(outcome.target, outcome.error, status=outcome.status, kind=outcome.kind)
                failed.append(FailedListing(outcome.target, outcome.error, is_named=outcome.repo is None))
        return failed

    return work


def _print_counts(report: AuditReport) -> None:
    """Print the number of findings by check."""
    found = ", ".join(f"{count:,} {check}" for check, count in report.counts.items()) or "no findings"
    print_message(f"{counted(report.repositories, 'repositories')}: {found}")


COMMANDS = [audit]
