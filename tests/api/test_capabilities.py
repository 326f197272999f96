"""What a provider's client says of itself is what it does, and what the documentation says of it."""

from __future__ import annotations

import dataclasses
import inspect
import runpy
from pathlib import Path

import pytest

from gitfleet_api import (
    ConfigurationError,
    GitHubClient,
    GitLabClient,
    GitProviderClient,
    ProviderType,
    UnsupportedError,
)
from gitfleet_api.client.capabilities import calls
from gitfleet_api.profile import ProviderProfile
from support.running import run

ROOT = Path(__file__).parents[2]
CLIENTS: list[type[GitProviderClient]] = [GitHubClient, GitLabClient]


class _Bare(GitProviderClient):
    """A client of a provider that has nothing."""

    profile: ProviderProfile = dataclasses.replace(GitHubClient.profile, graphql_url=None)


def _call(client: GitProviderClient, name: str) -> object:
    method = getattr(client, name)
    parameters = inspect.signature(method).parameters.values()
    needed = ["o/r" for item in parameters if item.default is item.empty]
    if name == "graphql":
        needed = ["{ viewer { login } }"]
    if name == "fetch_many_repository_details":
        return run(method(["o/r"]))
    made = method(*needed)
    return run(made) if inspect.iscoroutine(made) else made


@pytest.mark.parametrize("name", calls())
def test_a_call_that_is_not_there_is_refused_before_anything_is_sent(name: str) -> None:
    assert not _Bare.supports(name)
    with pytest.raises(UnsupportedError) as caught:
        _call(_Bare(base_url="http://127.0.0.1:9"), name)
    assert caught.value.code == "unsupported"
    assert caught.value.provider_type is ProviderType.GITHUB


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_a_client_that_overrides_a_call_supports_it(client: type[GitProviderClient]) -> None:
    written = {
        name for base in client.__mro__ if base.__module__.startswith("gitfleet_api.providers") for name in vars(base)
    }
    for name in calls():
        if name in written:
            assert client.supports(name)


def _arguments(method: object) -> list[tuple[str, object, object]]:
    assert callable(method)
    return [(item.name, item.kind, item.default) for item in inspect.signature(method).parameters.values()]


@pytest.mark.parametrize("name", calls())
@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_a_call_takes_the_same_arguments_on_every_provider(client: type[GitProviderClient], name: str) -> None:
    assert _arguments(getattr(client, name)) == _arguments(getattr(GitProviderClient, name))


@pytest.mark.parametrize(("client", "name"), [(one, name) for one in CLIENTS for name in calls() if one.supports(name)])
def test_a_call_says_which_endpoint_it_asks_and_what_may_be_left_out(
    client: type[GitProviderClient], name: str
) -> None:
    text = inspect.getdoc(getattr(client, name)) or ""
    assert "``GET /" in text or "``POST /" in text or "GraphQL" in text
    for argument, _, default in _arguments(getattr(client, name)):
        assert f"\n    {argument}: " in text or default is inspect.Parameter.empty


def test_a_call_is_named_by_its_method_or_by_what_it_gives() -> None:
    client = GitHubClient(use_python_impl=True)
    assert client.supports("contributors")
    assert client.supports("fetch_contributors")
    assert client.supports("rate_limit")
    assert client.supports("validate_credentials")


@pytest.mark.parametrize("what", ["contributor", "", "aclose", "_listing", "supports"])
def test_an_unknown_call_is_an_error(what: str) -> None:
    with pytest.raises(ConfigurationError, match="known are user_info, user"):
        GitHubClient.supports(what)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_what_is_said_of_calls_is_said_of_calls_that_there_are(client: type[GitProviderClient]) -> None:
    for name in {**client.shapes, **client.limitations}:
        assert client.supports(name)


def test_the_tables_in_the_documentation_are_those_of_the_clients() -> None:
    script = runpy.run_path(str(ROOT / "docs" / "write_capabilities.py"))
    shown = (
        (ROOT / "docs" / "capabilities.md").read_text("utf-8").partition(script["BEGIN"])[2].partition("<!-- end")[0]
    )
    assert shown == f"\n{script['tables'](CLIENTS)}\n", "run `python docs/write_capabilities.py`"
