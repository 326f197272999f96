"""Per-repository calls take a repository as two names, as one text, or as an object."""

from __future__ import annotations

import inspect
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest.mock import ANY, MagicMock

import pytest

from gitfleet_api import (
    ConfigurationError,
    DecodeError,
    GitHubClient,
    GitLabClient,
    GitProviderClient,
    ProviderType,
    RepoDetails,
    RepoInfo,
    RepoReference,
)
from gitfleet_api.client import Provider
from gitfleet_api.sync import GitHubClient as SyncGitHubClient
from gitfleet_fleet import Repository
from gitfleet_testing import Fleet, Forge
from support.clients import MakeClient
from support.gitlab_clients import gitlab
from support.raw_server import RawServer, always, http_response
from support.running import run

PROVIDERS = ("github", "gitlab")
OWNERS = {"github": "o", "gitlab": "group/sub"}
METHODS = [
    name
    for name, method in inspect.getmembers(Provider)
    if inspect.isfunction(method) and "repo" in inspect.signature(method).parameters
]


@dataclass(slots=True)
class Mine:
    """A user's own class."""

    full_name: str | None


def _client(provider: str, engine: str, make_client: MakeClient, url: str) -> Any:
    return make_client(url) if provider == "github" else gitlab(engine, f"{url}/api/v4", "t")


def _repo(provider: str, cls: type[RepoInfo] = RepoInfo, **fields: Any) -> RepoInfo:
    full_name = f"{OWNERS[provider]}/r"
    return cls(1, "r", full_name, **{"provider_type": ProviderType(provider)} | fields)


def _further(client: GitProviderClient, name: str) -> dict[str, Any]:
    """Values for the further arguments that a call requires."""
    parameters = inspect.signature(getattr(client, name)).parameters.values()
    return {item.name: "x" for item in parameters if item.kind is item.KEYWORD_ONLY and item.default is item.empty}


