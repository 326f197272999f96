"""Reading queries: what a real parser takes is taken, and nothing else ends in anything but a refusal."""

from __future__ import annotations

import pytest

pytest.importorskip("graphql", reason="needs graphql-core to compare with")

import graphql
from hypothesis import given
from hypothesis import strategies as st

from gitfleet_api import ConfigurationError
from gitfleet_api.graphql.document import Query

_PIECES = (
    *("query", "mutation", "subscription", "fragment", "on", "after", "first", "a", "b", "F", "pageInfo", "true"),
    *("{", "}", "(", ")", "[", "]", ":", "$", "@", "=", "!", "...", "|", "&", ",", " ", "\n", "#x\n", "1", "-2.5e3"),
    *('"t"', '""', '"\\""', '"""b"""', '""""""', '"{"', '"', "\\", "?", "é", "{ a }", "(after: $a)", "a { b }"),
    *("... F", "... on F { a }", "($a: [Int!] = [1])", "@x(y: {z: [$a]})", "query Q", "fragment F on F { a }"),
)


def _operations(text: str) -> list[str] | None:
    """The kinds of the operations that graphql-core reads; None where it reads nothing."""
    try:
        document = graphql.parse(text)
    except graphql.GraphQLSyntaxError:
        return None
    found = [item for item in document.definitions if isinstance(item, graphql.OperationDefinitionNode)]
    known = (graphql.OperationDefinitionNode, graphql.FragmentDefinitionNode)
    return [item.operation.value for item in found] if all(isinstance(i, known) for i in document.definitions) else None


def _field(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    alias = st.sampled_from(("", "x: ", "y : "))
    arguments = st.sampled_from(("", "(after: $c)", '(q: "}{", r: {s: [1, $c]})', "(first: 5, after: $c, last: null)"))
    directive = st.sampled_from(("", " @include(if: $c)", " @a @b(c: ENUM)"))
    below = st.lists(children, min_size=1, max_size=3).map(lambda parts: " {" + " ".join(parts) + "}")
    name = st.sampled_from(("a", "on", "query", "fragment", "after", "nodes", "_1"))
    return st.tuples(alias, name, arguments, directive, below | st.just("")).map("".join)


_SELECTION = st.recursive(
    st.sampled_from(("a", "x: b", "... F", "...F @a", "... { a }", "... on T { a }", "... @a(b: 1) { c }")),
    _field,
    max_leaves=12,
)
_HEAD = st.sampled_from(("", "query ", "query Q", "mutation M($a: [T!]! = [1] @x, $b: U = {c: 1}) @y ", "mutation "))
_DOCUMENT = st.tuples(_HEAD, st.lists(_SELECTION, min_size=1, max_size=3)).map(
    lambda parts: f"{parts[0]}{{ {' '.join(parts[1])} }} fragment F on T @z {{ a ...G }}"
)


@given(_DOCUMENT)
def test_a_query_that_a_real_parser_takes_is_taken(text: str) -> None:
    kinds = _operations(text)
    assert kinds is not None
    assert Query(text).writes == (kinds == ["mutation"])


@given(st.lists(st.sampled_from(_PIECES), max_size=25).map(" ".join) | st.text(max_size=40))
def test_whatever_is_given_is_read_as_a_real_parser_does_or_refused(text: str) -> None:
    kinds = _operations(text)
    try:
        query = Query(text)
    except ConfigurationError as error:
        # Some releases of graphql-core let empty braces pass, which the specification does not.
        empty = "asks for nothing" in str(error)
        assert kinds is None or len(kinds) != 1 or kinds == ["subscription"] or empty
    else:
        # It reads no further than paging needs, so that it takes some arguments that are none.
        assert kinds is None or [("query", "mutation")[query.writes]] == kinds


@pytest.mark.parametrize(
    ("text", "at", "cursor"),
    [
        ("query($c: String) { x(after: $c) { nodes { a } pageInfo { hasNextPage endCursor } } }", ("x", "nodes"), "c"),
        ("query($c: String) { x(after:$c){ nodes{a} i: pageInfo { hasNextPage } } }", ("x", "nodes"), None),
        ("query($c: String) { y: x(after: $c) { e { a } pageInfo { endCursor hasNextPage } } }", ("y", "e"), "c"),
        ("{ x { nodes { a } } }", ("x", "nodes"), None),
        ("{ x { a } }", ("x",), None),
        ("{ x }", ("x", "whatever", "a scalar holds"), None),
        ("{ x }", (), None),
        ("{ ...F } fragment F on T { x { ...F } ...F }", ("x", "x"), None),
    ],
)
def test_the_variable_of_the_next_page_is_found(text: str, at: tuple[str, ...], cursor: str | None) -> None:
    assert Query(text).cursor(at) == cursor


@pytest.mark.parametrize("twice", [" ", " ...F{next} "], ids=["a chain", "doubled each time"])
def test_fragments_within_fragments_are_read_once_however_many(twice: str) -> None:
    links = [f"fragment F{n} on T {{ ...F{n + 1}{twice.format(next=f'{n + 1}')}}}" for n in range(2000)]
    last = "fragment F2000 on T { a(after: $c) { nodes pageInfo { hasNextPage endCursor } } }"
    query = Query(f"query($c: String) {{ ...F0 }} {' '.join(links)} {last}")
    assert query.cursor(("a", "nodes")) == "c"
