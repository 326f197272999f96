"""Absence is not proof: what a response leaves out is requested again, then by REST, and never called gone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from gitfleet_api import (
    Event,
    FallbackToRest,
    GitProviderClient,
    GraphQLError,
    NotFoundError,
    RepositoryOutcome,
    Retry,
    ServerError,
    TokenManager,
    UnsupportedError,
)
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.clocks import ManualClock
from support.gitlab_clients import gitlab
from support.pools import MEMBER, OUTSIDER, OWNER, PRIVATE, PUBLIC, client_of, pool_of_two, shared_forge
from support.raw_server import Link, RawServer, always, http_response
from support.running import run

NAMES = [f"tools/r{number}" for number in range(40)]
QUICK = Retry(base=0.0)
QUERY = "{ __typename }"
BOTH = pytest.mark.parametrize("provider", ["github", "gitlab"])


@pytest.fixture
def forge() -> Iterator[Forge]:
    fleet = Fleet()
    fleet.add_organization("tools")
    for name in NAMES:
        fleet.add_repository("tools", name.partition("/")[2])
    with Forge(fleet) as running:
        yield running


class Clients:
    """Clients of one provider on one engine, with a list of their events."""

    def __init__(self, forge: Forge, engine: str, provider: str, make_client: MakeClient) -> None:
        self.forge = forge
        self.engine = engine
        self.provider = provider
        self.events: list[Event] = []
        self._make = make_client

    def make(self, **settings: Any) -> Any:
        """Return a client that retries without a pause."""
        settings = {"retry": QUICK, "on_event": self.events.append, **settings}
        if self.provider == "github":
            return self._make(self.forge.url, self.forge.token, **settings)
        return gitlab(self.engine, self.forge.gitlab_url, self.forge.token, **settings)

    def many(self, names: list[str], **settings: Any) -> list[RepositoryOutcome]:
        """Return the outcomes that a new client gets."""
        return run(_many(self.make(**settings), names))

    @property
    def counts(self) -> Counter[str]:
        """How many requests went to GraphQL and to REST."""
        return Counter("graphql" if item.path.endswith("/graphql") else "rest" for item in self.forge.requests)

    @property
    def fallbacks(self) -> list[tuple[int, str]]:
        """How many repositories were requested by REST, and why, by event."""
        return [(item.repositories, item.code) for item in self.events if isinstance(item, FallbackToRest)]


@pytest.fixture
def clients(forge: Forge, engine: str, provider: str, make_client: MakeClient) -> Clients:
    return Clients(forge, engine, provider, make_client)


async def _many(client: GitProviderClient, names: list[str]) -> list[RepositoryOutcome]:
    async with client:
        return await client.fetch_many_repository_details(names)


def _complete(found: list[RepositoryOutcome], names: list[str]) -> bool:
    return [outcome.unwrap().full_name for outcome in found] == names and {item.error for item in found} == {None}


# -- servers without GraphQL


@BOTH
@pytest.mark.parametrize("status", [403, 404, 405, 406, 410, 501])
def test_without_a_graphql_api_the_details_come_by_rest(clients: Clients, status: int) -> None:
    fault = clients.forge.fail("/graphql", status=status, times=None)
    assert _complete(clients.many(NAMES), NAMES)
    assert fault.hits == 1
    assert clients.counts["rest"] == 40
    (fallback,) = clients.fallbacks
    assert fallback[0] == 40


@BOTH
def test_a_missing_repository_of_a_server_without_graphql_is_gone(clients: Clients) -> None:
    clients.forge.fail("/graphql", status=404, times=None)
    found = clients.many(["tools/r1", "tools/none"])
    assert [outcome.reason for outcome in found] == [None, "gone"]


@BOTH
def test_a_server_without_graphql_is_not_asked_for_each_batch(clients: Clients) -> None:
    fault = clients.forge.fail("/graphql", status=404, times=None)
    clock = ManualClock()

    async def main() -> None:
        async with clients.make(clock=clock) as client:
            for _ in range(3):
                assert _complete(await client.fetch_many_repository_details(NAMES[:2]), NAMES[:2])
            assert fault.hits == 1
            await clock.sleep(700)
            await client.fetch_many_repository_details(NAMES[:2])
            assert fault.hits == 2

    run(main())


@BOTH
@pytest.mark.parametrize("status", [404, 405, 406, 410, 501])
def test_a_query_to_a_server_without_graphql_is_unsupported_and_not_a_missing_object(
    clients: Clients, status: int
) -> None:
    clients.forge.fail("/graphql", status=status, times=None)

    async def main() -> None:
        async with clients.make() as client:
            await client.graphql(QUERY)

    with pytest.raises(UnsupportedError, match="no GraphQL API at this URL") as caught:
        run(main())
    assert not isinstance(caught.value, NotFoundError)
    assert caught.value.status == status
    assert "/graphql" in str(caught.value)


@BOTH
@pytest.mark.parametrize("page", [b"<html>no such page</html>", b"404 page not found\n"])
def test_a_404_that_the_api_did_not_write_is_not_a_missing_repository(
    engine: str, provider: str, make_client: MakeClient, page: bytes
) -> None:
    with RawServer(always(http_response(page, status=404, headers={"content-type": "text/html"}))) as server:
        client: Any = (
            make_client(server.url, "x" * 40)
            if provider == "github"
            else gitlab(engine, f"{server.url}/api/v4", "x" * 40)
        )
        (found,) = run(_many(client, ["a/b"]))
    assert found.reason == "error"
    assert isinstance(found.error, NotFoundError)  # as for every 404
    assert "check base_url" in str(found.error)


# -- responses that leave something out


@BOTH
def test_repositories_that_a_response_leaves_out_come_by_rest(clients: Clients) -> None:
    clients.forge.graphql.leave_out(*NAMES[5:8])
    assert _complete(clients.many(NAMES), NAMES)
    assert clients.counts["rest"] == 3
    assert clients.counts["graphql"] == (2 if clients.provider == "github" else 1)
    assert clients.fallbacks == [(3, "missing")]


@BOTH
def test_a_repository_that_was_left_out_and_does_not_exist_is_gone(clients: Clients) -> None:
    clients.forge.graphql.leave_out("tools/none", "tools/r1")
    found = clients.many(["tools/none", "tools/r1", "tools/r2"])
    assert [outcome.reason for outcome in found] == ["gone", None, None]
    assert isinstance(found[0].error, NotFoundError)


@BOTH
def test_a_repository_that_was_left_out_is_unknown_if_rest_fails_too(clients: Clients) -> None:
    clients.forge.graphql.leave_out("tools/r1")
    path = "/repos/tools/r1" if clients.provider == "github" else "/api/v4/projects/tools%2Fr1"
    clients.forge.fail(path, status=502, times=None)
    found = clients.many(["tools/r0", "tools/r1", "tools/r2"])
    assert [outcome.reason for outcome in found] == [None, "unknown", None]
    assert isinstance(found[1].error, ServerError)
    with pytest.raises(ServerError):
        found[1].unwrap()


@BOTH
@pytest.mark.parametrize("body", [b'{"data": null}', b'{"data": {}}', b"{}", b"<html>sign in</html>", b"", b"[]"])
def test_a_response_without_data_is_not_a_missing_repository(
    engine: str, provider: str, make_client: MakeClient, body: bytes
) -> None:
    """The REST calls find nothing either, because they get the same bytes."""

    def play(link: Link) -> None:
        while link.read() is not None:
            link.send(http_response(body))

    with RawServer(play) as server:
        client: Any = (
            make_client(server.url, "x" * 40, retry=QUICK)
            if provider == "github"
            else gitlab(engine, f"{server.url}/api/v4", "x" * 40, retry=QUICK)
        )
        found = run(_many(client, ["a/b", "a/c"]))
    assert {outcome.reason for outcome in found} <= {"unknown", "error"}
    assert len(found) == 2
    assert all(outcome.error is not None for outcome in found)
    paths = [request.target for request in server.requests]
    assert sum("graphql" not in path for path in paths) >= 2


# -- errors that concern one repository


@BOTH
def test_a_field_that_fails_for_one_repository_costs_the_others_nothing(clients: Clients) -> None:
    kind, field = ("Repository", "licenseInfo") if clients.provider == "github" else ("Project", "openIssuesCount")
    clients.forge.graphql.break_field(kind, field, "tools/r3")
    assert _complete(clients.many(NAMES), NAMES)
    assert clients.counts == {"graphql": 1, "rest": 1}


@BOTH
def test_details_without_a_field_come_with_the_error_if_rest_fails_too(clients: Clients) -> None:
    kind, field = ("Repository", "licenseInfo") if clients.provider == "github" else ("Project", "openIssuesCount")
    clients.forge.graphql.break_field(kind, field, "tools/r3")
    path = "/repos/tools/r3" if clients.provider == "github" else "/api/v4/projects/tools%2Fr3"
    clients.forge.fail(path, status=500, times=None)
    found = clients.many(NAMES)
    assert all(outcome.found for outcome in found)
    assert [outcome.name for outcome in found if outcome.error is not None] == ["tools/r3"]
    assert isinstance(found[3].error, GraphQLError)


@BOTH
def test_a_field_that_can_not_be_null_and_fails_does_not_make_its_repository_gone(clients: Clients) -> None:
    kind, field = ("Repository", "stargazerCount") if clients.provider == "github" else ("Project", "starCount")
    clients.forge.graphql.break_field(kind, field, "tools/r3", "You can't see this")
    assert _complete(clients.many(NAMES), NAMES)
    assert clients.counts == {"graphql": 1, "rest": 1}


def test_a_nested_error_of_type_not_found_does_not_make_its_repository_gone(make_client: MakeClient) -> None:
    problem = {"type": "NOT_FOUND", "path": ["r0", "owner"], "message": "Could not resolve to a node"}

    def play(link: Link) -> None:
        while (request := link.read()) is not None:
            link.send(
                http_response({"data": {"r0": None}, "errors": [problem]})
                if request.method == "POST"
                else http_response({"message": "broken"}, status=500)
            )

    with RawServer(play) as server:
        (found,) = run(_many(make_client(server.url, "x" * 40, retry=None), ["a/b"]))
    assert found.reason == "unknown"


# -- who can see it


@BOTH
@pytest.mark.parametrize("order", [(MEMBER, OUTSIDER), (OUTSIDER, MEMBER)])
def test_what_one_token_may_not_see_is_requested_with_the_others(
    engine: str, provider: str, order: tuple[str, str]
) -> None:
    names = [f"{OWNER}/{name}" for pair in zip(PUBLIC, PRIVATE, strict=True) for name in pair]

    async def main() -> list[RepositoryOutcome]:
        async with client_of(provider, engine, forge, token_manager=pool_of_two(provider, *order)) as client:
            return await client.fetch_many_repository_details([*names, f"{OWNER}/none"])

    with shared_forge() as forge:
        *found, missing = run(main())
    assert _complete(found, names)
    assert missing.reason == "gone"


@pytest.mark.parametrize(("visibility", "requests"), [("acme", 1), (None, 3)])
def test_only_tokens_that_see_different_things_cost_a_further_request(
    make_client: MakeClient, visibility: str | None, requests: int
) -> None:
    manager = TokenManager()
    for token in (MEMBER, OUTSIDER):
        manager.add_token(token, "github", visibility=visibility)
    with shared_forge(1, 1) as forge:
        (found,) = run(_many(make_client(forge.url, token_manager=manager), [f"{OWNER}/none"]))
        assert found.reason == "gone"
        assert len(forge.requests) == requests


def test_with_one_token_a_missing_repository_costs_no_further_request(forge: Forge, make_client: MakeClient) -> None:
    (found,) = run(_many(make_client(forge.url, forge.token), ["tools/none"]))
    assert found.reason == "gone"
    assert len(forge.requests) == 1


# -- older servers


def test_fields_that_an_older_server_lacks_are_left_out_of_the_next_queries(
    forge: Forge, make_client: MakeClient
) -> None:
    forge.graphql.remove_fields("Repository", "hasDiscussionsEnabled", "visibility")

    async def main() -> None:
        async with make_client(forge.url, forge.token) as client:
            for _ in range(2):
                found = await client.fetch_many_repository_details(NAMES)
                assert _complete(found, NAMES)
                details = found[0].unwrap()
                assert (details.has_discussions, details.visibility, details.private) == (None, None, False)
                assert details.has_issues is not None

    run(main())
    assert [request.path for request in forge.requests] == ["/graphql"] * 3  # the first one was refused


@BOTH
def test_without_a_field_that_the_details_need_all_come_by_rest(clients: Clients) -> None:
    kind, field = ("Repository", "pushedAt") if clients.provider == "github" else ("Project", "isForked")
    clients.forge.graphql.remove_fields(kind, field)

    async def main() -> None:
        async with clients.make() as client:
            for _ in range(2):
                assert _complete(await client.fetch_many_repository_details(NAMES[:3]), NAMES[:3])

    run(main())
    assert clients.counts == {"graphql": 1, "rest": 6}


# -- failures that pass


@BOTH
def test_a_query_that_went_wrong_with_status_200_is_sent_again(clients: Clients) -> None:
    clients.forge.graphql.fail_next(2)
    name = "viewer { login }" if clients.provider == "github" else "currentUser { username }"

    async def main() -> object:
        async with clients.make() as client:
            return await client.graphql(f"{{ {name} }}")

    assert run(main())
    assert clients.counts["graphql"] == 3


@BOTH
def test_a_batch_that_went_wrong_with_status_200_is_complete_in_the_end(clients: Clients) -> None:
    clients.forge.graphql.fail_next(1)
    assert _complete(clients.many(NAMES), NAMES)
    assert clients.counts["rest"] == 0


@BOTH
def test_if_every_query_goes_wrong_the_details_come_by_rest(clients: Clients) -> None:
    clients.forge.graphql.fail_next(10_000)
    assert _complete(clients.many(NAMES), NAMES)
    assert clients.counts["rest"] == 40
    assert clients.counts["graphql"] < 60


def test_names_are_sent_as_they_were_given(forge: Forge, make_client: MakeClient) -> None:
    run(_many(make_client(forge.url, forge.token), ["tools/r1"]))
    (request,) = forge.requests
    assert json.loads(request.body)["variables"] == {"o0": "tools", "n0": "r1"}
    assert "application/json" in request.headers["accept"]
