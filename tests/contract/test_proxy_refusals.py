"""A proxy that refuses: one attempt, and one error that names it, for http and https servers and on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitfleet_api import ConnectionFailedError, GitFleetError, PermissionDeniedError, ProxyError, Retry
from support.certificates import Authority
from support.clients import MakeClient
from support.failing import REPO, branches, details, error_of, result_of
from support.raw_server import Link, Play, RawServer, always, http_response
from support.tiny_proxy import forward, refuse

PASSWORD = "pr0xy-pa55"
AT_ONCE = Retry(attempts=4, base=0)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def _refused(
    make_client: MakeClient, scheme: str, proxy: RawServer, *, authority: Authority, **settings: object
) -> GitFleetError:
    url = f"http://me:{PASSWORD}@{proxy.authority}"
    return error_of(make_client, f"{scheme}://127.0.0.1:9", proxy=url, verify=authority.file, retry=AT_ONCE, **settings)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_wrong_credentials_are_sent_once(make_client: MakeClient, authority: Authority, scheme: str) -> None:
    with RawServer(refuse(407)) as proxy:
        error = _refused(make_client, scheme, proxy, authority=authority)
        assert len(proxy.requests) == 1
    assert type(error) is ProxyError
    assert error.code == "proxy_auth_required"
    assert str(error) == (
        f"GET {scheme}://127.0.0.1:9/repos/o/r: the proxy {proxy.url} requires a user name and password, or rejects "
        f"the given ones (407); nothing was sent to {scheme}://127.0.0.1:9"
    )
    assert PASSWORD not in f"{error!r} {vars(error)} {error.__cause__!r}"


@pytest.mark.parametrize("status", [302, 400, 403, 404, 405, 501])
def test_a_refused_tunnel_is_final(make_client: MakeClient, authority: Authority, status: int) -> None:
    with RawServer(refuse(status)) as proxy:
        error = _refused(make_client, "https", proxy, authority=authority)
        assert len(proxy.requests) == 1
    assert type(error) is ProxyError
    assert error.code == "proxy_refused"
    assert str(error).endswith(
        f"the proxy {proxy.url} refused the connection to https://127.0.0.1:9: it responded with {status}"
    )


@pytest.mark.parametrize("headers", [{"Proxy-Status": "corp; error=http_request_denied"}, {"X-Squid-Error": "DENIED"}])
def test_a_forwarded_request_that_the_proxy_says_it_refused_is_the_same_error(
    make_client: MakeClient, authority: Authority, headers: dict[str, str]
) -> None:
    with RawServer(always(http_response("<html>", status=403, headers=headers))) as proxy:
        error = _refused(make_client, "http", proxy, authority=authority)
        assert len(proxy.requests) == 1
    assert type(error) is ProxyError
    assert error.code == "proxy_refused"
    assert str(error).endswith(
        f"the proxy {proxy.url} refused the connection to http://127.0.0.1:9: it responded with 403"
    )


def test_a_403_that_may_be_from_either_names_both(make_client: MakeClient, authority: Authority) -> None:
    with RawServer(always(http_response({"message": "no"}, status=403, headers={"Via": "1.1 corp"}))) as proxy:
        error = _refused(make_client, "http", proxy, authority=authority)
    assert type(error) is PermissionDeniedError
    assert "responded with 403: no" in str(error)
    assert str(error).endswith(f"(sent through the proxy {proxy.url}, whose response this may be)")


def _refuse_once(status: int) -> Play:
    """A proxy that fails once and then forwards."""
    left = [status]

    def play(link: Link) -> None:
        (refuse(left.pop()) if left else forward())(link)

    return play


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_proxy_that_fails_is_asked_again(make_client: MakeClient, authority: Authority, status: int) -> None:
    with (
        RawServer(always(http_response(REPO)), tls=authority.server()) as target,
        RawServer(_refuse_once(status)) as proxy,
    ):
        assert result_of(make_client, target.url, proxy=proxy.url, verify=authority.file, retry=AT_ONCE)
        assert proxy.connections == 2
    with RawServer(refuse(status)) as proxy:
        error = _refused(make_client, "https", proxy, authority=authority)
        assert len(proxy.requests) == 4
    assert type(error) is ConnectionFailedError
    assert error.code == "connection_failed"
    assert str(error).endswith(
        f"the proxy {proxy.url} could not connect to https://127.0.0.1:9: it responded with {status}"
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"", "closed the connection before the tunnel to https://127.0.0.1:9 was open"),
        (b"HTTP/1.1 200", "closed the connection before the tunnel to https://127.0.0.1:9 was open"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "responded to CONNECT with something that is not valid HTTP"),
        (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200", "responded to CONNECT with something that is not valid HTTP"),
    ],
)
def test_a_proxy_that_breaks_off_is_named(
    make_client: MakeClient, authority: Authority, said: bytes, words: str
) -> None:
    def play(link: Link) -> None:
        if link.read() is not None:
            link.send(said)

    with RawServer(play) as proxy:
        error = _refused(make_client, "https", proxy, authority=authority)
    assert type(error) is ConnectionFailedError
    assert error.code == "connection_failed"
    assert str(error).endswith(f"the proxy {proxy.url} {words}")


@pytest.mark.parametrize("call", [details, branches])
def test_a_407_without_a_proxy_is_an_error_response(make_client: MakeClient, call: object) -> None:
    with RawServer(always(http_response(status=407))) as server:
        error = error_of(make_client, server.url, call)  # type: ignore[arg-type]
    assert error.code == "http_error"
