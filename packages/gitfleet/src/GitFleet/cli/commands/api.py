"""``gitfleet api``: requests to any endpoint of a provider."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import aclosing, closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import click

from gitfleet_api import DecodeError, GitProviderClient, ProviderType
from gitfleet_api.decoding.jsonpath import json_path
from gitfleet_api.http.urls import QueryValue

from ..clients import Clients
from ..completion import complete_provider
from ..exit_codes import CommandError
from ..fetching import NamedListing, pages_ahead
from ..output.base import Writer
from ..output.formats import Format, choose_format
from ..output.rows import parse_fields
from ..output.target import Output
from ..output.writers import ValueWriter, create_writer
from ..pipeline import Job, run_job
from ..resources import Pages
from ..settings import Settings, shared_options
from ..targets import parse_provider_name
from .api_graphql import graphql_pages, is_graphql
from .api_parts import ApiField, PlainRow, Row, parse_field, read_json, select_part

__all__ = ["COMMANDS"]

# Not a docstring: the linter requires a raw docstring for \b, and Click does not recognize \b in raw text.
_HELP = """Send a request to any endpoint. PATH is the path in the documentation of the provider.

\b
  gitfleet api github /repos/{owner}/{repo}/license -F owner=python -F repo=cpython
  gitfleet api github /repos/python/cpython/actions/runs --paginate --at workflow_runs
  gitfleet api gitlab /projects/{id}/pipelines -F id=group/project --paginate
  gitfleet api github graphql -f query='query($n: Int!) { viewer { repositories(first: $n) { totalCount } } }' -F n=1

Fields replace the {placeholders} of the path. For GET, the remaining fields are sent as the query; for other methods
as a JSON object, or as the query if --input is used. PATH graphql sends the field query to the GraphQL API; the
remaining fields are its variables."""
_PLACEHOLDER = re.compile(r"\{\+?(\w+)\}")

_GRAPHQL_HELP = """Send a GraphQL query. QUERY is its text, or @FILE.

\b
  gitfleet graphql github '{ viewer { login } }'
  gitfleet graphql github @query.graphql -F first=50 --paginate --at data.viewer.repositories.nodes

