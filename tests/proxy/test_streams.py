"""Long bodies: memory stays flat, and clients that leave or stop reading hold nothing.

GITFLEET_PROXY_STREAM_MB=1024 is the long form: `nox -s proxy_stream` runs it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.proxying import SECRET, ProxyProcess, run_curl
from support.raw_upstream import RawUpstream

from .conftest import POOL

_MEGABYTE = 1024 * 1024
_SIZE = int(os.environ.get("GITFLEET_PROXY_STREAM_MB", "128")) * _MEGABYTE
_MOST_GROWTH = 24 * _MEGABYTE
_BLOCK = bytes(range(256)) * 1024

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")


async def _behave(
    first: str, headers: dict[str, str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    if first.startswith("POST"):
        left = int(headers["content-length"])
        while left and (data := await reader.read(_MEGABYTE)):
            left -= len(data)
        body = json.dumps({"left": left}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        return
    if first.startswith("GET /slow"):
        await asyncio.sleep(1.5)
    if not first.startswith("GET /long"):
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
        return
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % _SIZE)
    for _ in range(_SIZE // len(_BLOCK)):
        writer.write(_BLOCK)
        await writer.drain()


@pytest.fixture(scope="module")
def server() -> Iterator[RawUpstream]:
    """A server with a body of the size of the test."""
    with RawUpstream(_behave) as running:
        yield running


@pytest.fixture(scope="module")
def narrow(server: RawUpstream) -> Iterator[ProxyProcess]:
    """A proxy with one request at a time: who holds a lease stops all others."""
    with ProxyProcess(server.url, POOL, "--concurrency", "1") as proxy:
        assert _is_free(proxy)
        yield proxy


def _is_free(proxy: ProxyProcess) -> bool:
    return run_curl(f"{proxy.url}/github/short", "--max-time", "20", secret=SECRET).status == 200


def _until(condition: Callable[[], bool]) -> None:
    for _ in range(400):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def _client(proxy: ProxyProcess, *arguments: str) -> subprocess.Popen[bytes]:
    """Start curl, which sends and receives as fast as it can, and keeps nothing."""
    command = ["curl", "-s", "-o", os.devnull, "-H", f"Authorization: Bearer {SECRET}", *arguments]
    return subprocess.Popen([*command, f"{proxy.url}/github/long"])


def _peak_while(process: subprocess.Popen[bytes], proxy: ProxyProcess) -> int:
    peak = proxy.memory
    while process.poll() is None:
        peak = max(peak, proxy.memory)
        time.sleep(0.01)
    assert process.returncode == 0
    return peak


def _report(what: str, growth: int) -> None:
    size = _SIZE // _MEGABYTE
    print(f"{what} of {size} MB: the memory of the proxy grew by {growth / _MEGABYTE:.1f} MB")  # noqa: T201  a figure


def test_a_long_download_leaves_memory_flat(narrow: ProxyProcess) -> None:
    before = narrow.memory
    growth = _peak_while(_client(narrow), narrow) - before
    _report("download", growth)
    assert growth < _MOST_GROWTH


def test_a_long_upload_leaves_memory_flat(narrow: ProxyProcess, tmp_path: Path) -> None:
    file = tmp_path / "asset"
    with file.open("wb") as opened:
        opened.truncate(_SIZE)  # a sparse file
    before = narrow.memory
    growth = _peak_while(_client(narrow, "--fail", "-X", "POST", "-T", str(file)), narrow) - before
    _report("upload", growth)
    assert growth < _MOST_GROWTH


def _connect(proxy: ProxyProcess, path: str) -> socket.socket:
    host, port = proxy.url.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((host, int(port)))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\n\r\n".encode())
    return connection


def test_a_client_that_is_killed_in_a_download_gives_its_lease_back(narrow: ProxyProcess) -> None:
    client = _client(narrow, "--limit-rate", "100k")
    _until(lambda: narrow.metric("in_flight") == 1)
    time.sleep(0.2)
    client.send_signal(signal.SIGKILL)
    client.wait()
    assert _is_free(narrow)
    assert narrow.metric("in_flight") == 0


def test_a_client_that_leaves_before_the_response_gives_its_lease_back(narrow: ProxyProcess) -> None:
    with _connect(narrow, "/github/slow"):
        _until(lambda: narrow.metric("in_flight") == 1)
    _until(lambda: narrow.metric("in_flight") == 0)
    assert _is_free(narrow)


def test_a_client_that_does_not_read_is_disconnected(server: RawUpstream) -> None:
    with ProxyProcess(server.url, POOL, "--concurrency", "1", "--patience", "1") as proxy:
        with _connect(proxy, "/github/long"):
            _until(lambda: proxy.metric("in_flight") == 1)
            assert _is_free(proxy)
        assert proxy.metric("refused_total") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_running_requests_end(server: RawUpstream, number: int, tmp_path: Path) -> None:
    listen = ("--listen", "127.0.0.1:0", "--listen", f"unix:{tmp_path}/own.sock")
    with ProxyProcess(server.url, POOL, *listen) as proxy:
        assert stat.S_IMODE(Path(proxy.unix).stat().st_mode) == 0o600
        second = ProxyProcess(server.url, POOL, *listen[2:]).process
        assert "address already in use" in second.communicate(timeout=30)[0]
        with _connect(proxy, "/github/slow") as client:
            _until(lambda: proxy.metric("in_flight") == 1)
            assert proxy.stop(number) == 0
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
        assert not [line for line in proxy.printed if "rror" in line]
        assert not Path(proxy.unix).exists()
