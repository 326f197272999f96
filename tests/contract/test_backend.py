"""The border itself: what a Backend does with a Request, whatever client is above it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gitfleet_api import (
    Backend,
    ConfigurationError,
    GitFleetError,
    Projection,
    Request,
    Response,
    Timeout,
    __version__,
)
from gitfleet_api.backend.discovery import find_backend
from support.decoding import columns
from support.raw_server import Link, RawServer, always, http_response, once
from support.running import run

NAME = Projection(columns("name:str"))


def _send(engine: str, request: Request) -> Response:
    async def main() -> Response:
        backend: Backend = find_backend(engine).create()
        try:
            return await backend.send(request)
        finally:
            await backend.aclose()

    return run(main())


def _refused(engine: str, request: Request) -> GitFleetError:
    with pytest.raises(GitFleetError) as caught:
        _send(engine, request)
    return caught.value


def test_headers_come_back_in_order_lower_case_and_with_repeats(engine: str) -> None:
    raw = (
        b"HTTP/1.1 200 OK\r\nX-B: 1\r\nx-a:  two words \r\nX-B: 2\r\nX-Empty:\r\n"
        b"X-Latin: \xe9\xff\r\nX-Utf8: \xc3\xa9\r\ncontent-length: 0\r\n\r\n"
    )
    with RawServer(once(raw)) as server:
        found = _send(engine, Request("GET", server.url + "/"))
    # Names that differ may be grouped; values of one name never change their order.
    assert found.headers.get_all("x-b") == ["1", "2"]
    assert found.headers.get("x-a") == "two words"
    assert found.headers.get("x-empty") == ""
    assert found.headers.get("x-latin") == "\xe9\xff"
    assert found.headers.get("x-utf8") == "\xc3\xa9"
    assert sorted(name for name, _ in found.headers.items) == [
        *("content-length", "x-a", "x-b", "x-b", "x-empty", "x-latin", "x-utf8")
    ]


def test_without_a_projection_the_body_comes_as_it_is(engine: str) -> None:
    body = bytes(range(256)) * 300
    with RawServer(once(http_response(body))) as server:
        found = _send(engine, Request("GET", server.url + "/"))
    assert (found.status, found.body, found.columns, found.failure) == (200, body, None, None)


@pytest.mark.parametrize("status", [200, 201, 202, 203, 206, 226])
def test_a_success_is_decoded(engine: str, status: int) -> None:
    with RawServer(once(http_response({"name": "x"}, status=status))) as server:
        found = _send(engine, Request("GET", server.url + "/", projection=NAME))
    assert (found.status, found.columns, found.body) == (status, [["x"]], b"")


@pytest.mark.parametrize("status", [205, 300, 301, 400, 404, 500])
def test_what_is_no_success_is_not_decoded(engine: str, status: int) -> None:
    # A 205 has no body by the standard, but some servers send one.
    with RawServer(once(http_response({"name": "x"}, status=status))) as server:
        found = _send(engine, Request("GET", server.url + "/", projection=NAME))
    assert (found.status, found.columns, found.failure) == (status, None, None)
    assert status == 205 or found.body == b'{"name": "x"}'


def test_of_a_body_that_cannot_be_decoded_the_start_is_kept(engine: str) -> None:
    body = b"<" + b"x" * 5000
    with RawServer(once(http_response(body))) as server:
        found = _send(engine, Request("GET", server.url + "/", projection=NAME))
    assert found.failure is not None
    assert (found.failure.code, found.body, found.columns) == ("decode_json", body[:512], None)


@pytest.mark.parametrize("said", [http_response(b"x" * 10), http_response(b"", headers={"content-length": "99"})])
def test_the_response_to_a_head_has_no_body(engine: str, said: bytes) -> None:
    with RawServer(once(said.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")) as server:
        found = _send(engine, Request("HEAD", server.url + "/", projection=NAME))
        assert server.requests[0].method == "HEAD"
    assert (found.status, found.body, found.columns) == (200, b"", None)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("body", [b"", b'{"a": "\xc3\xa9"}', b"\0" * 100_000])
def test_a_body_is_sent_as_it_is(engine: str, method: str, body: bytes) -> None:
    with RawServer(once(http_response({"name": "x"}))) as server:
        headers = (("content-type", "application/json"), ("x-a", "1"), ("x-a", "2"))
        found = _send(engine, Request(method, server.url + "/p?q=1", headers, body, projection=NAME))
        (asked,) = server.requests
    assert found.columns == [["x"]]
    assert (asked.method, asked.target, asked.body) == (method, "/p?q=1", body)
    assert asked.headers["content-type"] == "application/json"
    assert asked.raw.lower().count(b"\r\nx-a: ") == 2
    assert "transfer-encoding" not in asked.headers


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE"])
def test_nothing_is_sent_a_second_time(engine: str, method: str) -> None:
    """Not on a fresh connection that is lost, and not on a kept one after it took the request."""

    def answer_once(link: Link) -> None:
        if link.read() is not None:
            link.send(http_response({"name": "x"}))
            link.read()

    async def main() -> None:
        backend: Backend = find_backend(engine).create()
        request = Request(method, server.url + "/", body=None if method == "GET" else b"{}", projection=NAME)
        await backend.send(request)
        with pytest.raises(GitFleetError) as caught:
            await backend.send(request)
        assert caught.value.code == "connection_lost"
        await asyncio.sleep(0.05)
        await backend.aclose()

    with RawServer(answer_once) as server:
        run(main())
        assert (len(server.requests), server.connections) == (2, 1)


BAD_REQUESTS: dict[str, dict[str, Any]] = {
    "no scheme": {"url": "example.org/x"},
    "another scheme": {"url": "ftp://127.0.0.1/x"},
    "a port that is none": {"url": "http://127.0.0.1:99999/"},
    "a method that is none": {"method": "GE T"},
    "a line end in the method": {"method": "GET\r\nX: y"},
    "a line end in a header": {"headers": (("x-a", "b\r\nx-injected: 1"),)},
    "a zero in a header": {"headers": (("x-a", "b\0c"),)},
    "a line end in a name": {"headers": (("x-a\r\nx-injected", "1"),)},
    "a blank in a name": {"headers": (("x a", "1"),)},
    "no name": {"headers": (("", "1"),)},
}


@pytest.mark.parametrize("changes", BAD_REQUESTS.values(), ids=BAD_REQUESTS.keys())
def test_a_request_that_cannot_be_sent_is_refused(engine: str, changes: dict[str, Any]) -> None:
    with RawServer(always(http_response({}))) as server:
        error = _refused(engine, Request(**{"method": "GET", "url": server.url + "/", **changes}))
        assert not server.requests
    assert isinstance(error, ConfigurationError)
    assert error.code == "invalid_request"


def test_a_refused_header_is_not_shown(engine: str) -> None:
    error = _refused(engine, Request("GET", "http://127.0.0.1:9/", (("authorization", "Bearer s3cr3t\n"),)))
    shown = f"{error} {error!r} {error.__cause__!r} {error.__context__!r}"
    assert "s3cr3t" not in shown


def test_a_url_with_a_fragment_is_asked_without_it(engine: str) -> None:
    with RawServer(once(http_response({"name": "x"}))) as server:
        _send(engine, Request("GET", server.url + "/a#b", projection=NAME))
        assert server.requests[0].target == "/a"


@pytest.mark.parametrize("target", ["/%7Euser/%2F%2e", "/a//b", "/x?a=%20+&b[]=1|2", "/?", "/x?y='\"", "/;p=1,2"])
def test_a_target_is_sent_as_it_was_written(engine: str, target: str) -> None:
    with RawServer(once(http_response({"name": "x"}))) as server:
        _send(engine, Request("GET", server.url + target, projection=NAME))
        assert server.requests[0].target.replace("%22", '"').replace("%27", "'").replace("%7C", "|") == target


def test_a_closed_backend_says_so(engine: str) -> None:
    async def main() -> None:
        backend: Backend = find_backend(engine).create()
        await backend.aclose()
        await backend.aclose()
        with pytest.raises(ConfigurationError) as caught:
            await backend.send(Request("GET", "http://127.0.0.1:9/"))
        assert caught.value.code == "closed"

    run(main())


def test_the_total_is_not_the_engines_to_keep(engine: str) -> None:
    with RawServer(once(0.4, http_response({"name": "x"}))) as server:
        timeout = Timeout(connect=2, read=2, total=0.1)
        assert _send(engine, Request("GET", server.url + "/", timeout=timeout, projection=NAME)).columns


def test_an_engine_says_its_name_protocol_and_version(engine: str) -> None:
    found = find_backend(engine)
    assert (found.name, found.protocol) == (engine, 1)
    assert __version__ in found.version()


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        *(((("content-length", length),), b"abc") for length in ("0", "2", "4", "-3", "3, 3", "")),
        ((("Content-Length", "5"),), None),
        ((("Content-Length", "0"), ("content-length", "3")), b"abc"),
        ((("Transfer-Encoding", "chunked"),), None),
        ((("transfer-encoding", "identity"),), b"abc"),
        ((("x", "\u20ac"),), None),
        ((("\xe9", "x"),), None),
    ],
)
def test_a_header_that_can_not_be_sent_or_does_not_fit_the_body_is_refused(
    engine: str, headers: tuple[tuple[str, str], ...], body: bytes | None
) -> None:
    with RawServer(always(http_response({}))) as server:
        error = _refused(engine, Request("POST", server.url + "/", headers, body, timeout=Timeout(connect=5, read=1)))
        assert error.code == "invalid_request"
        assert server.requests == []


def test_letters_of_latin_1_are_sent_in_headers_as_they_come_in_them(engine: str) -> None:
    with RawServer(always(http_response({}))) as server:
        assert _send(engine, Request("GET", server.url + "/", (("x-latin", "a\xe9\xff"),))).status == 200
        assert server.requests[0].headers["x-latin"] == "a\xe9\xff"


@pytest.mark.parametrize("url", ["/plain", "/not plain"])
def test_nothing_is_said_that_was_not_asked_for(engine: str, url: str) -> None:
    with RawServer(always(http_response({}))) as server:
        _send(engine, Request("GET", server.url + url, (("x", "y"),)))
        assert set(server.requests[0].headers) - {"accept", "connection"} == {"host", "accept-encoding", "x"}
