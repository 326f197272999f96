"""Proxies: given, or from the environment; the same for both engines."""

from __future__ import annotations

import base64
import socket
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import ConnectionFailedError
from support.certificates import Authority
from support.clients import MakeClient
from support.failing import REPO, error_of, result_of
from support.raw_server import RawServer, always, http_response
from support.tiny_proxy import forward, refuse

SECRET = "pr0xy-pa55"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def _target() -> RawServer:
    return RawServer(always(http_response(REPO)))


def test_http_goes_through_the_proxy_in_absolute_form(make_client: MakeClient) -> None:
    with _target() as target, RawServer(forward()) as proxy:
        assert result_of(make_client, target.url, proxy=proxy.url)
        assert [request.target for request in proxy.requests] == [f"{target.url}/repos/o/r"]
        assert len(target.requests) == 1
        assert "proxy-authorization" not in proxy.requests[0].headers


def test_https_goes_through_a_tunnel_and_the_proxy_sees_no_token(make_client: MakeClient, authority: Authority) -> None:
    with RawServer(always(http_response(REPO)), tls=authority.server()) as target, RawServer(forward()) as proxy:
        assert result_of(make_client, target.url, proxy=proxy.url, verify=authority.file)
        assert [(request.method, request.target) for request in proxy.requests] == [("CONNECT", target.authority)]
        assert "authorization" not in proxy.requests[0].headers
        assert "authorization" in target.requests[0].headers


def test_a_proxy_may_speak_tls_itself(make_client: MakeClient, authority: Authority) -> None:
    with _target() as target, RawServer(forward(), tls=authority.server()) as proxy:
        assert result_of(make_client, target.url, proxy=proxy.url, verify=authority.file)
        assert len(proxy.requests) == 1


def test_the_certificate_of_a_tls_proxy_is_judged(make_client: MakeClient, authority: Authority) -> None:
    with _target() as target, RawServer(forward(), tls=authority.server()) as proxy:
        error = error_of(make_client, target.url, proxy=proxy.url)
        assert not proxy.requests
    assert error.code == "tls_failed"


@pytest.mark.parametrize("secure", [False, True])
def test_credentials_go_to_the_proxy_alone(make_client: MakeClient, authority: Authority, secure: bool) -> None:
    tls = authority.server() if secure else None
    with RawServer(always(http_response(REPO)), tls=tls) as target, RawServer(forward()) as proxy:
        url = f"http://me%40home:{SECRET}@{proxy.authority}"
        settings: dict[str, Any] = {"verify": authority.file} if secure else {}
        assert result_of(make_client, target.url, proxy=url, **settings)
        expected = "Basic " + base64.b64encode(f"me@home:{SECRET}".encode()).decode()
        assert proxy.requests[0].headers["proxy-authorization"] == expected
        if secure:
            assert "proxy-authorization" not in target.requests[0].headers


def _shown(error: Exception) -> str:
    chain: list[BaseException | None] = [error, error.__cause__, error.__context__]
    return "".join(f"{item} {item!r}" for item in chain)


def test_no_error_shows_the_credentials_of_a_proxy(make_client: MakeClient, authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"127.0.0.1:{taken.getsockname()[1]}"
    with RawServer(refuse(407)) as refusing, _target() as target:
        for place in (nobody, refusing.authority):
            for url in (target.url, f"https://{target.authority}"):
                error = error_of(make_client, url, proxy=f"http://me:{SECRET}@{place}", verify=authority.file)
                assert SECRET not in _shown(error)
                assert base64.b64encode(f"me:{SECRET}".encode()).decode() not in _shown(error)


def test_a_client_shows_no_credentials_of_its_proxy(make_client: MakeClient) -> None:
    client = make_client("https://example.org", proxy=f"http://me:{SECRET}@127.0.0.1:1")
    assert SECRET not in f"{client!r} {client} {client.backend!r}"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_is_a_connection_failed(
    make_client: MakeClient, authority: Authority, scheme: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        proxy = f"http://127.0.0.1:{taken.getsockname()[1]}"
    error = error_of(make_client, f"{scheme}://127.0.0.1:9", proxy=proxy, verify=authority.file)
    assert type(error) is ConnectionFailedError
    assert error.code == "connection_failed"


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("form", ["http://{}", "{}"])
def test_the_environment_names_a_proxy_for_http(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, variable: str, form: str
) -> None:
    with _target() as target, RawServer(forward()) as proxy:
        monkeypatch.setenv(variable, form.format(proxy.authority))
        assert result_of(make_client, target.url)
        assert proxy.connections == 1


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_the_environment_names_a_proxy_for_https(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, authority: Authority, variable: str
) -> None:
    with RawServer(always(http_response(REPO)), tls=authority.server()) as target, RawServer(forward()) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        assert result_of(make_client, target.url, verify=authority.file)
        assert [request.method for request in proxy.requests] == ["CONNECT"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [("HTTPS_PROXY", "{}"), ("HTTP_PROXY", ""), ("FTP_PROXY", "{}"), ("MY_PROXY", "{}"), ("http_proxy", "")],
)
def test_other_variables_name_no_proxy_for_http(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    with _target() as target, RawServer(forward()) as proxy:
        monkeypatch.setenv(variable, value.format(proxy.url))
        assert result_of(make_client, target.url)
        assert proxy.connections == 0


@pytest.mark.parametrize("bypass", ["127.0.0.1", "*", "example.org, 127.0.0.1", "127.0.0.1:{port}", "0.0.1"])
def test_no_proxy_names_exceptions(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, bypass: str) -> None:
    with _target() as target, RawServer(forward()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", bypass.format(port=target.port))
        assert result_of(make_client, target.url)
        assert proxy.connections == 0


@pytest.mark.parametrize("bypass", ["example.org", "27.0.0.1", "127.0.0.1:1", ""])
def test_no_proxy_for_others_changes_nothing(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, bypass: str
) -> None:
    with _target() as target, RawServer(forward()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", bypass)
        assert result_of(make_client, target.url)
        assert proxy.connections == 1


def test_false_means_no_proxy_whatever_the_environment_says(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _target() as target, RawServer(forward()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert result_of(make_client, target.url, proxy=False)
        assert proxy.connections == 0


def test_a_given_proxy_counts_more_than_the_environment(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _target() as target, RawServer(forward()) as proxy, RawServer(forward()) as other:
        monkeypatch.setenv("HTTP_PROXY", other.url)
        monkeypatch.setenv("NO_PROXY", "*")
        assert result_of(make_client, target.url, proxy=proxy.url)
        assert (proxy.connections, other.connections) == (1, 0)
