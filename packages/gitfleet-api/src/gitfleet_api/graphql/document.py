"""The parts of a GraphQL document that paging needs."""

from __future__ import annotations

import re

from .._internal.lazy_dataclass import dataclass
from .._internal.text import shorten_repr
from ..errors import ConfigurationError

__all__ = ["Query"]

# Compiled by the first query: it takes 1.3 ms, and most processes send none.
_LEXEME = r"""
    (?P<ignored> [\s,\ufeff]+ | \#[^\n\r]* )
    | (?P<text> "{3}.*?(?<!\\)"{3} | "(?:\\.|[^"\\\n])*" )
    | (?P<token> \.\.\. | [A-Za-z_][A-Za-z0-9_]* | -?[0-9][0-9A-Za-z.+-]* | [!$&()=:@\[\]{}|] )
"""
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_TEXT = '""'
_MAX_DEPTH = 100
_PAGE_FIELDS = frozenset(("hasNextPage", "endCursor"))


@dataclass(frozen=True, slots=True)
class _Field:
    """A field, under its name in the response; ``selections`` is None for a field without selections."""

    name: str
    field: str
    after: str | None
    selections: list[_Field | _Spread] | None


@dataclass(frozen=True, slots=True)
class _Spread:
    """The fields of a fragment, named or inline."""

    fragment: str | None
    selections: list[_Field | _Spread]


class Query:
    """A document with one operation.

    Attributes:
        text: The document.
        writes: Whether the operation is a mutation.

    Raises:
        ConfigurationError: The text is not a query, or has more than one operation.
    """

    def __init__(self, text: object) -> None:
        if not isinstance(text, str) or not text.strip():
            raise ConfigurationError(f"query must be the text of a GraphQL query, not {shorten_repr(text)}")
        reader = _Reader(text)
        if len(reader.operations) != 1:
            found = len(reader.operations)
            raise ConfigurationError(f"query must hold one query or mutation, not {found}: send them one by one")
        ((kind, self._fields),) = reader.operations
        if kind == "subscription":
            raise ConfigurationError("a subscription can't be sent as a request; poll with a query instead")
        self.text = text
        self.writes: bool = kind == "mutation"
        self._fragments = reader.fragments
        self._after = reader.after

    def root_field(self, at: tuple[str, ...]) -> str | None:
        """Return the name in the schema of the first field on the path to the rows; it may have an alias."""
        return next((item.field for item in self._flat(self._fields) if item.name in at[:1]), None)

    def cursor(self, at: tuple[str, ...]) -> str | None:
        """Return the variable that takes the cursor of the next page; None if the rows have no pages.

        Args:
            at: Keys that lead to the rows.

        Raises:
            ConfigurationError: The query does not request ``at``, or its pages cannot be followed.
        """
        beside = self._fields
        after: str | None = None
        for depth, key in enumerate(at):
            level = self._flat(beside)
            fields = [item for item in level if item.name == key]
            if not fields:
                place = ".".join(("data", *at[: depth + 1]))
                raise ConfigurationError(f"the query does not ask for {place}: correct at=, or the query")
            if depth == len(at) - 1:
                return self._cursor_of(level, after, at)
            after = next((item.after for item in fields if item.after is not None), None)
            beside = [inner for item in fields for inner in item.selections or ()]
            if not beside:  # a path inside a scalar does not appear in the query
                return None
        return None

    def _cursor_of(self, level: list[_Field], after: str | None, at: tuple[str, ...]) -> str | None:
        page = [inner for item in level if item.name == "pageInfo" for inner in item.selections or ()]
        if not page:
            return None
        where = ".".join(("data", *at[:-1], "pageInfo"))
        if not _PAGE_FIELDS.issubset(item.name for item in self._flat(page)):
            raise ConfigurationError(f"{where} must ask for hasNextPage and endCursor, so that pages can be followed")
        if len(self._after) > 1:
            names = ", ".join(f"${name}" for name in sorted(self._after))
            raise ConfigurationError(
                f"only one listing of a query can be paged, and `after:` has several: {names}; send them apart"
            )
        if after is None:
            raise ConfigurationError(
                f"the query asks for {where}, but has no variable for the next page: declare `$cursor: String` and "
                f"write `after: $cursor` in what {'.'.join(at[:-1])} comes from, or leave pageInfo out"
            )
        return after

    def _flat(self, selections: list[_Field | _Spread]) -> list[_Field]:
        """Return the fields of a selection, with those of each fragment once."""
        fields: list[_Field] = []
        seen: set[str] = set()
        waiting = selections[::-1]
        while waiting:
            item = waiting.pop()
            if isinstance(item, _Field):
                fields.append(item)
            elif item.fragment is None:
                waiting += reversed(item.selections)
            elif item.fragment not in seen:
                seen.add(item.fragment)
                waiting += reversed(self._fragments.get(item.fragment, []))
        return fields


