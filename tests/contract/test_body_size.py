"""Bodies that are compressed, and bodies that are larger than allowed."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import textwrap
import zlib

import pytest

from gitfleet_api import ProtocolError
from support.clients import MakeClient
from support.failing import REPO, error_of, result_of
from support.raw_server import Link, RawServer, http_response, once

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
GZIP = {"content-encoding": "gzip"}
MEGABYTE = 1024 * 1024


def _repo_of(size: int) -> bytes:
    """A repository's JSON of exactly ``size`` bytes."""
    least = len(json.dumps({**REPO, "x": ""}))
    return json.dumps({**REPO, "x": "y" * (size - least)}).encode()


def _bomb(megabytes: int) -> bytes:
    """Gzip of a JSON text that unpacks to this size."""
    packer = zlib.compressobj(9, wbits=31)
    blanks = b" " * MEGABYTE
    return b"".join(packer.compress(blanks) for _ in range(megabytes)) + packer.flush()


def _pour(link: Link, chunk: bytes) -> None:
    for _ in range(2048):
        if not link.send(chunk):
            return


@pytest.mark.parametrize("compress", [False, True])
def test_a_body_of_just_the_allowed_size_arrives(make_client: MakeClient, compress: bool) -> None:
    with RawServer(once(http_response(_repo_of(5000), compress=compress))) as server:
        assert result_of(make_client, server.url, max_body=5000)


@pytest.mark.parametrize("compress", [False, True])
def test_a_body_of_one_byte_more_is_refused(make_client: MakeClient, compress: bool) -> None:
    with RawServer(once(http_response(_repo_of(5001), compress=compress))) as server:
        error = error_of(make_client, server.url, max_body=5000)
    assert type(error) is ProtocolError
    assert error.code == "body_too_large"
    assert "5000" in str(error)


def test_a_compressed_body_may_be_shorter_than_announced_sizes_suggest(make_client: MakeClient) -> None:
    # The announced length is that of the compressed bytes: it says nothing about the limit.
    noise = gzip.compress(_repo_of(300), compresslevel=0)
    assert len(noise) > 300
    with RawServer(once(http_response(noise, headers=GZIP))) as server:
        assert result_of(make_client, server.url, max_body=300)


def test_a_body_announced_too_large_is_refused_unread(make_client: MakeClient) -> None:
    def two_gigabytes(link: Link) -> None:
        link.read()
        link.send(HEAD + b"content-length: 2147483648\r\n\r\n")
        _pour(link, b" " * MEGABYTE)

    with RawServer(two_gigabytes) as server:
        error = error_of(make_client, server.url, max_body=MEGABYTE)
    assert error.code == "body_too_large"
    assert server.sent < 32 * MEGABYTE


def test_an_unannounced_body_is_refused_when_it_passes_the_limit(make_client: MakeClient) -> None:
    def endless_chunks(link: Link) -> None:
        link.read()
        link.send(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        _pour(link, b"100000\r\n" + b" " * MEGABYTE + b"\r\n")

    with RawServer(endless_chunks) as server:
        error = error_of(make_client, server.url, max_body=3 * MEGABYTE)
    assert error.code == "body_too_large"
    assert server.sent < 48 * MEGABYTE


def test_a_large_body_of_an_error_is_refused_too(make_client: MakeClient) -> None:
    with RawServer(once(http_response(b" " * 5001, status=500))) as server:
        error = error_of(make_client, server.url, max_body=5000)
    assert error.code == "body_too_large"


@pytest.mark.skipif(sys.platform == "win32", reason="the memory of a process is measured the POSIX way")
def test_a_gzip_bomb_is_refused_without_unpacking_it(engine: str) -> None:
    client = """
        import asyncio, resource, sys
        from gitfleet_api import GitHubClient, GitFleetError

        async def ask(path):
            try:
                async with GitHubClient(base_url=sys.argv[1] + path, backend=sys.argv[2], max_body=1 << 20) as client:
                    await client.fetch_repository_details("o", "r")
            except GitFleetError as error:
                return error.code

        async def main():
            assert await ask("/small") == "body_too_large"
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            code = await ask("/large")
            print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)

        asyncio.run(main())
    """
    small, large = http_response(_bomb(2), headers=GZIP), http_response(_bomb(400), headers=GZIP)

    def play(link: Link) -> None:
        while (request := link.read()) is not None:
            if not link.send(large if "large" in request.target else small):
                return

    with RawServer(play) as server:
        command = [sys.executable, "-c", textwrap.dedent(client), server.url, engine]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    code, growth = done.stdout.split()
    assert code == "body_too_large"
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(growth) * unit < 24 * MEGABYTE


PACKED = gzip.compress(json.dumps(REPO).encode())
MEMBERS = gzip.compress(b'{"id": 1, "name": "r",') + gzip.compress(b' "full_name": "o/r"}')


@pytest.mark.parametrize("body", [PACKED, MEMBERS], ids=["one member", "two members"])
@pytest.mark.parametrize("name", ["gzip", "GZIP", "x-gzip"])
def test_gzip_is_unpacked(make_client: MakeClient, name: str, body: bytes) -> None:
    with RawServer(once(http_response(body, headers={"content-encoding": name}))) as server:
        assert result_of(make_client, server.url)
        assert server.requests[0].headers["accept-encoding"] == "gzip"


def test_gzip_in_small_pieces_is_unpacked(make_client: MakeClient) -> None:
    head, _, body = http_response(MEMBERS, headers=GZIP).partition(b"\r\n\r\n")
    pieces = [body[start : start + 1] for start in range(len(body))]
    with RawServer(once(head + b"\r\n\r\n", *pieces)) as server:
        assert result_of(make_client, server.url)


def test_nothing_called_gzip_is_an_empty_body(make_client: MakeClient) -> None:
    with RawServer(once(http_response(b"", status=404, headers=GZIP))) as server:
        assert error_of(make_client, server.url).code == "not_found"


BROKEN = {
    "no gzip at all": (json.dumps(REPO).encode(), "gzip"),
    "gzip cut off": (PACKED[:-12], "gzip"),
    "gzip without its checksum": (PACKED[:-8], "gzip"),
    "a wrong checksum": (PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:], "gzip"),
    "a header alone": (PACKED[:10], "gzip"),
    "garbage behind it": (PACKED + b"garbage", "gzip"),
    "the second member cut off": (MEMBERS[:-10], "gzip"),
    "an encoding nobody asked for": (zlib.compress(json.dumps(REPO).encode()), "deflate"),
    "an encoding nobody knows": (PACKED, "rot13"),
    "two encodings": (gzip.compress(PACKED), "gzip, gzip"),
}


@pytest.mark.parametrize(("body", "encoding"), BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_unpacked_is_an_error(make_client: MakeClient, body: bytes, encoding: str) -> None:
    with RawServer(once(http_response(body, headers={"content-encoding": encoding}))) as server:
        error = error_of(make_client, server.url)
    assert type(error) is ProtocolError
    assert error.code == "protocol_error"
