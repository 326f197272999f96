"""The execution of queries with tables of resolvers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    execute_sync,
    parse,
    validate,
    visit,
)

from ..data.fleet import Fleet
from .settings import GraphQLSettings

__all__ = ["Executor", "Json", "QueryContext", "Resolver", "Tables", "shown", "writes"]

Json = dict[str, Any]


@dataclass
class QueryContext:
    """The context of one query.

    Attributes:
        fleet: the data to serve.
        login: the user. None for a request without a token.
        settings: how the API behaves.
        repositories: number of requested repositories so far.
        more: values of the service, such as the rate limit.
    """

    fleet: Fleet
    login: str | None
    settings: GraphQLSettings
    repositories: int = 0
    more: Json = field(default_factory=dict)


#: A resolver: takes the object, the arguments and the context, returns the value.
Resolver = Callable[[Any, Json, QueryContext], Any]
Tables = Mapping[str, Mapping[str, Resolver]]


class Executor:
    """Executes queries with one schema.

    Args:
        schema: the schema in the schema definition language.
        tables: the resolvers of each type's fields.
        type_of: returns the type name of an object.
    """

    def __init__(self, schema: str, tables: Tables, type_of: Callable[[Any], str]) -> None:
        self._schema = build_schema(schema)
        self._tables = tables
        self._type_of = type_of

    def run(self, request: Json, query: QueryContext) -> Json:
        """Execute a query. Returns ``data``, and ``errors`` if there are any; an invalid query has errors only."""
        try:
            document = parse(request["query"])
        except GraphQLError as error:
            return {"errors": [shown(error)]}
        problems = validate(self._schema, document) or self._removed_fields(document, query.settings)
        if problems:
            return {"errors": [shown(error) for error in problems]}
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

    def _removed_fields(self, document: DocumentNode, settings: GraphQLSettings) -> list[GraphQLError]:
        """Return an error for each field that an older server does not have, in the words of the services."""
        if not settings.removed:
            return []
        types, errors = TypeInfo(self._schema), []

        class Finder(Visitor):
            def enter_field(self, node: FieldNode, *_: Any) -> None:
                parent = types.get_parent_type()
                where = ("" if parent is None else parent.name, node.name.value)
                if where in settings.removed:
                    names = {"typeName": where[0], "fieldName": where[1]}
                    message = f"Field '{where[1]}' doesn't exist on type '{where[0]}'"
                    errors.append(GraphQLError(message, extensions={"code": "undefinedField", **names}))

        visit(document, TypeInfoVisitor(types, Finder()))
        return errors

    def _resolve(self, source: Any, info: Any, **arguments: Any) -> Any:
        broken = info.context.settings.broken
        if broken:
            full_name = str(getattr(source, "full_name", "")).lower()
            message = broken.get((info.parent_type.name, info.field_name, full_name))
            if message is not None:
                raise GraphQLError(message)
        table = self._tables.get(info.parent_type.name, {})
        found = table.get(info.field_name)
        if found is not None:
            return found(source, arguments, info.context)
        return source[info.field_name]


def writes(query: str) -> bool:
    """Return whether the query is a mutation."""
    try:
        definitions = parse(query).definitions
    except GraphQLError:
        return False
    return any(
        isinstance(item, OperationDefinitionNode) and item.operation == OperationType.MUTATION for item in definitions
    )


def shown(error: GraphQLError) -> Json:
    """Return an error as the services send it, with its type next to the message."""
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
