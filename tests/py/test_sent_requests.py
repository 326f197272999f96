"""Requests are sent as the same bytes directly and by an httpx.AsyncClient, and hold only what was asked for."""

from __future__ import annotations

import httpx
import pytest

from gitfleet_api import ConfigurationError, Request
from gitfleet_py import PythonBackend
from gitfleet_py.client import httpx_request
from support.raw_server import RawServer, always, http_response
from support.running import run

pytestmark = pytest.mark.python

OWN = (("Host", "other"), ("Accept-Encoding", "identity"), ("CONNECTION", "close"), ("content-length", "3"))


async def _ignore(_: object) -> None:
    return None


def _sent(backend: PythonBackend, request: Request, server: RawServer) -> bytes:
    async def main() -> None:
        await backend.send(Request(request.method, server.url + request.url, request.headers, request.body))
        await backend.aclose()

    run(main())
    received = server.requests.pop()
    return received.raw + b"\r\n\r\n" + received.body


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"])
@pytest.mark.parametrize("body", [None, b"", b"abc"])
@pytest.mark.parametrize(
    "headers", [(), (("X-A", "1"), ("x-a", "é"), ("accept", "*/*")), OWN], ids=["none", "few", "own"]
)
def test_a_client_with_hooks_sends_the_same_bytes(
    method: str, body: bytes | None, headers: tuple[tuple[str, str], ...]
) -> None:
    if headers is OWN and body != b"abc":
        headers = OWN[:-1]
    request = Request(method, "/repos/a/b?q=x%20y&r='z'#part", headers, body)
    with RawServer(always(http_response(status=204))) as server:
        direct = _sent(PythonBackend(), request, server)
        hooked = _sent(PythonBackend(event_hooks={"request": [_ignore], "response": [_ignore]}), request, server)
    assert direct == hooked
    assert direct.startswith(f"{method} /repos/a/b?q=x%20y&r='z' HTTP/1.1\r\n".encode())


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("body", [None, b"", b"abc"])
def test_a_length_is_sent_where_httpx_sends_one(method: str, body: bytes | None) -> None:
    ours = httpx_request(Request(method, "http://a.example/", body=body))
    assert ours.headers.get("content-length") == httpx.Request(method, "http://a.example/", content=body).headers.get(
        "content-length"
    )


def test_headers_that_the_request_has_are_not_added() -> None:
    ours = httpx_request(Request("POST", "http://a.example/", OWN, b"abc"))
    assert [(name.decode(), value.decode()) for name, value in ours.headers.raw] == list(OWN)


@pytest.mark.parametrize(
    "request_",
    [
        *(
            Request("GE T", "http://a.example/"),
            Request("CONNECT", "http://a.example/"),
            Request("", "http://a.example/"),
        ),
        *(
            Request("GET", "ftp://a.example/"),
            Request("GET", "//a.example/"),
            Request("GET", "http://a.example:65536/"),
        ),
        *(Request("GET", "http://xn--a/"), Request("GET", "http://a.example/x\n"), Request("GET", "http://[::1/")),
        Request("POST", "http://a.example/", (("transfer-encoding", "chunked"),), b"abc"),
        Request("POST", "http://a.example/", (("content-length", "2"),), b"abc"),
        Request("GET", "http://a.example/", (("x-a", "\u0100"),)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("hooks", [None, {"request": [_ignore]}], ids=["direct", "hooks"])
def test_a_request_that_is_not_valid_is_refused(request_: Request, hooks: dict[str, list[object]] | None) -> None:
    async def main() -> None:
        backend = PythonBackend(event_hooks=hooks)  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError) as caught:
            await backend.send(request_)
        assert caught.value.code == "invalid_request"
        await backend.aclose()

    run(main())


def test_a_transport_of_the_user_gets_no_header_that_ends_a_line() -> None:
    seen: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    async def main() -> None:
        backend = PythonBackend(transport=httpx.MockTransport(respond))
        with pytest.raises(ConfigurationError) as caught:
            await backend.send(Request("GET", "http://a.example/", (("x-a", "b\r\nx-b: c"),)))
        assert caught.value.code == "invalid_request"
        await backend.aclose()

    run(main())
    assert seen == []


def test_user_information_in_a_url_makes_no_credentials() -> None:
    with RawServer(always(http_response({}))) as server:
        url = f"http://me:secret@{server.authority}/"

        async def main() -> None:
            for options in ({}, {"event_hooks": {"request": [_ignore]}}):
                backend = PythonBackend(**options)  # type: ignore[arg-type]
                await backend.send(Request("GET", url))
                await backend.aclose()

        run(main())
        assert [request.headers.get("authorization") for request in server.requests] == [None, None]
