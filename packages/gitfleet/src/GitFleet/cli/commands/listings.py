"""The listing commands: ``gitfleet repos``, ``branches``, ``issues`` and so on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import click

from ..clients import Clients
from ..exit_codes import CommandError
from ..fetching import NamedListing, pages_ahead
from ..output.formats import WHOLE_ROWS, Format, choose_format
from ..output.rows import OutputField, Row, as_row, model_fields, parse_fields
from ..output.target import Output
from ..output.writers import create_writer
from ..pipeline import Job, run_job
from ..resources import RESOURCES, Filters, Resource
from ..settings import Settings, shared_options
from ..targets import Target, parse_target

__all__ = ["COMMANDS"]

_REPOSITORY = "repository"
"""The first field of rows from repositories: the path of the repository."""

_Decorator = Callable[[Callable[..., int]], Callable[..., int]]


def _parse_time(_context: click.Context, _option: click.Parameter, text: str | None) -> datetime | None:
    """Parse a date or a time. The default time zone is UTC."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a time: use a form like 2025-01-31 or 2025-01-31T12:00Z") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


_FILTERS: dict[str, _Decorator] = {
    "state": click.option("--state", type=click.Choice(["open", "closed", "all"]), default="all", show_default=True),
    "since": click.option("--since", metavar="TIME", callback=_parse_time, help="Nothing older than this time."),
    "until": click.option("--until", metavar="TIME", callback=_parse_time, help="Nothing newer than this time."),
    "ref": click.option("--ref", help="Branch, tag or commit to start from. Default: the default branch."),
    "path": click.option("--path", help="Only commits that change this file or folder."),
    "anonymous": click.option("--anonymous", is_flag=True, help="Include contributors without an account."),
}
_ORDER: tuple[_Decorator, ...] = (
    click.option("--sort", metavar="FIELD", help="Numbers and times in descending order, text from A to Z."),
    click.option("--reverse", is_flag=True, help="Reverse the sort order."),
    click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N rows in total."),
)


def _command(resource: Resource) -> click.Command:
    def run(
        settings: Settings,
        targets: tuple[str, ...],
        sort: str | None,
        reverse: bool,
        limit: int | None,
        **filters: Any,
    ) -> int:
        found = tuple(dict.fromkeys(parse_target(text, repository=resource.of_repository) for text in targets))
        order = None if sort is None else _order(sort, resource)
        with closing(Output(settings.output, append=settings.append)) as output:
            form = choose_format(settings.format, settings.output, is_terminal=output.is_terminal)
            columns = _columns(settings.fields, resource, form, found)
            writer = create_writer(form, output, columns, all_fields=settings.fields is None, exact=settings.csv_exact)
            return run_job(_job(resource, found, Filters(**filters), order, reverse, limit), settings, output, writer)

    form = "PROVIDER:OWNER/REPO..." if resource.of_repository else "PROVIDER:OWNER..."
    example = "github:python/cpython" if resource.of_repository else "github:python gitlab:gnome"
    decorated = shared_options(run)
    for decorator in reversed((*(_FILTERS[name] for name in _FILTERS if name in resource.filters), *_ORDER)):
        decorated = decorator(decorated)
    decorated = click.argument("targets", nargs=-1, required=True, metavar=form)(decorated)
    fields = ", ".join((*_extra(resource), *(column.name for column in model_fields(resource.model))))
    short = f" Short names: {', '.join(resource.aliases)}." if resource.aliases else ""
    text = f"{resource.help}\n\nFor example: gitfleet {resource.command} {example}\n\nFields: {fields}.{short}"
    return click.command(resource.command, help=text, short_help=resource.help)(decorated)


def _order(field: str, resource: Resource) -> OutputField:
    columns = parse_fields(field, resource.model, resource.aliases, _extra(resource)) if field.strip(" ,") else ()
    if len(columns) != 1:
        raise CommandError(f"--sort takes one field, not {field!r}")
    return columns[0]


def _extra(resource: Resource) -> tuple[str, ...]:
    return (_REPOSITORY,) if resource.of_repository else ()


def _columns(
    fields: str | None, resource: Resource, form: Format, targets: Sequence[Target]
) -> tuple[OutputField, ...]:
    if fields is not None:
        return parse_fields(fields, resource.model, resource.aliases, _extra(resource))
    if form in WHOLE_ROWS:
        return model_fields(resource.model, _extra(resource))
    shown = resource.table_fields
    if resource.of_repository and len(targets) > 1:
        shown = f"{_REPOSITORY},{shown}"
    if len({target.provider for target in targets}) > 1:
        shown = f"provider,{shown}"
    return parse_fields(shown, resource.model, resource.aliases, _extra(resource))


def _job(
    resource: Resource,
    targets: Sequence[Target],
    filters: Filters,
    order: OutputField | None,
    reverse: bool,
    limit: int | None,
) -> Job:
    def listings(clients: Clients) -> list[NamedListing]:
        found = [(target.text, resource.fetch(clients[target.provider], target, filters)) for target in targets]
        ahead = pages_ahead(limit if order is None else None)
        return [NamedListing(text, listing.pages(ahead=ahead)) for text, listing in found]

    def to_row(number: int, item: object) -> Row:
        return {_REPOSITORY: targets[number].path, **as_row(item)} if resource.of_repository else as_row(item)

    providers = [target.provider for target in targets]
    targets_noun = "repositories" if resource.of_repository else "owners"
    return Job(
        *(resource.noun, providers, listings, to_row, order, reverse, limit),
        kind=resource.command,
        targets=targets_noun,
    )


COMMANDS = [_command(resource) for resource in RESOURCES]
