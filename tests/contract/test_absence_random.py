"""Random partial responses to batches: each repository has one outcome, and none that exists is called gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from gitfleet_api import GitProviderClient, RepositoryOutcome, Retry
from support.clients import maker
from support.gitlab_clients import gitlab
from support.graphql_nodes import github_node, github_rest, gitlab_node, gitlab_rest
from support.raw_server import Link, RawRequest, RawServer, http_response
from support.running import run

SETTINGS = settings(
    max_examples=max(50, settings.default.max_examples // 4),  # each one is a client, a connection and some requests
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
TOKEN = "t" * 40
MOST = 8

names = st.integers(0, MOST - 1).map(lambda number: f"acme/r{number}")
kinds = st.sampled_from([None, "NOT_FOUND", "FORBIDDEN", "INTERNAL", "RESOURCE_LIMITS_EXCEEDED", "UNKNOWN"])
messages = st.sampled_from(
    [
        "Something went wrong while executing your query",
        "Could not resolve to a Repository with the name 'acme/r1'.",
        "Internal server error",
        "Timeout on Project.openIssuesCount",
        "Field 'visibility' doesn't exist on type 'Repository'",
        "Field 'isForked' doesn't exist on type 'Project'",
        "Query has complexity of 251, which exceeds max complexity of 250",
        "",
    ]
)
errors = st.fixed_dictionaries({"message": messages}, optional={"type": kinds, "path": st.just(None)})
# How one repository is in a response. "ok" is complete; the others are not, and say nothing that is final.
forms = st.sampled_from(["ok", "null", "left out", "wrong type", "malformed", "part", "null with error", "nested"])
wholes = st.sampled_from(["as it is"] * 6 + ["no data", "null data", "error of all", "404", "502", "html", "cut off"])


@dataclass
class Reply:
    """How the server responds to one query."""

    whole: str
    forms: list[str]
    error: dict[str, Any]
    order: list[int]


replies = st.builds(
    Reply, wholes, st.lists(forms, min_size=MOST, max_size=MOST), errors, st.permutations(range(MOST)).map(list)
)


@dataclass
class Scenario:
    """What exists, and how the server responds to queries and to REST calls."""

    exists: dict[str, bool] = field(default_factory=dict)
    broken_rest: set[str] = field(default_factory=set)
    replies: list[Reply] = field(default_factory=list)

    def next_reply(self) -> Reply:
        """The next reply; the last one repeats."""
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


scenarios = st.builds(
    Scenario,
    st.fixed_dictionaries({f"acme/r{number}": st.booleans() for number in range(MOST)}),
    st.sets(names, max_size=2),
    st.lists(replies, min_size=1, max_size=3),
)


class Server:
    """A server of one provider: its REST API is right, its GraphQL API is not."""

    def __init__(self, provider: str) -> None:
        self.scenario = Scenario()
        self.provider = provider

    def play(self, link: Link) -> None:
        """Respond to all requests of a connection."""
        while (request := link.read()) is not None:
            link.send(self._graphql(request) if request.method == "POST" else self._rest(request))

    def _rest(self, request: RawRequest) -> bytes:
        path = unquote(request.target.partition("?")[0])
        name = "/".join(path.split("/")[-2:])
        if name in self.scenario.broken_rest:
            return http_response({"message": "broken"}, status=500)
        if not self.scenario.exists[name]:
            return http_response({"message": "Not Found"}, status=404)
        return http_response(github_rest(name) if self.provider == "github" else gitlab_rest(name))

    def _graphql(self, request: RawRequest) -> bytes:
        reply = self.scenario.next_reply()
        variables = json.loads(request.body)["variables"]
        body = (self._github if self.provider == "github" else self._gitlab)(reply, variables)
        if reply.whole == "404":
            return http_response({"message": "Not Found"}, status=404)
        if reply.whole == "502":
            return http_response(b"", status=502)
        if reply.whole == "html":
            return http_response(b"<html>sign in</html>")
        if reply.whole == "no data":
            body = {}
        elif reply.whole == "null data":
            body = {"data": None}
        elif reply.whole == "error of all":
            body["errors"] = [*body.get("errors", ()), {key: reply.error[key] for key in reply.error if key != "path"}]
        text = json.dumps(body).encode()
        return http_response(text[: len(text) // 2] if reply.whole == "cut off" else text)

    def _github(self, reply: Reply, variables: dict[str, str]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        problems: list[dict[str, Any]] = []
        for index in range(len(variables) // 2):
            alias, name = f"r{index}", f"{variables[f'o{index}']}/{variables[f'n{index}']}"
            form = reply.forms[index % MOST]
            if not self.scenario.exists[name]:
                data[alias] = None
                if form == "ok":
                    problems.append({"type": "NOT_FOUND", "path": [alias], "message": "Could not resolve"})
                continue
            if form != "left out":
                data[alias] = _object(form, github_node(name))
            if form == "part":
                problems.append({**reply.error, "path": [alias, "licenseInfo"]})
            elif form == "nested":
                problems.append({**reply.error, "path": [alias, "owner", "login"]})
            elif form == "null with error":
                final = reply.error.get("type") in ("NOT_FOUND", "FORBIDDEN")  # that would be a claim
                problems.append({**reply.error, "path": [alias], **({"type": "INTERNAL"} if final else {})})
        return {"data": data, "errors": problems} if problems else {"data": data}

    def _gitlab(self, reply: Reply, variables: dict[str, list[str]]) -> dict[str, Any]:
        nodes: list[Any] = []
        problems: list[dict[str, Any]] = []
        paths = variables["p0"]
        for index in sorted(range(len(paths)), key=lambda index: reply.order[index]):
            form = reply.forms[index % MOST]
            if not self.scenario.exists[paths[index]] or form == "left out":
                continue
            nodes.append(_object(form, gitlab_node(paths[index])))
            if form in ("part", "nested", "null with error"):
                problems.append({**reply.error, "path": ["g0", "nodes", len(nodes) - 1, "openIssuesCount"]})
        data = {"g0": {"nodes": nodes}}
        return {"data": data, "errors": problems} if problems else {"data": data}


def _object(form: str, node: dict[str, Any]) -> Any:
    if form in ("null", "nested", "null with error"):
        return None
    if form == "malformed":
        return {"fullPath": node.get("fullPath"), "nameWithOwner": node.get("nameWithOwner")}
    return ["?"] if form == "wrong type" else node


Ask = Callable[[Scenario, list[str]], list[RepositoryOutcome]]


@pytest.fixture(params=["github", "gitlab"])
def ask(engine: Any, request: pytest.FixtureRequest) -> Iterator[Ask]:
    """Gives the outcomes of a new client."""
    server = Server(request.param)

    async def many(client: GitProviderClient, wanted: list[str]) -> list[RepositoryOutcome]:
        async with client:
            return await client.fetch_many_repository_details(wanted)

    with RawServer(server.play) as running:

        def put(scenario: Scenario, wanted: list[str]) -> list[RepositoryOutcome]:
            server.scenario = scenario
            retry = Retry(attempts=2, base=0.0)
            client: GitProviderClient = (
                maker(engine)(running.url, TOKEN, retry=retry)
                if server.provider == "github"
                else gitlab(engine, f"{running.url}/api/v4", TOKEN, retry=retry)
            )
            return run(many(client, wanted))

        yield put


@SETTINGS
@given(scenario=scenarios, wanted=st.lists(names, min_size=1, max_size=MOST + 2))
def test_no_repository_that_exists_is_called_gone(ask: Ask, scenario: Scenario, wanted: list[str]) -> None:
    server_fails = any(reply.whole == "502" for reply in scenario.replies)
    found = ask(scenario, wanted)
    assert [outcome.name for outcome in found] == wanted
    for outcome in found:
        event(str(outcome.reason))
        rest_fails = outcome.name in scenario.broken_rest
        if outcome.details is not None:
            assert scenario.exists[outcome.name]
            assert outcome.details.full_name == outcome.name
            assert outcome.reason is None
            assert outcome.error is None or rest_fails  # details without a part: REST failed as well
            continue
        assert outcome.error is not None
        if outcome.reason == "gone":
            assert not scenario.exists[outcome.name]
        else:
            assert outcome.reason in ("unknown", "error")
            assert rest_fails or server_fails  # nothing else leaves a repository without a result
