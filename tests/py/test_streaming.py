"""Requests and responses of the pure Python engine whose bodies pass in parts."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from gitfleet_api import ConfigurationError, NetworkError
from gitfleet_api.backend import Request
from gitfleet_py import PythonBackend
from support.raw_upstream import RawUpstream

_PARTS = 256
_COMPRESSED = 64
_PART = b"0123456789abcdef" * 4096


async def _echo(
    first: str, headers: dict[str, str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    path = first.split(" ")[1]
    if path == "/long":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (_PARTS * len(_PART)))
        for _ in range(_PARTS):
            writer.write(_PART)
            await writer.drain()
    elif path == "/gzip":
        body = gzip.compress(_PART * _COMPRESSED)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    elif path == "/gzip-cut":
        body = gzip.compress(_PART)[:-4]
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    elif path == "/cut":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun")
    elif path == "/refuse":
        writer.write(b"HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
        await writer.drain()
        while await reader.read(65536):
            pass
    else:
        length = headers.get("content-length")
        body = b"" if length is None else await reader.readexactly(int(length))
        while length is None and not body.endswith(b"\r\n0\r\n\r\n"):
            body += await reader.read(65536)
        framing = headers.get("transfer-encoding", f"length {length}")
        text = f"{framing} {len(body)}".encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)


async def _parts(count: int = _PARTS) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield _PART


async def _read(
    server: RawUpstream, path: str, upload: AsyncIterator[bytes] | None = None, length: int | None = None
) -> tuple[int, bytes]:
    headers = () if length is None else (("content-length", str(length)),)
    request = Request("GET" if upload is None else "POST", server.url + path, headers)
    backend = PythonBackend()
    try:
        async with backend.stream(request, upload) as found:
            return found.status, b"".join([part async for part in found.parts])
    finally:
        await backend.aclose()


@pytest.mark.parametrize(("path", "parts"), [("/long", _PARTS), ("/gzip", _COMPRESSED)])
def test_a_body_arrives_decompressed_in_parts(path: str, parts: int) -> None:
    with RawUpstream(_echo) as server:
        assert asyncio.run(_read(server, path)) == (200, _PART * parts)


def test_a_body_that_is_not_read_fast_stays_with_the_server() -> None:
    async def peak(server: RawUpstream) -> int:
        backend = PythonBackend()
        async with backend.stream(Request("GET", f"{server.url}/long")) as found:
            await anext(found.parts)
            tracemalloc.start()
            await asyncio.sleep(0.2)
            _, highest = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        await backend.aclose()
        return highest

    with RawUpstream(_echo) as server:
        assert asyncio.run(peak(server)) < _PARTS * len(_PART)


@pytest.mark.parametrize("path", ["/cut", "/gzip-cut"])
def test_an_incomplete_body_is_an_error_of_its_parts(path: str) -> None:
    with RawUpstream(_echo) as server, pytest.raises(NetworkError):
        asyncio.run(_read(server, path))


def test_an_upload_has_the_length_of_its_header_or_is_sent_in_chunks() -> None:
    size = _PARTS * len(_PART)
    with RawUpstream(_echo) as server:
        assert asyncio.run(_read(server, "/up", _parts(), size)) == (200, f"length {size} {size}".encode())
        status, body = asyncio.run(_read(server, "/up", _parts()))
    assert (status, body.startswith(b"chunked ")) == (200, True)


@pytest.mark.parametrize("length", [1, len(_PART) + 1])
def test_an_upload_with_another_length_is_an_error(length: int) -> None:
    with RawUpstream(_echo) as server, pytest.raises(ConfigurationError):
        asyncio.run(_read(server, "/up", _parts(1), length))


def test_a_response_before_the_end_of_an_upload_ends_it() -> None:
    with RawUpstream(_echo) as server:
        assert asyncio.run(_read(server, "/refuse", _parts(10_000), 10_000 * len(_PART))) == (413, b"no")


def test_a_timeout_of_the_caller_inside_the_block_stays_one() -> None:
    async def work(server: RawUpstream) -> None:
        backend = PythonBackend()
        try:
            async with backend.stream(Request("GET", f"{server.url}/long")):
                raise TimeoutError("own")
        finally:
            await backend.aclose()

    with RawUpstream(_echo) as server, pytest.raises(TimeoutError, match="own"):
        asyncio.run(work(server))


def test_a_closed_engine_ends_a_stream() -> None:
    async def work(server: RawUpstream) -> None:
        backend = PythonBackend()
        async with backend.stream(Request("GET", f"{server.url}/long")):
            closing = asyncio.ensure_future(backend.aclose())
            await asyncio.sleep(10)
        await closing

    with RawUpstream(_echo) as server, pytest.raises(ConfigurationError):
        asyncio.run(work(server))
