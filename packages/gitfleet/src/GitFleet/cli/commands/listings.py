"""``gitfleet repos``, ``branches``, ``issues`` and their like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import click

from ..clients import Clients
from ..exit_codes import CommandError
from ..fetching import NamedListing, pages_ahead
from ..output.rows import OutputField, Row, as_row, model_fields, parse_fields
from ..output.target import Output
from ..output.writers import Format, choose_format, create_writer
from ..pipeline import Job, run_job
from ..resources import RESOURCES, Filters, Resource
from ..settings import Settings, output_options
from ..targets import Target, parse_target

__all__ = ["COMMANDS"]

_REPOSITORY = "repository"
"""The first field of what is in a repository: which one."""

_Decorator = Callable[[Callable[..., int]], Callable[..., int]]


def _moment(_context: click.Context, _option: click.Parameter, text: str | None) -> datetime | None:
    """A day or a time; without a zone it is UTC."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no time: write it like 2025-01-31 or 2025-01-31T12:00Z") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


_FILTERS: dict[str, _Decorator] = {
    "state": click.option("--state", type=click.Choice(["open", "closed", "all"]), default="all", show_default=True),
    "since": click.option("--since", metavar="TIME", callback=_moment, help="None older than this day or time."),
    "until": click.option("--until", metavar="TIME", callback=_moment, help="None newer than this day or time."),
    "ref": click.option("--ref", help="Branch, tag or commit to begin at, instead of the default branch."),
    "path": click.option("--path", help="Only those that change this file or folder."),
    "anonymous": click.option("--anonymous", is_flag=True, help="Also those without an account."),
}
_ORDER: tuple[_Decorator, ...] = (
    click.option("--sort", metavar="FIELD", help="Numbers and times from the greatest, text from A to Z."),
    click.option("--reverse", is_flag=True, help="Sort the other way round."),
    click.option("--limit", type=click.IntRange(min=1), metavar="N", help="No more than N in all."),
)


def _command(kind: Resource) -> click.Command:
    def run(
        settings: Settings,
        targets: tuple[str, ...],
        sort: str | None,
        reverse: bool,
        limit: int | None,
        **filters: Any,
    ) -> int:
        found = tuple(dict.fromkeys(parse_target(text, repository=kind.of_repository) for text in targets))
        order = None if sort is None else _order(sort, kind)
        with closing(Output(settings.output)) as output:
            form = choose_format(settings.format, settings.output, output)
            columns = _columns(settings.fields, kind, form, found)
            writer = create_writer(form, output, columns, all_fields=settings.fields is None, exact=settings.csv_exact)
            return run_job(_job(kind, found, Filters(**filters), order, reverse, limit), settings, output, writer)

    form = "PROVIDER:OWNER/REPO..." if kind.of_repository else "PROVIDER:OWNER..."
    example = "github:python/cpython" if kind.of_repository else "github:python gitlab:gnome"
    decorated = output_options(run)
    for decorator in reversed((*(_FILTERS[name] for name in _FILTERS if name in kind.filters), *_ORDER)):
        decorated = decorator(decorated)
    decorated = click.argument("targets", nargs=-1, required=True, metavar=form)(decorated)
    fields = ", ".join((*_extra(kind), *(column.name for column in model_fields(kind.model))))
    short = f" Short names: {', '.join(kind.aliases)}." if kind.aliases else ""
    text = f"{kind.help}\n\nFor example: gitfleet {kind.command} {example}\n\nFields: {fields}.{short}"
    return click.command(kind.command, help=text, short_help=kind.help)(decorated)


def _order(field: str, kind: Resource) -> OutputField:
    columns = parse_fields(field, kind.model, kind.aliases, _extra(kind)) if field.strip(" ,") else ()
    if len(columns) != 1:
        raise CommandError(f"--sort takes one field, not {field!r}")
    return columns[0]


def _extra(kind: Resource) -> tuple[str, ...]:
    return (_REPOSITORY,) if kind.of_repository else ()


def _columns(fields: str | None, kind: Resource, form: Format, targets: Sequence[Target]) -> tuple[OutputField, ...]:
    if fields is not None:
        return parse_fields(fields, kind.model, kind.aliases, _extra(kind))
    if form == "csv":
        return model_fields(kind.model, _extra(kind))
    shown = kind.shown
    if kind.of_repository and len(targets) > 1:
        shown = f"{_REPOSITORY},{shown}"
    if len({target.provider for target in targets}) > 1:
        shown = f"provider,{shown}"
    return parse_fields(shown, kind.model, kind.aliases, _extra(kind))


def _job(
    kind: Resource,
    targets: Sequence[Target],
    filters: Filters,
    order: OutputField | None,
    reverse: bool,
    limit: int | None,
) -> Job:
    def sources(clients: Clients) -> list[NamedListing]:
        found = [(target.text, kind.fetch(clients[target.provider], target, filters)) for target in targets]
        ahead = pages_ahead(limit if order is None else None)
        return [NamedListing(text, listing.pages(ahead=ahead)) for text, listing in found]

    def row(number: int, item: object) -> Row:
        return {_REPOSITORY: targets[number].path, **as_row(item)} if kind.of_repository else as_row(item)

    providers = [target.provider for target in targets]
    return Job(kind.what, providers, sources, row, order, reverse, limit)


COMMANDS = [_command(kind) for kind in RESOURCES]
