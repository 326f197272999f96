"""``gitfleet api``: any endpoint of a provider."""

from __future__ import annotations

import json
import re
import sys
from contextlib import aclosing, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl

import click

from gitfleet_api import DecodeError, GitProviderClient, JsonPath
from gitfleet_api.decoding.jsonpath import json_path
from gitfleet_api.http.urls import QueryValue

from ..clients import Clients
from ..exit_codes import CommandError, ExitCode
from ..fetching import NamedListing, pages_ahead
from ..output.rows import parse_fields
from ..output.target import Output
from ..output.writers import Format, ValueWriter, Writer, choose_format, create_writer
from ..pipeline import Job, run_job
from ..resources import Pages
from ..settings import Settings, output_options
from ..targets import parse_provider_name

__all__ = ["COMMANDS"]

# No docstring: a raw one, as the linter wants for \b, holds a backslash and a letter, which Click does not know.
_HELP = """Ask any endpoint, or write to it. PATH is what the provider's documentation shows.

\b
  gitfleet api github /repos/{owner}/{repo}/license -F owner=python -F repo=cpython
  gitfleet api github /repos/python/cpython/actions/runs --paginate --at workflow_runs
  gitfleet api gitlab /projects/{id}/pipelines -F id=group/project --paginate

Fields fill the {placeholders} of the path; the others are the query of a GET, and of other methods the JSON object
that is sent (with --input, the query)."""
_PLACEHOLDER = re.compile(r"\{\+?(\w+)\}")


@dataclass
class _Plain:
    """A row as it is."""

    value: Annotated[object, JsonPath("")]


@dataclass
class _Row(_Plain):
    """An object as it is. ``id`` tells rows apart: those that move to another page meanwhile are given once."""

    id: Annotated[object, JsonPath("id")] = None


@dataclass(frozen=True, slots=True)
class _ApiRequest:
    """A request, taken apart."""

    method: str
    path: str
    segments: dict[str, str | int] = field(default_factory=dict)
    params: dict[str, list[QueryValue]] = field(default_factory=dict)
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)


@click.command("api", help=_HELP, short_help="Any endpoint, by its path.")
@click.argument("provider")
@click.argument("path")
@click.option("-X", "--method", default="GET", show_default=True)
@click.option(
    "-F", "--field", "typed", multiple=True, metavar="KEY=VALUE", help="true, null, numbers, @file are typed."
)
@click.option("-f", "--raw-field", "raw", multiple=True, metavar="KEY=VALUE", help="The value is text, whatever it is.")
@click.option("-H", "--header", "headers", multiple=True, metavar="NAME: VALUE")
@click.option("--input", "body", metavar="FILE", help="JSON to send; - is stdin.")
@click.option("--paginate", is_flag=True, help="All pages of a listing; rows come as jsonl unless --format says else.")
@click.option("--at", default="", metavar="PATH", help="Where in an answer the wanted part is, like workflow_runs.")
@output_options
def api(
    settings: Settings,
    provider: str,
    path: str,
    method: str,
    typed: tuple[str, ...],
    raw: tuple[str, ...],
    headers: tuple[str, ...],
    body: str | None,
    paginate: bool,
    at: str,
) -> int:
    """Ask any endpoint, or write to it."""
    who = parse_provider_name(provider)
    values = [*(_pair(text, typed=True) for text in typed), *(_pair(text, typed=False) for text in raw)]
    question = _parse_request(method.upper(), path, values, headers, body)
    keys = json_path(at, "--at")
    if paginate and question.method != "GET":
        raise CommandError(f"--paginate is for GET, not {question.method}")
    with closing(Output(settings.output)) as output:
        form = _format(settings, output, default="jsonl" if paginate else "json")
        columns = () if settings.fields is None else parse_fields(settings.fields)
        if form == "json" and not paginate:
            writer: Writer = ValueWriter(output, columns or None)
        else:
            writer = create_writer(form, output, columns, all_fields=not columns, exact=settings.csv_exact)

        def sources(clients: Clients) -> list[NamedListing]:
            client = clients[who]
            return [
                NamedListing(
                    path, _pages(client, question, keys) if paginate else _answer(client, question, keys, form)
                )
            ]

        job = Job("rows", [who], sources, lambda _, item: item.value if isinstance(item, _Plain) else item)
        return run_job(job, settings, output, writer)


async def _pages(client: GitProviderClient, question: _ApiRequest, keys: tuple[str, ...]) -> Pages:
    given, are_objects = False, True
    try:
        async with aclosing(_listed(client, question, keys, _Row)) as pages:
            async for page in pages:
                given = True
                yield page
    except DecodeError as error:
        are_objects = given or error.row is None or error.field is not None
        if are_objects:
            raise
    if not are_objects:  # so they have no id, and come as they are
        async with aclosing(_listed(client, question, keys, _Plain)) as pages:
            async for page in pages:
                yield page