With --paginate the query requests pageInfo { hasNextPage endCursor } beside the rows, and has a variable for after.
gitfleet api PROVIDER graphql does the same with the options of gh."""


@dataclass(frozen=True, slots=True)
class _ApiRequest:
    """The parts of a request."""

    method: str
    path: str
    segments: dict[str, str] = field(default_factory=dict)
    params: dict[str, list[QueryValue]] = field(default_factory=dict)
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)


@click.command("api", help=_HELP, short_help="Send a request to any endpoint.")
@click.argument("provider", shell_complete=complete_provider)
@click.argument("path")
@click.option("-X", "--method", default="GET", show_default=True)
@click.option(
    "-F",
    "--field",
    "typed",
    multiple=True,
    metavar="KEY=VALUE",
    help="A field. true, false, null and @file are converted; in a JSON body integers, too.",
)
@click.option("-f", "--raw-field", "raw", multiple=True, metavar="KEY=VALUE", help="A field whose value is text.")
@click.option("-H", "--header", "headers", multiple=True, metavar="NAME: VALUE")
@click.option("--input", "body", metavar="FILE", help="File with the JSON to send; - is stdin.")
@click.option("--paginate", is_flag=True, help="Fetch all pages of a listing. Default format: jsonl.")
@click.option("--at", default="", metavar="PATH", help="Path of the wanted part, such as workflow_runs.")
@shared_options
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
    """Send a request to any endpoint."""
    values = [*(parse_field(text, typed=True) for text in typed), *(parse_field(text, typed=False) for text in raw)]
    keys = json_path(at, "--at")
    if is_graphql(path):
        fetch = graphql_pages(values, body, keys, headers=headers, paginate=paginate)
    else:
        fetch = _rest_pages(_parse_request(method.upper(), path, values, headers, body), keys, paginate=paginate)
    return _write(settings, parse_provider_name(provider), path, fetch, paginate=paginate)


@click.command("graphql", help=_GRAPHQL_HELP, short_help="Send a GraphQL query.")
@click.argument("provider", shell_complete=complete_provider)
@click.argument("query")
@click.option("-F", "--field", "typed", multiple=True, metavar="NAME=VALUE", help="A variable, as in gitfleet api.")
@click.option("-f", "--raw-field", "raw", multiple=True, metavar="NAME=VALUE", help="A variable whose value is text.")
@click.option("--paginate", is_flag=True, help="Fetch all pages of the rows at --at. Default format: jsonl.")
@click.option("--at", default="", metavar="PATH", help="Path of the wanted part, such as data.viewer.")
@shared_options
def graphql(
    settings: Settings,
    provider: str,
    query: str,
    typed: tuple[str, ...],
    raw: tuple[str, ...],
    paginate: bool,
    at: str,
) -> int:
    """Send a GraphQL query."""
    fields = [*(parse_field(text, typed=True) for text in typed), *(parse_field(text, typed=False) for text in raw)]
    if any(field.key == "query" for field in fields):
        raise CommandError("a variable of gitfleet graphql cannot be named query; use gitfleet api PROVIDER graphql")
    fields.append(parse_field(f"query={query}", typed=query.startswith("@")))
    fetch = graphql_pages(fields, None, json_path(at, "--at"), headers=(), paginate=paginate)
    return _write(settings, parse_provider_name(provider), "graphql", fetch, paginate=paginate)


def _write(
    settings: Settings,
    chosen: ProviderType,
    label: str,
    fetch: Callable[[GitProviderClient, Format], Pages],
    *,
    paginate: bool,
) -> int:
    """Fetch pages and write them. A single response is one value in JSON."""
    with closing(Output(settings.output, append=settings.append)) as output:
        form = _format(settings, output, default="jsonl" if paginate else "json")
        columns = () if settings.fields is None else parse_fields(settings.fields)
        if form == "json" and not paginate:
            writer: Writer = ValueWriter(output, columns or None)
        else:
            writer = create_writer(form, output, columns, all_fields=not columns, exact=settings.csv_exact)

        def listings(clients: Clients) -> list[NamedListing]:
            return [NamedListing(label, fetch(clients[chosen], form))]

        job = Job(
            "rows", [chosen], listings, lambda _, item: item.value if isinstance(item, PlainRow) else item, kind="api"
        )
        return run_job(job, settings, output, writer)


def _rest_pages(
    request: _ApiRequest, keys: tuple[str, ...], *, paginate: bool
) -> Callable[[GitProviderClient, Format], Pages]:
    """Return a function that sends a request and yields pages of rows."""
    if not paginate:
        return lambda client, form: _response(client, request, keys, form)
    if request.method != "GET":
        raise CommandError(f"--paginate requires GET, not {request.method}")
    return lambda client, _: _pages(client, request, keys)


async def _pages(client: GitProviderClient, request: _ApiRequest, keys: tuple[str, ...]) -> Pages:
    received, are_objects = False, True
    try:
        async with aclosing(_page_listing(client, request, keys, Row)) as pages:
            async for page in pages:
                received = True
                yield page
    except DecodeError as error:
        are_objects = received or error.row is None or error.field is not None
        if are_objects:
            if error.code == "decode_shape" and error.row is None:
                error.message += "; --at PATH names the key of the rows"
                error.args = (error.message,)
            raise
    if not are_objects:  # such rows have no id, so repeated rows cannot be detected
        async with aclosing(_page_listing(client, request, keys, PlainRow)) as pages:
            async for page in pages:
                yield page


def _page_listing(
    client: GitProviderClient, request: _ApiRequest, keys: tuple[str, ...], model: type[PlainRow]
) -> Pages:
    segments: dict[str, Any] = request.segments
    params, headers = request.params, request.headers
    listing = client.fetch_all(request.path, model, at=keys, params=params, headers=headers, **segments)
    return listing.pages(ahead=pages_ahead(None))


async def _response(client: GitProviderClient, request: _ApiRequest, keys: tuple[str, ...], form: Format) -> Pages:
    """Fetch a single response. A list is one value in JSON; in other formats each of its items is a row."""
    segments: dict[str, Any] = request.segments
    body = await client.request(
        request.method,
        request.path,
        json=request.body,
        params=request.params,
        headers=request.headers,
        **segments,
    )
    if body is not None:  # None: a response without a body
        value = select_part(body, keys)
        yield value if isinstance(value, list) and form != "json" else [value]


def _format(settings: Settings, output: Output, default: Format) -> Format:
    form = default
    if settings.format is not None or not output.is_standard:
        form = choose_format(settings.format, settings.output, is_terminal=output.is_terminal)
    if form not in ("json", "jsonl") and settings.fields is None:
        raise CommandError(f"--format {form} needs --fields, such as --fields id,actor.login")
    return form


def _parse_request(
    method: str, path: str, values: list[ApiField], headers: tuple[str, ...], body: str | None
) -> _ApiRequest:
    """Split the arguments into the parts of a request."""
    bare, _, query = path.partition("?")
    if not bare:
        raise CommandError("PATH is empty: use a form like /repos/{owner}/{repo}; the root is /")
    names = dict.fromkeys(_PLACEHOLDER.findall(bare))
    given = {item.key for item in values}
    for name in names:
        if name not in given:
            raise CommandError(f"{path}: no value for {{{name}}}: add -F {name}=...")
    segments = {_keyword(item.key): _segment(item) for item in values if item.key in names}
    others = [item for item in values if item.key not in names]
    reads = method in ("GET", "HEAD")
    params: dict[str, list[QueryValue]] = {}
    in_query = others if reads or body is not None else []
    pairs: list[tuple[str, QueryValue]] = [*parse_qsl(query, keep_blank_values=True)]
    for key, value in (*pairs, *((item.key, item.text) for item in in_query)):
        params.setdefault(key, []).append(value)
    sent: object = None if reads or not others else {item.key: item.value for item in others}
    if body is not None:
        sent = read_json(body)
    slash = "" if bare.startswith("/") else "/"
    return _ApiRequest(method, slash + bare, segments, params, sent, dict(map(_header, headers)))


def _keyword(name: str) -> str:
    """Return the keyword of a placeholder: names of other parameters of the client's methods get an underscore."""
    return f"{name}_" if name in ("at", "params", "headers", "identity", "json") else name


def _segment(item: ApiField) -> str:
    if not isinstance(item.text, str):
        raise CommandError(f"{item.key}={json.dumps(item.value)} is not valid in a path; use -f to send it as text")
    return item.text


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise CommandError("-H requires a header such as 'accept: application/json'")  # the text can contain a secret
    return name.strip(), value.strip()


COMMANDS = [api, graphql]
