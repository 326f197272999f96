"""Small responses that would become large in memory are refused, and timeouts work while large ones are read."""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable

import pytest

from gitfleet_api import DecodeError, GitHubClient, ProtocolError, RequestTimeoutError, Timeout
from gitfleet_api.backend import MAX_ROWS, MAX_VALUES
from support.clients import MakeClient
from support.failing import REPO, branches, error_of, result_of
from support.raw_server import Link, RawServer, always, http_response, once
from support.running import run

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
ROW = b'{"name":"a","commit":{"sha":"b"}}'


async def any_value(client: GitHubClient) -> object:
    return await client.request("GET", "/x")


async def any_query(client: GitHubClient) -> object:
    return await client.graphql("query { a }")


def _response(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 " + status + b"\r\ncontent-length: %d\r\n\r\n" % len(body) + body


def _array(value: bytes, count: int) -> bytes:
    return b"[" + b",".join([value] * count) + b"]"


def test_as_many_rows_as_the_largest_page_are_returned(make_client: MakeClient) -> None:
    with RawServer(once(_response(_array(ROW, MAX_ROWS)))) as server:
        found = result_of(make_client, server.url, branches)
    assert isinstance(found, list)
    assert len(found) == MAX_ROWS


def test_one_row_more_is_refused(make_client: MakeClient) -> None:
    with RawServer(once(_response(_array(ROW, MAX_ROWS + 1)))) as server:
        error = error_of(make_client, server.url, branches)
    assert type(error) is DecodeError
    assert error.code == "decode_shape"
    assert f"more than {MAX_ROWS} rows in one response" in str(error)


@pytest.mark.parametrize("call", [branches, any_value, any_query])
@pytest.mark.parametrize("value", [b"{}", b"[]", b"1", b'""', b'{"a":{}}'])
def test_more_values_than_the_limit_are_refused(
    make_client: MakeClient, call: Callable[[GitHubClient], Awaitable[object]], value: bytes
) -> None:
    body = _array(value, MAX_VALUES + 1)
    with RawServer(once(_response(b'{"data":' + body + b"}" if call is any_query else body))) as server:
        error = error_of(make_client, server.url, call)
    assert type(error) is DecodeError
    assert error.code == "decode_json"
    assert f"more than {MAX_VALUES} values in one response" in str(error)


def test_values_are_counted_outside_texts_only(make_client: MakeClient) -> None:
    text = 'a,[{\\",' * 400_000  # the escapes cross every border of a piece
    body = json.dumps([{**REPO, "x": text}, text, "\\"]).encode()
    assert body.count(b",") > MAX_VALUES
    with RawServer(once(_response(body))) as server:
        found = result_of(make_client, server.url, any_value)
    assert found == [{**REPO, "x": text}, text, "\\"]


def test_an_array_just_below_the_limit_is_returned(make_client: MakeClient) -> None:
    count = MAX_VALUES - 1  # of commas; the bracket counts as well
    with RawServer(once(_response(_array(b"1", count + 1)))) as server:
        found = result_of(make_client, server.url, any_value)
    assert isinstance(found, list)
    assert len(found) == count + 1


@pytest.mark.parametrize("status", [b"200 OK", b"404 Not Found", b"502 Bad Gateway"])
def test_a_decompression_bomb_is_refused_early(make_client: MakeClient, status: bytes) -> None:
    bomb = gzip.compress(b"[" + b" " * (48 << 20) + b"]")
    head = b"HTTP/1.1 " + status + b"\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(bomb)
    with RawServer(once(head + bomb)) as server:
        error = error_of(make_client, server.url)
    assert type(error) is ProtocolError
    assert error.code == "body_too_large"
    assert "256 times the size of its compressed form" in str(error)


def test_repetitive_pages_are_no_bomb(make_client: MakeClient) -> None:
    body = _array(json.dumps({**REPO, "x": "the same " * 700}).encode(), 1000)
    assert len(gzip.compress(body)) * 100 < len(body) < 8 << 20
    with RawServer(once(http_response(body, compress=True))) as server:
        found = result_of(make_client, server.url, any_value)
    assert isinstance(found, list)
    assert len(found) == 1000


PEAK = """
    import asyncio, resource, sys
    from gitfleet_api import GitFleetError, GitHubClient

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

    async def main(url, engine):
        async with GitHubClient("t", url, backend=engine, retry=None) as client:
            await client.request("GET", "/small")
            before = peak()
            for work in (client.request("GET", "/x"), client.fetch_branches("o", "r")):
                try:
                    await work
                except GitFleetError as error:
                    print(error.code)
            print(peak() - before)

    asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no module resource")
@pytest.mark.parametrize("compress", [False, True])
def test_twelve_megabytes_of_empty_rows_take_little_memory(engine: str, compress: bool) -> None:
    body = _array(b"{}", 4_000_000)
    large = http_response(body, compress=True) if compress else _response(body)

    def serve(link: Link) -> None:
        while (request := link.read()) is not None:
            link.send(_response(b"{}") if request.target == "/small" else large)

    with RawServer(serve) as server:
        command = [sys.executable, "-c", textwrap.dedent(PEAK), server.url, engine]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    *codes, growth = done.stdout.split()
    assert codes == (["body_too_large"] * 2 if compress else ["decode_json"] * 2)
    assert int(growth) < 100 << 20


def _small_chunks(link: Link) -> None:
    if link.read() is not None:
        link.send(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        for _ in range(200):
            if not link.send(b"1\r\n \r\n" * 50_000):
                return


def test_the_total_timeout_holds_while_small_chunks_arrive(make_client: MakeClient) -> None:
    async def main(url: str) -> float:
        async with make_client(url, timeout=Timeout(5, 5, 0.5)) as client:
            start = time.monotonic()
            with pytest.raises(RequestTimeoutError) as caught:
                await client.request("GET", "/x")
            assert caught.value.code == "timeout_total"
            return time.monotonic() - start

    with RawServer(_small_chunks) as server:
        assert run(main(server.url)) < 5


def test_other_tasks_run_while_small_chunks_arrive(make_client: MakeClient) -> None:
    async def main(url: str) -> int:
        ticks = 0
        async with make_client(url, timeout=Timeout(5, 5, 1.0)) as client:
            task = asyncio.ensure_future(client.request("GET", "/x"))
            while not task.done():
                await asyncio.sleep(0.001)
                ticks += 1
            with pytest.raises(RequestTimeoutError):
                await task
        return ticks

    with RawServer(_small_chunks) as server:
        assert run(main(server.url)) > 10


def test_a_body_of_one_byte_chunks_is_complete(make_client: MakeClient) -> None:
    body = json.dumps({**REPO, "x": "y" * 5000}).encode()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
    with RawServer(always(HEAD + b"transfer-encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")) as server:
        assert result_of(make_client, server.url, any_value) == json.loads(body)
