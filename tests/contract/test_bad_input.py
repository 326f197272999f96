"""Arguments that can't work: refused before anything is sent, with a message that says what is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import BackendUnavailableError, ConfigurationError, GitHubClient, Timeout, TokenManager
from gitfleet_api.backend.discovery import find_backend
from support.clients import MakeClient
from support.failing import REPO, result_of
from support.raw_server import RawServer, always, http_response
from support.running import run

NAMES: list[Any] = [
    *(
        "",
        ".",
        "..",
        "../user",
        "a/b",
        "a\\b",
        "/",
        "x?y",
        "a#b",
        "a b",
        " a",
        "a\t",
        "a\n",
        "x\r\nA: b",
        "a\0",
        "\x7f",
    ),
    *("\ud800", None, 5, b"x", ["a"], True),
]
CALLS: dict[str, Callable[[GitHubClient, Any], Any]] = {
    "owner of a listing": lambda client, name: client.fetch_repositories(name),
    "owner of a listing with its kind": lambda client, name: client.fetch_repositories(name, kind="user"),
    "owner of a repository": lambda client, name: client.fetch_repository_details(name, "r"),
    "name of a repository": lambda client, name: client.fetch_repository_details("o", name),
    "owner of branches": lambda client, name: client.fetch_branches(name, "r"),
    "repository of branches": lambda client, name: client.fetch_branches("o", name),
    "owner of contributors": lambda client, name: client.fetch_contributors(name, "r"),
    "repository of contributors": lambda client, name: client.fetch_contributors("o", name),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_a_name_that_is_no_single_segment_is_refused(
    make_client: MakeClient, call: Callable[[GitHubClient, Any], Any], name: object
) -> None:
    async def main() -> None:
        async with make_client(server.url, token="t0") as client:
            with pytest.raises(ConfigurationError) as caught:
                await call(client, name)
        assert isinstance(caught.value, ValueError)
        assert caught.value.code == "invalid_argument"
        assert any(word in str(caught.value) for word in ("owner", "repo"))

    with RawServer(always(http_response(REPO))) as server:
        run(main())
        assert server.connections == 0


@pytest.mark.parametrize("name", ["", "a/b", None])
def test_a_listing_is_refused_when_it_is_asked_for_not_when_it_is_awaited(make_client: MakeClient, name: Any) -> None:
    client = make_client("http://127.0.0.1:9")
    for call in (
        lambda: client.fetch_repositories(name),
        lambda: client.fetch_branches("o", name),
        lambda: client.fetch_contributors(name, "r"),
    ):
        with pytest.raises(ConfigurationError):
            call()


def _refused(make: Callable[[], object]) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        make()
    assert not isinstance(caught.value, BackendUnavailableError)
    assert caught.value.code == "invalid_argument"
    return caught.value


SECRET = "s3cr3t"


@pytest.mark.parametrize(
    "token",
    [
        *(
            "",
            " ",
            f"{SECRET}\n",
            f"{SECRET}\r\nX-A: b",
            f" {SECRET}",
            f"{SECRET}\0",
            f"{SECRET}é",
            f"a {SECRET}",
        ),
        *(SECRET.encode(), 5, True, [SECRET]),
    ],
    ids=repr,
)
def test_a_token_that_cannot_be_one_is_refused_and_not_shown(make_client: MakeClient, token: Any) -> None:
    error = _refused(lambda: make_client("https://127.0.0.1:9", token))
    assert "token" in str(error)
    manager = TokenManager()
    again = _refused(lambda: manager.add_token(token, "github"))
    for refusal in (error, again):
        assert SECRET not in f"{refusal} {refusal!r} {refusal.__cause__!r} {refusal.__context__!r}"
    assert manager.get_all_tokens("github") == []


@pytest.mark.parametrize(
    "base_url",
    [
        *(
            "",
            "/",
            "https://",
            "http:///x",
            "api.github.com",
            "localhost:8080",
            "ftp://example.org",
            "file:///etc/passwd",
        ),
        *(
            "https://h?x=1",
            "https://h/#f",
            "https://h/a b",
            "https://h\n",
            "https://h\\x",
            "https://h:99999",
            "https://h:x",
        ),
        *("https://[::1", "//h", "javascript:alert(1)", "https://h/\r\nX: y", "https://:443", "http://\0"),
        *(5, b"https://h", True),
    ],
    ids=repr,
)
def test_a_base_url_that_is_none_is_refused(make_client: MakeClient, base_url: Any) -> None:
    _refused(lambda: make_client(base_url))


@pytest.mark.parametrize("base_url", [f"https://user:{SECRET}@h", f"https://{SECRET}@h/api", f"ftp://u:{SECRET}@h"])
def test_a_base_url_with_a_password_is_refused_and_the_password_not_shown(
    make_client: MakeClient, base_url: str
) -> None:
    error = _refused(lambda: make_client(base_url))
    assert SECRET not in f"{error} {error!r}"


@pytest.mark.parametrize("host", ["example.org", "10.0.0.1", "127.0.0.1.example.org", "localhost.example.org", "[::2]"])
def test_a_token_does_not_go_over_plain_http_to_another_machine(make_client: MakeClient, host: str) -> None:
    error = _refused(lambda: make_client(f"http://{host}/api", SECRET))
    assert "http" in str(error)
    assert SECRET not in str(error)
    pool = TokenManager()
    pool.add_token(SECRET, "github")
    _refused(lambda: make_client(f"http://{host}/api", token_manager=pool))
    assert make_client(f"http://{host}/api").base_url == f"http://{host}/api"
    assert make_client(f"http://{host}/api", SECRET, allow_http=True).base_url == f"http://{host}/api"
    assert make_client(f"https://{host}/api", SECRET).base_url == f"https://{host}/api"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "forge.localhost", "[::1]"])
def test_a_token_may_go_over_plain_http_within_this_machine(make_client: MakeClient, host: str) -> None:
    assert make_client(f"http://{host}:9", SECRET).base_url == f"http://{host.lower()}:9"


def test_a_client_that_was_refused_has_put_no_token_into_the_pool(make_client: MakeClient) -> None:
    pool = TokenManager()
    _refused(lambda: make_client("http://example.org", SECRET, token_manager=pool))
    _refused(lambda: make_client("https://example.org", SECRET, token_manager=pool, verify="/nonexistent"))
    assert pool.get_all_tokens("github") == []


@pytest.mark.parametrize("timeout", [0, 0.0, -1, math.nan, math.inf, 1e30, "5", True, [1]], ids=repr)
def test_a_timeout_that_is_no_time_is_refused(make_client: MakeClient, timeout: Any) -> None:
    assert "timeout" in str(_refused(lambda: make_client("https://h", timeout=timeout)))
    for name in ("connect", "read", "total"):
        assert name in str(_refused(lambda name=name: Timeout(**{name: timeout})))  # type: ignore[misc]


SETTINGS: dict[str, dict[str, Any]] = {
    **{f"max_concurrency {value!r}": {"max_concurrency": value} for value in (0, -1, 1.5, "4", True, None)},
    **{f"max_body {value!r}": {"max_body": value} for value in (0, -1, 1e6, "1", True, None, 10**30)},
    **{
        f"user_agent {value!r}": {"user_agent": value}
        for value in ("", "a\r\nX: y", "a\n", "é", "\0", "a\x7f", None, 5, b"x")
    },
    **{
        f"proxy {value!r}": {"proxy": value}
        for value in (
            "nonsense",
            "",
            "ftp://h",
            "socks5://h:1",
            "http://",
            "http://h:99999",
            "http://h\r\n",
            5,
            True,
        )
    },
    **{f"verify {value!r}": {"verify": value} for value in ("/nonexistent.pem", "", ".", 1, None, b"x")},
    "token_manager 'x'": {"token_manager": "x"},
    "token_manager dict": {"token_manager": {"token": "x"}},
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS.keys())
def test_a_setting_that_makes_no_sense_is_refused(make_client: MakeClient, settings: dict[str, Any]) -> None:
    (name,) = settings
    assert name in str(_refused(lambda: make_client("https://example.org", "t0", **settings)))


@pytest.mark.parametrize("proxy", [f"socks5://me:{SECRET}@h:1", f"http://me:{SECRET}@h:99999", f"me:{SECRET}@h"])
def test_the_password_of_a_refused_proxy_is_not_shown(make_client: MakeClient, proxy: str) -> None:
    error = _refused(lambda: make_client("https://example.org", proxy=proxy))
    assert SECRET not in f"{error} {error!r} {error.__cause__!r} {error.__context__!r}"


def test_a_refused_proxy_of_the_environment_is_named(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"socks5://me:{SECRET}@h:1")
    error = _refused(lambda: make_client("https://example.org"))
    assert "HTTPS_PROXY" in str(error)
    assert SECRET not in str(error)


@pytest.mark.parametrize("kind", ["team", "", "User", 5, True])
def test_a_kind_of_owner_that_there_is_not_is_refused(make_client: MakeClient, kind: Any) -> None:
    client = make_client("https://example.org")
    assert "kind" in str(_refused(lambda: client.fetch_repositories("o", kind=kind)))


@pytest.mark.parametrize("resource", ["", None, 5])
def test_a_resource_that_has_no_name_is_refused(make_client: MakeClient, resource: Any) -> None:
    client = make_client("http://127.0.0.1:9")
    assert "resource" in str(_refused(lambda: run(client.get_rate_limit(resource))))


@pytest.mark.parametrize(
    "backend", ["rust", "Native", "", "python ", 5, pytest.param(object(), id="an object"), True, []], ids=str
)
def test_a_backend_that_there_is_not_is_refused(backend: Any) -> None:
    error = _refused(lambda: GitHubClient(backend=backend))
    assert "backend" in str(error)


@pytest.mark.parametrize("name", ["native", "rust"])
def test_two_settings_that_contradict_each_other_are_refused(name: Any) -> None:
    error = _refused(lambda: GitHubClient(backend=name, use_python_impl=True))
    assert "use_python_impl" in str(error)


def test_a_backend_object_is_not_changed_by_settings_of_the_client(engine: str, tmp_path: Path) -> None:
    shared = find_backend(engine).create()
    assert "verify" in str(_refused(lambda: GitHubClient(backend=shared, verify=False)))
    assert "verify" in str(_refused(lambda: GitHubClient(backend=shared, verify=str(tmp_path))))
    assert "use_python_impl" in str(_refused(lambda: GitHubClient(backend=shared, use_python_impl=True)))


@pytest.mark.parametrize("name", ["\r\nX-Injected: 1", "a\r\nX-Injected: 1", "a\nX-Injected: 1", "a\rX-Injected: 1"])
def test_no_parameter_can_add_a_header(make_client: MakeClient, name: str) -> None:
    async def main() -> None:
        async with make_client(server.url) as client:
            for call in CALLS.values():
                with pytest.raises(ConfigurationError):
                    await call(client, name)
        for settings in ({"token": name}, {"user_agent": name}, {"base_url": server.url + name}):
            with pytest.raises(ConfigurationError):
                make_client(**{"base_url": server.url, **settings})

    with RawServer(always(http_response(REPO))) as server:
        run(main())
        result_of(make_client, server.url)
        assert all(b"Injected" not in request.raw for request in server.requests)