FORMS: dict[str, Any] = {
    "keywords": lambda provider: ((), {"owner": OWNERS[provider], "repo": "r"}),
    "a text": lambda provider: ((f"{OWNERS[provider]}/r",), {}),
    "a text by keyword": lambda provider: ((), {"owner": f"{OWNERS[provider]}/r"}),
    "RepoInfo": lambda provider: ((_repo(provider),), {}),
    "RepoDetails": lambda provider: ((_repo(provider, RepoDetails),), {}),
    "RepoReference": lambda provider: ((RepoReference(1, f"{OWNERS[provider]}/r"),), {}),
    "a class of the user": lambda provider: ((Mine(f"{OWNERS[provider]}/r"),), {}),
    "an object of the user": lambda provider: ((SimpleNamespace(full_name=f"{OWNERS[provider]}/r"),), {}),
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("method", METHODS)
def test_every_form_of_the_repository_sends_the_same_request(
    make_client: MakeClient, engine: str, provider: str, method: str
) -> None:
    async def main(server: RawServer) -> list[str]:
        targets: list[str] = []
        async with _client(provider, engine, make_client, server.url) as client:
            if not client.supports(method):
                pytest.skip(f"{provider} has no {method}()")
            call = getattr(client, method)
            further = _further(client, method)
            for args, names in [((OWNERS[provider], "r"), {}), *(form(provider) for form in FORMS.values())]:
                before = len(server.requests)
                with suppress(DecodeError):  # the response has no object; the request counts
                    await call(*args, **names, **further)
                targets.append(server.requests[before].target)
        return targets

    with RawServer(always(http_response([]))) as server:
        targets = run(main(server))
    assert len(targets) == len(FORMS) + 1
    assert len(set(targets)) == 1
    assert ("/o/r" if provider == "github" else "group%2Fsub%2Fr") in targets[0]


def test_there_are_per_repository_calls() -> None:
    assert {"fetch_branches", "fetch_repository_details", "fetch_languages", "fetch_pull_requests"} <= set(METHODS)


REFUSED: dict[str, tuple[str, tuple[Any, ...], str]] = {
    "an owner alone": ("github", ("o",), "'owner/name', not 'o'; give the name of the repository, too"),
    "a group alone": ("gitlab", ("group",), "'group/name' or 'group/subgroup/name', not 'group'; give the name"),
    "an owner and None": ("github", ("o", None), "'owner/name', not 'o'"),
    "three parts on GitHub": ("github", ("o/r/x",), "a repository of GitHub is 'owner/name', not 'o/r/x'"),
    "a URL": ("github", ("https://github.com/o/r",), "'owner/name', not 'https://github.com/o/r'"),
    "a URL on GitLab": ("gitlab", ("https://gitlab.com/o/r",), "not 'https://gitlab.com/o/r'"),
    "a target": ("github", ("github:o/r",), "'owner/name', not 'github:o/r'"),
    "a target on GitLab": ("gitlab", ("gitlab:o/s/r",), "not 'gitlab:o/s/r'"),
    "no owner": ("github", ("/r",), "'owner/name', not '/r'"),
    "no name": ("github", ("o/",), "'owner/name', not 'o/'"),
    "an empty part": ("gitlab", ("group//r",), "not 'group//r'"),
    "an empty text": ("github", ("",), "'owner/name', not ''"),
    "a blank": ("github", ("o/r x",), "repo must be a single name"),
    "dots": ("gitlab", ("group/../r",), "must be a single name"),
    "None": ("github", (None,), "an object with full_name, or two names, not None"),
    "a number": ("gitlab", (5,), "an object with full_name, or two names, not 5"),
    "bytes": ("github", (b"o/r",), "or two names, not b'o/r'"),
    "an object that equals everything": ("github", (ANY,), "or two names, not <ANY>"),
    "a mock": ("github", (MagicMock(),), "or two names, not <MagicMock"),
    "a reference without a name": ("gitlab", (RepoReference(1),), "this RepoReference has no full_name"),
    "a name that is a number": ("github", (Mine(5),), "'owner/name', not 5"),  # type: ignore[arg-type]
    "an object and a name": ("github", (_repo("github"), "r"), "give a repository or two names, not both: 'o/r' and"),
    "a repository of GitLab": ("github", (_repo("gitlab"),), "'group/sub/r' is a repository of gitlab, not of github"),
    "a repository of GitHub": ("gitlab", (_repo("github"),), "'o/r' is a repository of github, not of gitlab"),
}


@pytest.mark.parametrize(("provider", "args", "message"), REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("method", ["fetch_branches", "fetch_commits", "fetch_repository_details"])
def test_what_names_no_repository_is_refused_before_anything_is_sent(
    make_client: MakeClient, engine: str, provider: str, args: tuple[Any, ...], message: str, method: str
) -> None:
    async def main(server: RawServer) -> None:
        async with _client(provider, engine, make_client, server.url) as client:
            with pytest.raises(ConfigurationError) as caught:
                await getattr(client, method)(*args)
            assert message in str(caught.value)

    with RawServer(always(http_response([]))) as server:
        run(main(server))
        assert server.requests == []


@pytest.mark.parametrize(
    ("client", "repo", "page", "host"),
    [
        (GitHubClient, _repo("github"), "https://github.example.org/o/r", "github.example.org"),
        (GitLabClient, _repo("gitlab"), "https://git.example.org:8443/group/sub/r", "git.example.org"),
    ],
)
def test_a_client_of_the_public_server_refuses_a_repository_of_another_server(
    engine: Any, client: type[GitProviderClient], repo: RepoInfo, page: str, host: str
) -> None:
    async def main() -> None:
        other = RepoInfo(1, "r", repo.full_name, html_url=page, provider_type=repo.provider_type)
        async with client(backend=engine) as public:
            with pytest.raises(ConfigurationError, match=f"is a repository of '{host}', not of git"):
                public.fetch_branches(other)

    run(main())


@pytest.mark.parametrize("page", ["https://github.com/o/r", "https://GitHub.com/o/r", None, "", "/o/r", "http://[x"])
def test_a_client_of_the_public_server_takes_its_own_repositories(engine: Any, page: str | None) -> None:
    async def main() -> None:
        async with GitHubClient(backend=engine) as public:
            public.fetch_branches(_repo("github", html_url=page))

    run(main())


def test_a_client_of_another_server_takes_a_repository_by_any_host(make_client: MakeClient) -> None:
    async def main(server: RawServer) -> None:
        async with make_client(server.url) as client:
            await client.fetch_branches(_repo("github", html_url="https://github.com/o/r"))

    with RawServer(always(http_response([]))) as server:
        run(main(server))
        assert [request.target for request in server.requests] == ["/repos/o/r/branches?per_page=100"]


def test_a_client_refuses_a_repository_of_a_fleet_that_another_provider_has(make_client: MakeClient) -> None:
    other = Repository(ProviderType.GITLAB, "https://gitlab.com/api/v4", "o/r", "gitlab")
    with pytest.raises(ConfigurationError, match="'o/r' is a repository of gitlab, not of github"):
        make_client("http://127.0.0.1:9").fetch_branches(other)


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    found = Fleet()
    found.add_organization("acme")
    for number in range(3):
        found.add_repository("acme", f"tool-{number}", branches=number + 1)
    return found


@pytest.mark.parametrize("provider", PROVIDERS)
def test_listed_repositories_are_passed_to_the_next_call(
    make_client: MakeClient, engine: str, provider: str, fleet: Fleet
) -> None:
    async def main(forge: Forge) -> None:
        client: Any = (
            make_client(forge.url, forge.token)
            if provider == "github"
            else gitlab(engine, forge.gitlab_url, forge.token)
        )
        async with client:
            repos = await client.fetch_repositories("acme")
            assert [len(await client.fetch_branches(repo)) for repo in repos] == [1, 2, 3]
            outcomes = await client.fetch_many_repository_details([repos[1], "acme/tool-0", Mine("acme/tool-2")])
            assert [outcome.name for outcome in outcomes] == ["acme/tool-1", "acme/tool-0", "acme/tool-2"]
            assert [outcome.unwrap().full_name for outcome in outcomes] == [outcome.name for outcome in outcomes]

    with Forge(fleet) as forge:
        run(main(forge))


@pytest.mark.parametrize("bad", ["o", "o/r/x", 5, None, RepoReference(1), _repo("gitlab")])
def test_one_bad_repository_of_a_batch_is_refused_before_anything_is_sent(make_client: MakeClient, bad: Any) -> None:
    async def main(server: RawServer) -> None:
        async with make_client(server.url, "t") as client:
            with pytest.raises(ConfigurationError):
                await client.fetch_many_repository_details(["a/b", bad])

    with RawServer(always(http_response({}))) as server:
        run(main(server))
        assert server.requests == []


def test_sync_clients_take_one_repository(engine: Any) -> None:
    with (
        RawServer(always(http_response([]))) as server,
        SyncGitHubClient(None, server.url, backend=engine, retry=None) as client,
    ):
        assert client.fetch_branches(_repo("github")).all() == []
        assert client.fetch_branches("o/r").all() == []
        assert {request.target for request in server.requests} == {"/repos/o/r/branches?per_page=100"}
