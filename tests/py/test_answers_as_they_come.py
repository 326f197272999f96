"""An answer that comes at once is read the quick way, one that comes in pieces by h11: both make the same of it."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitfleet_api import GitFleetError, Request
from gitfleet_py.answer import Answer
from gitfleet_py.broken import ExchangeError

FIELDS = st.sampled_from(
    [
        *(b"x-a: 1", b"X-A:2", b"x-b: \t two words \t", b"x-empty:", b"x-latin: \xe9\xff", b"x-tab: a\tb"),
        *(b"connection: close", b"Connection: Keep-Alive", b"connection: x, Close", b"server: x"),
        *(b"content-length: 7", b"Content-Length: 3", b"content-length: 0", b"content-length: +3"),
        *(b"content-length: 3, 3", b"transfer-encoding: chunked", b"content-encoding: identity"),
        *(
            b"content-encoding: br",
            b"no colon",
            b"bad name: 1",
            b": no name",
            b" folded",
            b"x-zero: a\0b",
            b"x-del: \x7f",
        ),
    ]
)
STATUSES = st.sampled_from(
    [
        *(
            b"HTTP/1.1 200 OK",
            b"HTTP/1.1 204 No Content",
            b"HTTP/1.1 304 Not Modified",
            b"HTTP/1.1 404",
            b"HTTP/1.0 200 OK",
        ),
        *(b"HTTP/1.1 500 ", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK", b"HTTP/1.1 2000 x", b"HTTP/1.1 20x x"),
        *(b"HTTP/2 200 OK", b"http/1.1 200 OK", b"SSH-2.0"),
    ]
)
BODIES = st.sampled_from([b"", b"abc", b'{"a":1}', b'{"a":1}, and more', b"3\r\nabc\r\n0\r\n\r\n", b"3\r\nab"])
SMALL = Request("GET", "http://a.example/", max_body=2)


def _outcome(request: Request, pieces: list[bytes]) -> object:
    """What comes of it; the end of the connection follows the pieces."""
    answer = Answer(request)
    try:
        if any(answer.feed(piece) for piece in [*pieces, b""]):
            # The rest of what is there at the end of an answer is only seen where both come together.
            return answer.status, sorted(answer.headers.items), answer.body()
    except (ExchangeError, GitFleetError) as error:
        return error.code
    return "not whole"


def _pieces(data: bytes) -> list[bytes]:
    return [data[place : place + 1] for place in range(len(data))]


@given(status=STATUSES, fields=st.lists(FIELDS, max_size=4), body=BODIES, request=st.sampled_from(["GET", "HEAD"]))
def test_an_answer_means_the_same_in_one_piece_and_in_many(
    status: bytes, fields: list[bytes], body: bytes, request: str
) -> None:
    data = b"\r\n".join([status, *fields]) + b"\r\n\r\n" + body
    asked = Request(request, "http://a.example/")
    assert _outcome(asked, [data]) == _outcome(asked, _pieces(data))


@pytest.mark.parametrize("fields", [b"content-length: 3\r\n", b"transfer-encoding: chunked\r\n", b""])
def test_a_body_that_is_too_large_is_refused_in_one_piece_and_in_many(fields: bytes) -> None:
    data = b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n" + (b"3\r\nabc\r\n0\r\n\r\n" if b"chunked" in fields else b"abc")
    assert _outcome(SMALL, [data]) == _outcome(SMALL, _pieces(data)) == "body_too_large"


@pytest.mark.parametrize("cut", [0, 1, 9])
def test_a_packed_body_means_the_same_in_one_piece_and_in_many(cut: int) -> None:
    packed = gzip.compress(b"abc" * 100)
    body = packed[: len(packed) - cut]
    data = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    request = Request("GET", "http://a.example/")
    found = _outcome(request, [data])
    assert found == _outcome(request, _pieces(data))
    assert (found == "protocol_error") == (cut > 0)


@pytest.mark.parametrize(("status", "method"), [(b"304 Not Modified", "GET"), (b"204 No", "GET"), (b"200 OK", "HEAD")])
def test_an_answer_that_never_has_a_body_needs_no_length_to_be_ordinary(
    status: bytes, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("gitfleet_py.careful.Careful")
    data = b"HTTP/1.1 " + status + b'\r\netag: "a"\r\n\r\n'
    assert _outcome(Request(method, "http://a.example/"), [data]) == (int(status[:3]), [("etag", '"a"')], b"")


def _keeps(data: bytes, method: str = "GET") -> bool:
    answer = Answer(Request(method, "http://a.example/"))
    assert answer.feed(data)
    return answer.keeps_connection


@pytest.mark.parametrize("fields", [b"", b"connection: keep-alive\r\n", b"Connection: Upgrade\r\n"])
def test_a_connection_is_kept_unless_the_server_says_otherwise(fields: bytes) -> None:
    assert _keeps(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n" + fields + b"\r\n")
    assert _keeps(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n" + fields + b"\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    "fields", [b"connection: close\r\n", b"Connection: x, CLOSE\r\n", b"connection: x\r\nconnection: close\r\n"]
)
def test_a_connection_is_not_kept_where_the_server_says_so(fields: bytes) -> None:
    assert not _keeps(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n" + fields + b"\r\n")
    assert not _keeps(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n" + fields + b"\r\n0\r\n\r\n")


@pytest.mark.parametrize("rest", [b"", b"x"])
def test_a_connection_with_something_left_over_is_not_kept(rest: bytes) -> None:
    assert _keeps(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc" + rest) == (not rest)
    assert _keeps(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n" + rest, "HEAD") == (not rest)
    assert _keeps(b"HTTP/1.1 204 No\r\ncontent-length: 0\r\n\r\n" + rest) == (not rest)
    assert _keeps(b"HTTP/1.1 304 No\r\n\r\n" + rest) == (not rest)
    assert _keeps(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + rest) == (not rest)