class _Reader:
    """Reads a document once, from left to right."""

    def __init__(self, text: str) -> None:
        self.operations: list[tuple[str, list[_Field | _Spread]]] = []
        self.fragments: dict[str, list[_Field | _Spread]] = {}
        self.after: set[str] = set()
        self._tokens = _tokens(text)
        self._next = 0
        while self._next < len(self._tokens):
            self._definition()

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self, expected: str | None = None) -> str:
        found = self._peek()
        self._next += 1
        if not found or (expected is not None and found != expected):
            shown = shorten_repr(found) if found else "its end"
            raise ConfigurationError(f"not a GraphQL query: {expected or 'more'!r} expected, found {shown}")
        return found

    def _name(self) -> str:
        found = self._take()
        if not re.fullmatch(_NAME, found):
            raise ConfigurationError(f"not a GraphQL query: a name expected, found {shorten_repr(found)}")
        return found

    def _definition(self) -> None:
        if self._peek() == "{":
            self.operations.append(("query", self._selections(0)))
            return
        kind = self._name()
        if kind == "fragment":
            name = self._name()
            self._take("on")
            self._name()
            self._directives()
            self.fragments[name] = self._selections(0)
        elif kind in ("query", "mutation", "subscription"):
            if self._peek() not in ("(", "@", "{"):
                self._name()
            self._arguments()
            self._directives()
            self.operations.append((kind, self._selections(0)))
        else:
            raise ConfigurationError(
                f"not a GraphQL query: it begins with {shorten_repr(kind)}, not with query, mutation or {{"
            )

    def _selections(self, depth: int) -> list[_Field | _Spread]:
        if depth > _MAX_DEPTH:
            raise ConfigurationError(f"the query is nested more than {_MAX_DEPTH} levels deep; ask in several")
        found: list[_Field | _Spread] = []
        self._take("{")
        while self._peek() != "}":
            found.append(self._spread(depth) if self._peek() == "..." else self._field(depth))
        self._take("}")
        if not found:
            raise ConfigurationError("not a GraphQL query: {} asks for nothing; name a field in it")
        return found

    def _spread(self, depth: int) -> _Spread:
        self._take("...")
        name = self._name() if self._peek() not in ("{", "@") else None
        if name == "on":
            self._name()
            name = None
        self._directives()
        return _Spread(name, self._selections(depth + 1) if name is None else [])

    def _field(self, depth: int) -> _Field:
        name = field = self._name()
        if self._peek() == ":":
            self._take()
            field = self._name()
        after = self._arguments()
        self._directives()
        return _Field(name, field, after, self._selections(depth + 1) if self._peek() == "{" else None)

    def _directives(self) -> None:
        while self._peek() == "@":
            self._take()
            self._name()
            self._arguments()

    def _arguments(self) -> str | None:
        """Skip the arguments, if there are any, and return the variable of ``after:``."""
        if self._peek() != "(":
            return None
        after: str | None = None
        open_brackets = 0
        while True:
            found = self._take()
            open_brackets += (found in "([{") - (found in ")]}")
            if open_brackets == 0:
                return after
            if open_brackets == 1 and found == "after" and self._tokens[self._next : self._next + 2] == [":", "$"]:
                self._next += 2
                after = self._name()
                self.after.add(after)


def _tokens(text: str) -> list[str]:
    """Return the tokens of a document. All strings become the same token, because nothing here needs their text."""
    found: list[str] = []
    place = 0
    token = re.compile(_LEXEME, re.VERBOSE | re.DOTALL)
    while place < len(text):
        match = token.match(text, place)
        if match is None:
            raise ConfigurationError(f"not a GraphQL query: nothing begins with {text[place : place + 10]!r}")
        place = match.end()
        if match.lastgroup != "ignored":
            found.append(_TEXT if match.lastgroup == "text" else match[0])
    return found
