"""``gitfleet api PROVIDER graphql``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command_line import CommandLine

_PAGES = """query($login: String!, $cursor: String) { organization(login: $login) {
    repositories(first: 100, after: $cursor) { nodes { name } pageInfo { hasNextPage endCursor } } } }"""
_ROWS = "data.organization.repositories.nodes"


def test_fields_are_variables_with_types(gitfleet_on: CommandLine) -> None:
    query = (
        "query($n: Int!, $login: String!) { organization(login: $login) { repositories(first: $n) { totalCount } } }"
    )
    done = gitfleet_on.run("api", "github", "graphql", "-f", f"query={query}", "-F", "n=1", "-f", "login=small")
    assert json.loads(done.out) == {"data": {"organization": {"repositories": {"totalCount": 30}}}}
    (request,) = gitfleet_on.forge.requests
    assert (request.method, json.loads(request.body)["variables"]) == ("POST", {"n": 1, "login": "small"})


@pytest.mark.parametrize("path", ["graphql", "/graphql"])
@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_both_providers_have_the_path_graphql(gitfleet: CommandLine, provider: str, path: str) -> None:
    done = gitfleet.run("api", provider, path, "-f", "query={ __typename }", "--at", "data")
    assert json.loads(done.out) == {"__typename": "Query"}


def test_paginate_writes_the_rows_of_all_pages(gitfleet_on: CommandLine) -> None:
    arguments = ("-f", f"query={_PAGES}", "-f", "login=acme", "--paginate", "--at", _ROWS)
    done = gitfleet_on.run("api", "github", "graphql", *arguments)
    assert sorted(row["name"] for row in done.rows) == [f"tool-{number:03}" for number in range(250)]
    assert len(gitfleet_on.forge.requests) == 3


def test_the_query_and_its_variables_can_be_files(gitfleet: CommandLine, tmp_path: Path) -> None:
    query, body = tmp_path / "query.graphql", tmp_path / "body.json"
    query.write_text("query($login: String!) { organization(login: $login) { login } }")
    body.write_text(json.dumps({"query": query.read_text(), "variables": {"login": "acme"}}))
    for arguments in (("-F", f"query=@{query}", "-f", "login=acme"), ("--input", str(body))):
        done = gitfleet.run("api", "github", "graphql", *arguments, "--at", "data.organization.login")
        assert json.loads(done.out) == "acme"


def test_errors_are_exit_code_1_after_the_data(gitfleet: CommandLine) -> None:
    done = gitfleet.run("api", "github", "graphql", "-f", "query={ nonsense }")
    assert done.code == 1
    assert done.error.startswith("gitfleet: graphql: POST ")
    query = '{ a: organization(login: "acme") { login } b: organization(login: "nobody") { login } }'
    done = gitfleet.run("api", "github", "graphql", "-f", f"query={query}")
    assert done.code != 0
    assert json.loads(done.out) == {"data": {"a": {"login": "acme"}, "b": None}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "graphql needs a query"),
        (("-F", "query=1"), "graphql needs a query"),
        (("-f", "query={ a }", "-H", "a: b"), "-H cannot be used with graphql"),
        (("-f", f"query={_PAGES}", "--paginate"), "--paginate needs --at"),
        (("-f", "query=mutation { a }", "--paginate", "--at", "data.a"), "--paginate requires a query"),
        (("-f", "query={ a { nodes { b } } }", "--paginate", "--at", "data.a.nodes", "-f", "query="), "graphql needs"),
    ],
)
def test_wrong_arguments_are_one_line_and_nothing_is_sent(
    gitfleet: CommandLine, arguments: tuple[str, ...], message: str
) -> None:
    done = gitfleet.run("api", "github", "graphql", *arguments)
    assert done.code == 2
    assert message in done.error
    assert gitfleet.forge.requests == []


def test_the_command_graphql_takes_the_query_as_an_argument_or_file(gitfleet_on: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "query.graphql"
    file.write_text(_PAGES)
    for query in (_PAGES, f"@{file}"):
        done = gitfleet_on.run("graphql", "github", query, "-F", "login=acme", "--paginate", "--at", _ROWS)
        assert done.code == 0
        assert len(done.rows) == 250
    plain = gitfleet_on.run("graphql", "gitlab", "{ __typename }")
    assert json.loads(plain.out) == {"data": {"__typename": "Query"}}
    wrong = gitfleet_on.run("graphql", "github", "{ __typename }", "-f", "query=x")
    assert wrong.code == 2
    assert "cannot be named query" in wrong.error
