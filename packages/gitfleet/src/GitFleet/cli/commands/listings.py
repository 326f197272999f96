"""The listing commands: ``gitfleet repos``, ``branches``, ``issues`` and so on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import click

from ..clients import Clients
from ..completion import FieldsCommand, complete_fields
from ..exit_codes import CommandError
from ..fetching import NamedListing, pages_ahead
from ..fleet_fetching import FleetSource
from ..ledger_job import LedgerJob, run_with_ledger
from ..output.formats import WHOLE_ROWS, Format, choose_format
from ..output.rows import OutputField, as_row, model_fields, parse_fields
from ..output.target import Output
from ..output.writers import create_writer
from ..owner_listings import owner_listings
from ..pipeline import Job, run_job
from ..repository_listings import fleet_source, position_in
from ..resources import RESOURCES, Filters, Resource
from ..selection import Selection, selection_options
from ..settings import Settings, shared_options
from ..times import TIME

__all__ = ["COMMANDS"]

_Decorator = Callable[[Callable[..., int]], Callable[..., int]]

_FILTERS: dict[str, _Decorator] = {
    "state": click.option("--state", type=click.Choice(["open", "closed", "all"]), default="all", show_default=True),
    "since": click.option("--since", type=TIME, metavar="TIME", help="Nothing older than this time, such as 7d."),
    "until": click.option("--until", type=TIME, metavar="TIME", help="Nothing newer than this time."),
    "ref": click.option("--ref", help="Branch, tag or commit to start from. Default: the default branch."),
    "path": click.option("--path", help="Only commits that change this file or folder."),
    "anonymous": click.option("--anonymous", is_flag=True, help="Include contributors without an account."),
    "created_before": click.option(
        "--created-before", type=TIME, metavar="TIME", help="Only those created before this time, such as 30d."
    ),
    "created_after": click.option(
        "--created-after", type=TIME, metavar="TIME", help="Only those created at this time or later."
    ),
}
_ORDER: tuple[_Decorator, ...] = (
    click.option(
        "--sort",
        metavar="FIELD",
        shell_complete=complete_fields,
        help="Numbers and times in descending order, text from A to Z.",
    ),
    click.option("--reverse", is_flag=True, help="Reverse the sort order."),
    click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N rows in total."),
)
_LEDGER: tuple[_Decorator, ...] = (
    click.option(
        "--ledger",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help="Keep the rows in this SQLite file. If the command is killed, the same command continues.",
    ),
    click.option("--failed", is_flag=True, help="Only repeat the failures of the ledger."),
    click.option(
        "--executor",
        metavar="WORKERS",
        help="Let workers send the requests of --ledger: processes:8, or dask:tcp://HOST:PORT for a cluster.",
    ),
)
_TIMES = (
    "A TIME is a date, a time (2025-01-31T12:00Z), or a duration before the current hour or day (UTC): "
    "12h, 7d, 3w, 1y. "
    "Targets may also be URLs, and groups inside groups."
)


def _command(resource: Resource) -> click.Command:
    def run(
        settings: Settings,
        selection: Selection,
        sort: str | None,
        reverse: bool,
        limit: int | None,
        ledger: str | None = None,
        failed: bool = False,
        executor: str | None = None,
        **filters: Any,
    ) -> int:
        if ledger is not None:
            if sort is not None or reverse or limit is not None:
                raise CommandError("--ledger keeps all rows: it excludes --sort, --reverse and --limit")
            return run_with_ledger(
                LedgerJob(resource, selection, Filters(**filters), settings, ledger, failed, executor)
            )
        if executor is not None:
            raise CommandError("--executor needs --ledger FILE")
        if failed:
            raise CommandError("--failed needs --ledger FILE")
        order = None if sort is None else _order(sort, resource)
        with closing(Output(settings.output, append=settings.append)) as output:
            form = choose_format(settings.format, settings.output, is_terminal=output.is_terminal)
            columns = _columns(settings.fields, resource, form, selection)
            writer = create_writer(form, output, columns, all_fields=settings.fields is None, exact=settings.csv_exact)
            job = _job(resource, selection, Filters(**filters), order, reverse, limit)
            return run_job(job, settings, output, writer)

    example = "github:python gitlab:gnome" if resource.of == "owner" else "github:python github:encode/httpx"
    decorated = shared_options(run)
    of_rows = [_FILTERS[name] for name in _FILTERS if name in resource.filters]
    for decorator in reversed((*of_rows, *_ORDER, *(() if resource.of == "owner" else _LEDGER))):
        decorated = decorator(decorated)
    decorated = selection_options(decorated)
    names = (*resource.extra, *(column.name for column in model_fields(resource.model)))
    short = f" Short names: {', '.join(resource.aliases)}." if resource.aliases else ""
    text = f"{resource.help}\n\nFor example: gitfleet {resource.command} {example}\n\n{_TIMES}\n\n"
    return click.command(
        resource.command,
        cls=FieldsCommand,
        field_names=(*names, *resource.aliases),
        help=f"{text}Fields: {', '.join(names)}.{short}",
        short_help=resource.help,
    )(decorated)


def _order(field: str, resource: Resource) -> OutputField:
    columns = parse_fields(field, resource.model, resource.aliases, resource.extra) if field.strip(" ,") else ()
    if len(columns) != 1:
        raise CommandError(f"--sort takes one field, not {field!r}")
    return columns[0]


def _columns(fields: str | None, resource: Resource, form: Format, selection: Selection) -> tuple[OutputField, ...]:
    if fields is not None:
        return parse_fields(fields, resource.model, resource.aliases, resource.extra)
    if form in WHOLE_ROWS:
        return model_fields(resource.model, resource.extra)
    shown = resource.table_fields
    if resource.extra and not (selection.is_one_repository or (resource.of == "owner" and len(selection.texts) == 1)):
        shown = f"{resource.extra[0]},{shown}"
    if len(selection.providers) > 1:
        shown = f"provider,{shown}"
    return parse_fields(shown, resource.model, resource.aliases, resource.extra)


def _job(
    resource: Resource,
    selection: Selection,
    filters: Filters,
    order: OutputField | None,
    reverse: bool,
    limit: int | None,
) -> Job:
    ahead = pages_ahead(limit if order is None else None)
    if resource.of == "owner":
        owners: list[str] = []

        def listings(clients: Clients) -> list[NamedListing]:
            found = owner_listings(resource, selection, clients, ahead)
            owners[:] = [owner for owner, _ in found]
            return [listing for _, listing in found]

        def to_row(number: int, item: object) -> object:
            return {"owner": owners[number], **as_row(item)} if resource.extra else as_row(item)

        return Job(
            *(resource.noun, selection.providers, listings, to_row, order, reverse, limit),
            kind=resource.command,
            targets="owners",
        )

    def source(clients: Clients) -> FleetSource:
        return fleet_source(resource, selection, filters, clients, ahead)

    return Job(
        *(
            resource.noun,
            selection.providers,
            source,
            lambda repo, item: {"repository": repo.full_name, **as_row(item)},
        ),
        *(order, reverse, limit),
        kind=resource.command,
        targets="repositories",
        position=position_in(selection),
    )


COMMANDS = [_command(resource) for resource in RESOURCES]