def _listed(client: GitProviderClient, question: _ApiRequest, keys: tuple[str, ...], model: type[_Plain]) -> Pages:
    segments: dict[str, Any] = question.segments
    params, headers = question.params, question.headers
    listing = client.fetch_all(question.path, model, at=keys, params=params, headers=headers, **segments)
    return listing.pages(ahead=pages_ahead(None))


async def _answer(client: GitProviderClient, question: _ApiRequest, keys: tuple[str, ...], form: Format) -> Pages:
    """The one answer; of a list each row, but for JSON, which has it as it came."""
    segments: dict[str, Any] = question.segments
    whole = await client.request(
        question.method,
        question.path,
        json=question.body,
        params=question.params,
        headers=question.headers,
        **segments,
    )
    if whole is not None:  # as an answer without a body
        value = _part(whole, keys)
        yield value if isinstance(value, list) and form != "json" else [value]


def _part(whole: object, keys: tuple[str, ...]) -> object:
    """What --at names. In rows a field that is not there is null; here it is a slip."""
    for number, key in enumerate(keys):
        if not isinstance(whole, dict) or key not in whole:
            there = f"has {', '.join(whole)}" if isinstance(whole, dict) else "is no object"
            where = f"what is at {'.'.join(keys[:number])}" if number else "the answer"
            raise CommandError(f"--at {'.'.join(keys)}: there is no such part, {where} {there}", ExitCode.FAILED)
        whole = whole[key]
    return whole


def _format(settings: Settings, output: Output, default: Format) -> Format:
    form = default
    if settings.format is not None or not output.is_standard:
        form = choose_format(settings.format, settings.output, output)
    if form in ("table", "csv", "markdown") and settings.fields is None:
        raise CommandError(f"--format {form} needs --fields: say which, like --fields id,actor.login")
    return form


def _pair(text: str, *, typed: bool) -> tuple[str, object]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise CommandError(f"{text!r} is no field: write it like owner=python")
    return key, _typed(value) if typed else value


def _typed(value: str) -> object:
    """What gh makes of the value of -F."""
    if value.startswith("@"):
        return _read(value[1:])
    if value in ("true", "false", "null"):
        return json.loads(value)
    return int(value) if re.fullmatch(r"-?[0-9]{1,18}", value) else value


def _read(path: str) -> str:
    try:
        return sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise CommandError(f"can't read {path}: {reason}") from None


def _parse_request(
    method: str, path: str, values: list[tuple[str, object]], headers: tuple[str, ...], body: str | None
) -> _ApiRequest:
    """Put the fields where they belong."""
    bare, _, query = path.partition("?")
    if not bare:
        raise CommandError("PATH is empty: write it like /repos/{owner}/{repo}; the root is /")
    names = dict.fromkeys(_PLACEHOLDER.findall(bare))
    given = {key for key, _ in values}
    for name in names:
        if name not in given:
            raise CommandError(f"{path}: there is no value for {{{name}}}: give it by -F {name}=...")
    segments = {_keyword(key): _segment(key, value) for key, value in values if key in names}
    others = [(key, value) for key, value in values if key not in names]
    reads = method in ("GET", "HEAD")
    params: dict[str, list[QueryValue]] = {}
    for key, value in (*parse_qsl(query, keep_blank_values=True), *(others if reads or body is not None else ())):
        params.setdefault(key, []).append(_query_value(key, value))
    sent: object = None if reads or not others else dict(others)
    if body is not None:
        try:
            sent = json.loads(_read(body))
        except ValueError as error:
            raise CommandError(f"--input {body} is no JSON: {error}") from None
    slash = "" if bare.startswith("/") else "/"
    return _ApiRequest(method, slash + bare, segments, params, sent, dict(map(_header, headers)))


def _keyword(name: str) -> str:
    """How the client's methods take the value of a placeholder: those called like their arguments, with a dash."""
    return f"{name}_" if name in ("at", "params", "headers", "json") else name


def _segment(key: str, value: object) -> str | int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise CommandError(f"{key}={json.dumps(value)} can't stand in a path; give it by -f as text")
    return value


def _query_value(key: str, value: object) -> QueryValue:
    if value is None or isinstance(value, str | int | float):
        return value
    raise CommandError(f"{key} can't stand in a query")


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise CommandError("-H takes a header like 'accept: application/json'")  # it may hold a secret: not shown
    return name.strip(), value.strip()


COMMANDS = [api]
