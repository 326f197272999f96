"""Running queries over tables of fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from ..data.fleet import Fleet
from .settings import GraphQLSettings

__all__ = ["Executor", "FieldOf", "Json", "QueryContext", "Tables", "shown", "writes"]

Json = dict[str, Any]


@dataclass
class QueryContext:
    """Who asks, and what the query has come across so far.

    Attributes:
        login: None for anybody.
        repositories: how many were asked for.
    """

    fleet: Fleet
    login: str | None
    settings: GraphQLSettings
    repositories: int = 0
    more: Json = field(default_factory=dict)


#: From what a field is asked of, its arguments and who asks to its value.
FieldOf = Callable[[Any, Json, QueryContext], Any]
Tables = Mapping[str, Mapping[str, FieldOf]]


class Executor:
    """Answers queries over one schema.

    Args:
        schema: in the schema definition language.
        tables: the fields of each type.
        type_of: the name of an object's type, where a field may have several.
    """

    def __init__(self, schema: str, tables: Tables, type_of: Callable[[Any], str]) -> None:
        self._schema = build_schema(schema)
        self._tables = tables
        self._type_of = type_of

    def run(self, request: Json, query: QueryContext) -> Json:
        """``data``, and ``errors`` where there are some; a query that is wrong has errors alone."""
        try:
            document = parse(request["query"])
        except GraphQLError as error:
            return {"errors": [shown(error)]}
        wrong = validate(self._schema, document)
        if wrong:
            return {"errors": [shown(error) for error in wrong]}
        result = execute_sync(
            self._schema,
            document,
            context_value=query,
            variable_values=request.get("variables") or {},
            operation_name=request.get("operationName"),
            field_resolver=self._resolve,
            type_resolver=lambda value, _info, _type: self._type_of(value),
        )
        response: Json = {"data": result.data}
        if result.errors:
            response["errors"] = [shown(error) for error in result.errors]
        return response

    def _resolve(self, source: Any, info: Any, **arguments: Any) -> Any:
        table = self._tables.get(info.parent_type.name, {})
        found = table.get(info.field_name)
        if found is not None:
            return found(source, arguments, info.context)
        return source[info.field_name]


def writes(query: str) -> bool:
    """Whether the text is a mutation."""
    try:
        definitions = parse(query).definitions
    except GraphQLError:
        return False
    return any(
        isinstance(item, OperationDefinitionNode) and item.operation == OperationType.MUTATION for item in definitions
    )


def shown(error: GraphQLError) -> Json:
    """An error as the services write it: with its type beside the message."""
    extensions = dict(error.extensions or {})
    entry: Json = {}
    if "type" in extensions:
        entry["type"] = extensions.pop("type")
    if error.path is not None:
        entry["path"] = error.path
    if extensions:
        entry["extensions"] = extensions
    if error.locations:
        entry["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    entry["message"] = error.message
    return entry
