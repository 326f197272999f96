"""Sync clients return what the asynchronous clients return, in every thread and inside event loops."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

import gitfleet_api
from gitfleet_api import ConfigurationError, Event, Listing, NotFoundError, SQLiteCache
from gitfleet_api import sync as gitfleet_sync
from gitfleet_api.backend.discovery import find_backend
from gitfleet_api.sync import TokenManager
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.failing import REPO
from support.gitlab_clients import gitlab
from support.raw_server import RawServer, always, http_response
from support.running import run
from support.sync_clients import sync_github, sync_gitlab

ORG, USER = "aurora-labs", "fleet-admin"


@dataclass
class _Login:
    login: str


CALLS: dict[str, Callable[[Any, str], Any]] = {
    "fetch_user_info": lambda client, _: client.fetch_user_info(),
    "fetch_user": lambda client, _: client.fetch_user(USER),
    "fetch_organization": lambda client, _: client.fetch_organization(ORG),
    "fetch_members": lambda client, _: client.fetch_members(ORG),
    "fetch_repositories": lambda client, _: client.fetch_repositories(ORG),
    "fetch_repository_details": lambda client, repo: client.fetch_repository_details(ORG, repo),
    "fetch_languages": lambda client, repo: client.fetch_languages(ORG, repo),
    "fetch_branches": lambda client, repo: client.fetch_branches(ORG, repo),
    "fetch_tags": lambda client, repo: client.fetch_tags(ORG, repo),
    "fetch_commits": lambda client, repo: client.fetch_commits(ORG, repo, ref="main"),
    "fetch_contributors": lambda client, repo: client.fetch_contributors(ORG, repo, anonymous=True),
    "fetch_releases": lambda client, repo: client.fetch_releases(ORG, repo),
    "fetch_issues": lambda client, repo: client.fetch_issues(ORG, repo, state="open"),
    "fetch_pull_requests": lambda client, repo: client.fetch_pull_requests(ORG, repo),
    "fetch_commit": lambda client, repo: client.fetch_commit(ORG, repo),
    "fetch_commit_files": lambda client, repo: client.fetch_commit_files(ORG, repo, ref="main"),
    "fetch_collaborators": lambda client, repo: client.fetch_collaborators(ORG, repo),
    "fetch_teams": lambda client, repo: client.fetch_teams(ORG, repo),
    "fetch_deploy_keys": lambda client, repo: client.fetch_deploy_keys(ORG, repo),
    "fetch_code_owners": lambda client, repo: client.fetch_code_owners(ORG, repo),
    "fetch_workflow_runs": lambda client, repo: client.fetch_workflow_runs(ORG, repo, limit=3),
    "fetch_environments": lambda client, repo: client.fetch_environments(ORG, repo),
    "fetch_branch_protection": lambda client, repo: client.fetch_branch_protection(ORG, repo),
    "search_repositories": lambda client, _: client.search_repositories("tool", owner=ORG),
    "search_issues": lambda client, repo: client.search_issues("the", repository=f"{ORG}/{repo}"),
    "search_code": lambda client, repo: client.search_code("fix", repository=f"{ORG}/{repo}"),
    "fetch_organizations": lambda client, _: client.fetch_organizations(),
    "fetch_groups": lambda client, _: client.fetch_groups(),
    "validate_credentials": lambda client, _: client.validate_credentials(),
    "fetch_many_repository_details": lambda client, repo: client.fetch_many_repository_details([f"{ORG}/{repo}"]),
    "graphql": lambda client, _: client.graphql("{ __typename }"),
    "request": lambda client, _: client.request("GET", "/user"),
    "fetch_all": lambda client, _: client.fetch_all("/user/repos", gitfleet_api.RepoInfo, params={"per_page": 50}),
}


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    with Forge(Fleet.generate(organizations=2, repositories=320, users=6, seed=7)) as running:
        yield running


@pytest.mark.parametrize("call", [call for name, call in CALLS.items() if name != "fetch_groups"])
def test_sync_and_asynchronous_github_clients_return_the_same(
    engine: str, make_client: MakeClient, forge: Forge, call: Callable[[Any, str], Any]
) -> None:
    repo = _busy(forge)
    with sync_github(engine, forge.url, forge.token) as client:
        assert _plain(call(client, repo)) == run(_awaited(make_client(forge.url, forge.token), call, repo))


@pytest.mark.parametrize("call", [call for name, call in CALLS.items() if name != "fetch_all"])
def test_sync_and_asynchronous_gitlab_clients_return_the_same(
    engine: str, forge: Forge, call: Callable[[Any, str], Any]
) -> None:
    repo = _busy(forge)
    with sync_gitlab(engine, forge.gitlab_url, forge.token) as client:
        assert _plain(call(client, repo)) == run(_awaited(gitlab(engine, forge.gitlab_url, forge.token), call, repo))


def _busy(forge: Forge) -> str:
    repositories = (item for item in forge.fleet.repositories if item.owner == ORG)
    return max(repositories, key=lambda item: item.open_issues).name


def _plain(found: Any) -> Any:
    assert not asyncio.iscoroutine(found)
    return found.all() if isinstance(found, gitfleet_sync.Listing) else found


async def _awaited(client: Any, call: Callable[[Any, str], Any], repo: str) -> Any:
    async with client:
        return await call(client, repo)


def test_every_method_is_called_in_these_tests() -> None:
    methods = {name for name, _ in inspect.getmembers(gitfleet_sync.GitHubClient, inspect.isfunction) if name[0] != "_"}
    assert methods - set(CALLS) == {"fetch", "get_rate_limit", "close"}


def test_fetch_and_get_rate_limit_return_plain_objects(engine: str, forge: Forge) -> None:
    with sync_github(engine, forge.url, forge.token) as client:
        assert client.fetch("/users/{login}", _Login, login=USER) == _Login(USER)
        assert client.get_rate_limit().limit > 0


def test_a_listing_can_be_read_by_rows_pages_or_at_once_and_several_times(engine: str, forge: Forge) -> None:
    names = [item.name for item in forge.fleet.repositories if item.owner == ORG]
    with sync_github(engine, forge.url, forge.token) as client:
        listing = client.fetch_repositories(ORG)
        assert sorted(item.name for item in listing) == sorted(names)
        assert list(listing) == listing.all() == [item for page in listing.pages() for item in page]
        assert [len(page) for page in listing.pages()] == [100, 100, len(names) - 200]
        assert repr(listing) == "<sync Listing: use `for` or `.all()`>"
        with pytest.raises(TypeError):
            len(listing)  # type: ignore[arg-type]


def test_a_listing_without_rows_is_empty(engine: str) -> None:
    with RawServer(always(http_response([]))) as server, sync_github(engine, server.url) as client:
        assert list(client.fetch_branches("o", "r")) == client.fetch_branches("o", "r").all() == []
        assert [list(page) for page in client.fetch_branches("o", "r").pages()] == [[]]


def test_graphql_returns_data_or_with_a_model_a_listing(engine: str, forge: Forge) -> None:
    with sync_github(engine, forge.url, forge.token) as client:
        assert client.graphql("{ viewer { login } }") == {"viewer": {"login": USER}}
        rows = client.graphql("{ viewer { login } }", model=_Login, at="data.viewer")
        assert isinstance(rows, gitfleet_sync.Listing)
        assert list(rows) == [_Login(USER)]


def test_properties_are_those_of_the_asynchronous_client(engine: str, make_client: MakeClient) -> None:
    client, other = sync_github(engine, "http://127.0.0.1:9"), make_client("http://127.0.0.1:9")
    assert (client.base_url, client.provider_type, client.profile) == (
        other.base_url,
        other.provider_type,
        other.profile,
    )
    assert client.backend.name == engine
    assert client._use_rust == (engine == "native")
    assert repr(client) == f"<sync GitHubClient http://127.0.0.1:9 backend={engine}>"
    assert client.supports("contributors")
    with pytest.raises(AttributeError):
        client._use_rust = True  # type: ignore[misc]
    client.close()


def test_invalid_arguments_are_rejected(engine: str) -> None:
    with pytest.raises(ConfigurationError, match="max_concurrency"):
        sync_github(engine, "http://127.0.0.1:9", max_concurrency=0)
    with pytest.raises(ConfigurationError, match="token_type"):
        sync_gitlab(engine, "http://127.0.0.1:9", token_type="secret")
    with pytest.raises(TypeError, match="names no provider"):
        gitfleet_sync.GitProviderClient()
    with sync_github(engine, "http://127.0.0.1:9") as client, pytest.raises(ConfigurationError):
        client.fetch_branches("..", "r")
    assert repr(object.__new__(gitfleet_sync.GitHubClient)) == "<sync GitHubClient without a constructor call>"


def test_a_call_within_a_running_event_loop_works(engine: str, forge: Forge) -> None:
    async def main() -> tuple[str, int]:
        await asyncio.sleep(0)
        with sync_github(engine, forge.url, forge.token) as client:
            return client.fetch_user_info().login, len(list(client.fetch_repositories(ORG)))

    assert run(main()) == (USER, sum(item.owner == ORG for item in forge.fleet.repositories))


def test_both_kinds_of_clients_share_tokens(engine: str, make_client: MakeClient, forge: Forge) -> None:
    async def awaited() -> str:
        async with make_client(forge.url, token_manager=tokens) as client:
            return (await client.fetch_user_info()).login

    tokens = TokenManager()
    tokens.add_token(forge.token, "github")
    with sync_github(engine, forge.url, token_manager=tokens) as client:
        assert client.fetch_user_info().login == run(awaited()) == USER
    found = tokens.get_next_available_token("github")
    assert found is not None
    assert found.token == forge.token
    tokens.update_rate_limit(forge.token, "github", 0, datetime.now(UTC) + timedelta(hours=1))
    assert tokens.get_next_available_token("github") is None
    tokens.mark_token_invalid(forge.token, "github")
    assert not found.is_valid


def test_run_closes_objects_with_asynchronous_methods_only(engine: str, tmp_path: Path) -> None:
    cache, shared = SQLiteCache(tmp_path / "cache.sqlite"), find_backend(engine).create()
    with RawServer(always(http_response(REPO, headers={"etag": '"1"'}))) as server:
        for _ in range(2):
            with gitfleet_sync.GitHubClient(base_url=server.url, backend=shared, cache=cache) as client:
                client.fetch_repository_details("o", "r")
        assert server.connections == 1
        assert [request.headers.get("if-none-match") for request in server.requests] == [None, '"1"']
        gitfleet_sync.run(shared.aclose())
        gitfleet_sync.run(cache.aclose())
        with gitfleet_sync.GitHubClient(base_url=server.url, backend=shared) as client:
            with pytest.raises(ConfigurationError) as caught:
                client.fetch_repository_details("o", "r")
            assert caught.value.code == "closed"


# -- errors


def _frames(trace: TracebackType | None) -> list[tuple[str, str]]:
    return [(Path(frame.filename).name, frame.name) for frame in traceback.extract_tb(trace)]


def test_a_traceback_has_each_frame_from_the_call_to_the_fault_once(engine: str, forge: Forge) -> None:
    with sync_github(engine, forge.url, forge.token) as client:
        for _ in range(3):  # a new error each time
            with pytest.raises(NotFoundError) as caught:
                client.fetch_user("no-such-user")
            frames = _frames(caught.value.__traceback__)
            here = "test_a_traceback_has_each_frame_from_the_call_to_the_fault_once"
            assert frames[:4] == [
                (Path(__file__).name, here),
                ("github.py", "fetch_user"),
                ("background.py", "run"),
                ("client.py", "fetch_user"),
            ]
            assert len(set(frames)) == len(frames), "no frame appears twice"
            assert not {name for name, _ in frames} & {"threading.py", "events.py", "base_events.py", "_base.py"}
            assert (caught.value.status, caught.value.code) == (404, "not_found")


def test_an_error_in_a_listing_is_raised_when_its_page_is_read(engine: str) -> None:
    page = http_response(
        [{"name": "a", "commit": {"sha": "c"}}], headers={"link": '</repos/o/r/branches?page=2>; rel="next"'}
    )
    with (
        RawServer(always(page, http_response({"message": "Not Found"}, status=404))) as server,
        sync_github(engine, server.url) as client,
    ):
        branches = iter(client.fetch_branches("o", "r"))
        assert next(branches).name == "a"
        with pytest.raises(NotFoundError):
            next(branches)
        assert list(branches) == []


def test_causes_of_errors_are_kept(engine: str) -> None:
    def broken(_: object) -> float:
        raise LookupError("an error in the user's own function")

    with (
        RawServer(always(http_response(status=503))) as server,
        sync_github(engine, server.url, retry=broken) as client,
        pytest.raises(LookupError, match="user's own"),
    ):
        client.fetch_repository_details("o", "r")
    with pytest.raises(gitfleet_api.ConnectionFailedError) as caught, sync_github(engine, server.url) as client:
        client.fetch_repository_details("o", "r")
    assert caught.value.__cause__ is not None


# -- in the thread


def test_a_call_in_an_on_event_callback_is_rejected_with_advice(engine: str) -> None:
    def listen(_: Event) -> None:
        try:
            client.fetch_user("somebody")
        except ConfigurationError as error:
            errors.append(error)
        pools.append(tokens.get_next_available_token("github"))

    errors: list[ConfigurationError] = []
    pools: list[object] = []
    tokens = TokenManager()
    with RawServer(always(http_response(REPO))) as server, sync_github(engine, server.url, on_event=listen) as client:
        assert client.fetch_repository_details("o", "r").name == "r"
        assert len(server.requests) == 1
    assert [error.code for error in errors] == ["wrong_thread"]
    assert "queue.SimpleQueue()" in str(errors[0])
    assert pools == [None]


def test_a_callback_that_raises_system_exit_ends_only_its_own_call(engine: str) -> None:
    def listen(_: Event) -> None:
        raise SystemExit(3)

    with (
        RawServer(always(http_response(REPO))) as server,
        sync_github(engine, server.url, on_event=listen) as exiting,
        sync_github(engine, server.url) as client,
    ):
        with pytest.raises(SystemExit) as caught:
            exiting.fetch_repository_details("o", "r")
        assert caught.value.code == 3
        assert client.fetch_repository_details("o", "r").name == "r"


def test_callbacks_run_in_the_context_of_the_caller(engine: str) -> None:
    name = contextvars.ContextVar("name", default="unset")

    def listen(_: Event) -> None:
        seen.append(name.get())

    seen: list[str] = []
    with RawServer(always(http_response(REPO))) as server, sync_github(engine, server.url, on_event=listen) as client:
        contextvars.copy_context().run(lambda: (name.set("set"), client.fetch_repository_details("o", "r")))
        client.fetch_repository_details("o", "r")
    assert seen == ["set", "unset"]


def test_run_raises_the_cancelled_error_of_a_coroutine() -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        gitfleet_sync.run(cancelled())


def test_sync_and_asynchronous_listings_are_different_classes() -> None:
    assert not issubclass(gitfleet_sync.Listing, Listing)
