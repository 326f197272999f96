"""``gitfleet api PROVIDER graphql``: a query to the GraphQL API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gitfleet_api import GitProviderClient, GraphQLError
from gitfleet_api.graphql.document import Query

from ..exit_codes import CommandError
from ..fetching import pages_ahead
from ..output.formats import Format
from ..resources import Pages
from .api_parts import ApiField, PlainRow, read_json, select_part

__all__ = ["graphql_pages", "is_graphql"]

_QUERY = "query"


def is_graphql(path: str) -> bool:
    """Return whether a path means the GraphQL API, as in ``gh``."""
    return path.strip("/").lower() == "graphql"


def graphql_pages(
    fields: Sequence[ApiField], body: str | None, keys: tuple[str, ...], *, headers: Sequence[str], paginate: bool
) -> Callable[[GitProviderClient, Format], Pages]:
    """Return a function that sends a query and yields pages of rows.

    Args:
        fields: the field ``query``, and the variables.
        body: file with the JSON object to send, with ``query`` and ``variables``; None if ``fields`` has them.
        keys: the path of the wanted part; it begins with ``data``.
        headers: headers to send.
        paginate: whether all pages of the rows at ``keys`` are requested.

    Raises:
        CommandError: an argument is wrong.
        ConfigurationError: the query has no operation, or several.
    """
    query, variables = _parse(fields, body)
    if headers:
        raise CommandError("-H cannot be used with graphql")
    document = Query(query)
    if paginate:
        if document.writes:
            raise CommandError("--paginate requires a query, not a mutation")
        if len(keys) < 2:
            raise CommandError("--paginate needs --at, the path of the rows, such as data.viewer.repositories.nodes")
        return lambda client, _: client.graphql(query, variables, PlainRow, at=keys).pages(ahead=pages_ahead(None))
    return lambda client, form: _response(client, query, variables, keys, form)


def _parse(fields: Sequence[ApiField], body: str | None) -> tuple[str, Mapping[str, object]]:
    """Return the query and its variables."""
    given: dict[str, object] = {field.key: field.value for field in fields}
    sent = None if body is None else read_json(body)
    if body is not None:
        if not isinstance(sent, dict) or not isinstance(sent.get("variables") or {}, dict):
            raise CommandError(f"--input {body}: use an object like {{'query': '...', 'variables': {{...}}}}")
        given = {_QUERY: sent.get(_QUERY), **(sent.get("variables") or {}), **given}
    query = given.pop(_QUERY, None)
    if not isinstance(query, str) or not query.strip():
        raise CommandError("graphql needs a query: add -f query='{ viewer { login } }', or -F query=@FILE")
    return query, given


async def _response(
    client: GitProviderClient, query: str, variables: Mapping[str, object], keys: tuple[str, ...], form: Format
) -> Pages:
    """Send a query once. Data that came with errors is written before the error is reported, as ``gh`` does."""
    try:
        found: object = {"data": await client.graphql(query, variables)}
    except GraphQLError as error:
        if error.data is not None and not keys:
            yield [{"data": error.data}]
        raise
    value = select_part(found, keys)
    yield value if isinstance(value, list) and form != "json" else [value]
