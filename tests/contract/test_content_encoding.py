"""What Content-Encoding may say: a list, in one line or several (RFC 9110, 5.6.1 and 8.4)."""

from __future__ import annotations

import gzip

import pytest

from gitfleet_api import Backend, GitFleetError, Request, Response
from gitfleet_api.backend.discovery import find_backend
from support.raw_server import RawServer, once
from support.running import run

BODY = b'{"name": "x"}'
PACKED = gzip.compress(BODY)


def _get(engine: str, body: bytes, lines: list[bytes], *, max_body: int = 1000) -> Response:
    head = b"".join(b"content-encoding:" + line + b"\r\n" for line in lines)
    whole = b"HTTP/1.1 200 OK\r\n%scontent-length: %d\r\n\r\n%s" % (head, len(body), body)

    async def main(url: str) -> Response:
        backend: Backend = find_backend(engine).create()
        try:
            return await backend.send(Request("GET", url + "/", max_body=max_body))
        finally:
            await backend.aclose()

    with RawServer(once(whole)) as server:
        return run(main(server.url))


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (PACKED, [b" identity", b" gzip"]),
        (PACKED, [b"gzip", b" identity"]),
        (PACKED, [b" ", b"\tX-GZip ,"]),
        (PACKED, [b" ,, gzip ,identity"]),
        (BODY, [b" identity", b" Identity"]),
        (BODY, [b" identity, identity,"]),
        (BODY, [b" ,", b""]),
    ],
    ids=lambda value: str(value) if isinstance(value, list) else "packed" if value is PACKED else "plain",
)
def test_identity_and_empty_elements_count_for_nothing(engine: str, body: bytes, lines: list[bytes]) -> None:
    assert _get(engine, body, lines).body == BODY


@pytest.mark.parametrize(
    "lines",
    [
        [b" gzip", b" gzip"],
        [b" gzip", b" br"],
        [b" br", b" gzip"],
        [b" identity, br", b" gzip"],
        [b" \xa0gzip"],
        [b" \xc2\xa0gzip"],
        [b" gzip\x85"],
        [b" \xe2\x80\x83"],
    ],
    ids=str,
)
def test_every_line_counts_and_only_blanks_are_blank(engine: str, lines: list[bytes]) -> None:
    with pytest.raises(GitFleetError) as caught:
        _get(engine, PACKED, lines)
    assert caught.value.code == "protocol_error"


@pytest.mark.parametrize("limit", [2**31, 2**32, 2**63 - 1])
def test_any_limit_will_do_for_what_is_packed(engine: str, limit: int) -> None:
    assert _get(engine, PACKED, [b" gzip"], max_body=limit).body == BODY
