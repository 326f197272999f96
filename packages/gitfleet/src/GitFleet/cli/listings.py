"""``gitfleet repos``, ``branches``, ``issues`` and their like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import click

from .clients import Clients
from .collecting import Source, pages_ahead
from .delivering import Delivery, deliver
from .exits import CommandError
from .kinds import KINDS, Filters, Kind
from .output import Output
from .rows import Column, Row, all_columns, as_row, columns_of
from .settings import Settings, output_options
from .targets import Target, target_of
from .writers import Format, format_for, writer_for

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


def _command(kind: Kind) -> click.Command:
    def run(
        settings: Settings,
        targets: tuple[str, ...],
        sort: str | None,
        reverse: bool,
        limit: int | None,
        **filters: Any,
    ) -> int:
        found = tuple(dict.fromkeys(target_of(text, repository=kind.of_repository) for text in targets))
        order = None if sort is None else _order(sort, kind)
        with closing(Output(settings.output)) as output:
            form = format_for(settings.format, settings.output, output)
            columns = _columns(settings.fields, kind, form, found)
            writer = writer_for(form, output, columns, all_fields=settings.fields is None, exact=settings.csv_exact)
            return deliver(_delivery(kind, found, Filters(**filters), order, reverse, limit), settings, output, writer)

    form = "PROVIDER:OWNER/REPO..." if kind.of_repository else "PROVIDER:OWNER..."
    example = "github:python/cpython" if kind.of_repository else "github:python gitlab:gnome"
    decorated = output_options(run)
    for decorator in reversed((*(_FILTERS[name] for name in _FILTERS if name in kind.filters), *_ORDER)):
        decorated = decorator(decorated)
    decorated = click.argument("targets", nargs=-1, required=True, metavar=form)(decorated)
    fields = ", ".join((*_extra(kind), *(column.name for column in all_columns(kind.model))))
    short = f" Short names: {', '.join(kind.aliases)}." if kind.aliases else ""
    text = f"{kind.help}\n\nFor example: gitfleet {kind.command} {example}\n\nFields: {fields}.{short}"
    return click.command(kind.command, help=text, short_help=kind.help)(decorated)


def _order(field: str, kind: Kind) -> Column:
    columns = columns_of(field, kind.model, kind.aliases, _extra(kind)) if field.strip(" ,") else ()
    if len(columns) != 1:
        raise CommandError(f"--sort takes one field, not {field!r}")
    return columns[0]


def _extra(kind: Kind) -> tuple[str, ...]:
    return (_REPOSITORY,) if kind.of_repository else ()


def _columns(fields: str | None, kind: Kind, form: Format, targets: Sequence[Target]) -> tuple[Column, ...]:
    if fields is not None:
        return columns_of(fields, kind.model, kind.aliases, _extra(kind))
    if form == "csv":
        return all_columns(kind.model, _extra(kind))
    shown = kind.shown
    if kind.of_repository and len(targets) > 1:
        shown = f"{_REPOSITORY},{shown}"
    if len({target.provider for target in targets}) > 1:
        shown = f"provider,{shown}"
    return columns_of(shown, kind.model, kind.aliases, _extra(kind))


def _delivery(
    kind: Kind,
    targets: Sequence[Target],
    filters: Filters,
    order: Column | None,
    reverse: bool,
    limit: int | None,
) -> Delivery:
    def sources(clients: Clients) -> list[Source]:
        found = [(target.text, kind.fetch(clients[target.provider], target, filters)) for target in targets]
        ahead = pages_ahead(limit if order is None else None)
        return [Source(text, listing.pages(ahead=ahead)) for text, listing in found]

    def row(number: int, item: object) -> Row:
        return {_REPOSITORY: targets[number].path, **as_row(item)} if kind.of_repository else as_row(item)

    providers = [target.provider for target in targets]
    return Delivery(kind.what, providers, sources, row, order, reverse, limit)


COMMANDS = [_command(kind) for kind in KINDS]
