"""A plain HTTP client and a served fleet for the tests of the local forge."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gitfleet_testing import Fleet, Forge

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Reply:
    """A response; ``headers`` by name in lower case, ``raw`` is the body as received."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> bytes:
        """The decompressed body."""
        compressed = self.headers.get("content-encoding") == "gzip" and self.raw
        return gzip.decompress(self.raw) if compressed else self.raw

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def links(self) -> dict[str, str]:
        """The URLs of the Link header by relation, in its order."""
        parts = self.headers.get("link", "").split(", ") if "link" in self.headers else []
        return {part.split('rel="')[1].rstrip('"'): part[1 : part.index(">")] for part in parts}


def request(
    url: str,
    token: str | None = "forge-token",  # the local forge's
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    context: ssl.SSLContext | None = None,
) -> Reply:
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.netloc, timeout=10, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    sent = dict(headers or {})
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body, headers=sent)
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, received, response.read())
    finally:
        connection.close()


@dataclass(frozen=True)
class Raw:
    """The bytes received on a socket, and how it ended: "eof", "reset" or "silence"."""

    data: bytes
    end: str
    seconds: float

    @property
    def head(self) -> str:
        """The bytes before the body."""
        return self.data.partition(b"\r\n\r\n")[0].decode("latin-1")

    @property
    def body(self) -> bytes:
        """The bytes after the head."""
        return self.data.partition(b"\r\n\r\n")[2]

    @property
    def content_length(self) -> int:
        """The Content-Length of the head."""
        return int(self.head.lower().split("content-length: ")[1].split("\r\n")[0])


def exchange(url: str, *, method: str = "GET", headers: str = "", body: bytes = b"", patience: float = 5) -> Raw:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = (
        f"{method} {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
        f"Authorization: Bearer forge-token\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    )
    started = time.monotonic()
    data, end = b"", "eof"
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=patience) as connection:
        connection.sendall(head.encode() + body)
        try:
            while got := connection.recv(65536):
                data += got
        except ConnectionResetError:
            end = "reset"
        except TimeoutError:
            end = "silence"
    return Raw(data, end, time.monotonic() - started)


@pytest.fixture(scope="session")
def raw() -> Callable[..., Raw]:
    """``raw(url, method=, headers=, body=, patience=)`` returns the bytes received on a socket."""
    return exchange


@pytest.fixture(scope="session")
def ask() -> Callable[..., Reply]:
    """``ask(url, token="forge-token", method=, headers=, body=, context=)`` returns a Reply."""
    return request


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    """A forge with a generated fleet. The tests of a module share it, so they do not change it."""
    with Forge(Fleet.generate(organizations=2, repositories=400, users=6, seed=7)) as running:
        running.add_token(running.token, limit=1_000_000)
        yield running


@pytest.fixture
def small() -> Iterator[Forge]:
    """A forge for one test, with an organization; octo-user is a member and eve is not."""
    fleet = Fleet()
    fleet.add_user("octo-user")
    fleet.add_user("eve")
    fleet.add_organization("Acme", members=["octo-user"])
    fleet.add_repository("Acme", "Tool", stars=5)
    fleet.add_repository("Acme", "secret", private=True)
    fleet.add_repository("octo-user", "notes", private=True)
    with Forge(fleet) as running:
        running.add_token("octo", login="octo-user")
        running.add_token("eve", login="eve")
        yield running


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of recorded exchanges. Tests that need it are skipped if it is missing."""
    folder = Path(os.environ.get("GITFLEET_RECORDED", ROOT / ".." / "shared" / "recorded"))
    if not folder.is_dir():
        pytest.skip(f"no recorded exchanges in {folder} (set GITFLEET_RECORDED)")
    return folder
