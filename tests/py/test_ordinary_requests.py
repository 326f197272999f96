"""What the engine sends without asking httpx is what httpx would have sent."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitfleet_api import Request
from gitfleet_py.message import Message, message_of

HOSTS = st.sampled_from(
    ["localhost", "127.0.0.1", "a.b-c.example", "api.github.com", "256.0.0.1", "1.2.3", "x.1", "xn--a", "A.b", "a..b"]
)
PIECES = st.sampled_from([*"/.?&=%#'\"| +:@[]é\\", "..", "/./", "/../", "%2F", "%2e", "%zz", "a", "~x", "per_page=100"])
URLS = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP", "ftp"]),
    HOSTS,
    st.sampled_from(["", ":80", ":443", ":8080", ":0", ":080", ":65535", ":65536", ":"]),
    st.lists(PIECES, max_size=8).map(lambda pieces: "/" + "".join(pieces)),
)
ORDINARY = ["/", "/repos/a/b?per_page=100&page=2", "/.github", "/a/..b/c..", "/x?q=a..b/../c", "/%7Euser/%2F%2e"]


def _said(message: Message) -> tuple[str, dict[str, str]]:
    head = message.content.partition(b"\r\n\r\n")[0].decode()
    first, *lines = head.split("\r\n")
    fields = (line.partition(": ") for line in lines)
    return first, {name: value for name, _, value in fields}


@given(url=URLS)
def test_an_ordinary_request_is_the_one_that_httpx_makes(url: str) -> None:
    message = message_of(Request("GET", url))
    if message is not None:
        expected = httpx.Request("GET", url)
        first, fields = _said(message)
        assert first == f"GET {expected.url.raw_path.decode()} HTTP/1.1"
        assert fields["host"] == expected.headers["host"]
        port = expected.url.port or {"http": 80, "https": 443}[expected.url.scheme]
        assert message.origin == (expected.url.scheme, expected.url.host, port)


@pytest.mark.parametrize("target", ORDINARY)
@pytest.mark.parametrize("server", ["http://127.0.0.1:8080", "https://api.github.com", "https://git.example:443"])
def test_what_providers_are_asked_is_ordinary(server: str, target: str) -> None:
    assert message_of(Request("GET", server + target)) is not None


@pytest.mark.parametrize(
    "url",
    [
        *("http://user@host.example/", "http://u:p@host.example/", "http://Host.example/", "http://0177.0.0.1/"),
        *("http://127.0.0.1./", "http://a..b/", "http://xn--a/", "http://[::1]/", "http://a.example/a/../b"),
        *("http://a.example/b/..", "http://a.example/.", "http://a.example/%zz", "http://a.example:65536/"),
        *("http://a.example/a b", "http://a.example/?é", "http://a.example", "http://a.example/#x", "//a.example/"),
        *("http://a.example/" + "x" * 70_000, "http://a.example/x\n", "ftp://a.example/"),
    ],
)
def test_a_url_that_may_be_written_in_another_way_is_left_to_httpx(url: str) -> None:
    assert message_of(Request("GET", url)) is None


@pytest.mark.parametrize(
    "field",
    [
        *(("x-a", "b\r\nx-injected: 1"), ("x-a", "b\n"), ("x-a\r\nx-b: c\r\nx-c", "1"), ("x a", "1"), ("", "1")),
        *(("x-a", ""), ("x-a", " b"), ("x-a", "b "), ("x-a", "b\0"), ("x-a", "é"), ("x-a", "b\x7fc"), ("x:", "1")),
        ("Transfer-Encoding", "chunked"),
    ],
)
def test_a_header_that_may_not_be_one_is_left_to_httpx(field: tuple[str, str]) -> None:
    assert message_of(Request("GET", "http://a.example/", (field,))) is None


@pytest.mark.parametrize("method", ["GE T", "CONNECT", "get", "", "TRACE", "GET\r\nX: y"])
def test_an_unusual_method_is_left_to_httpx(method: str) -> None:
    assert message_of(Request(method, "http://a.example/")) is None


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("body", [None, b"", b"abc"])
def test_a_length_is_said_where_httpx_says_one(method: str, body: bytes | None) -> None:
    message = message_of(Request(method, "http://a.example/", body=body))
    assert message is not None
    expected = httpx.Request(method, "http://a.example/", content=body).headers.get("content-length")
    assert _said(message)[1].get("content-length") == expected
    assert message.content.endswith(b"\r\n\r\n" + (body or b""))


def test_what_a_request_says_itself_is_not_said_again() -> None:
    given = (("Host", "other"), ("Accept-Encoding", "identity"), ("CONNECTION", "close"), ("content-length", "0"))
    message = message_of(Request("POST", "http://a.example/", given))
    assert message is not None
    assert message.content == (
        b"POST / HTTP/1.1\r\nHost: other\r\nAccept-Encoding: identity\r\nCONNECTION: close\r\ncontent-length: 0\r\n\r\n"
    )
