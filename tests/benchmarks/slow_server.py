"""A server that delays every response by 100 ms, which nginx cannot: asyncio, with all responses in memory.

``python -m benchmarks.slow_server CORPUS_FOLDER`` prints its port and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from . import machine
from .corpus import PAGES, PUBLIC, Corpus
from .nginx import links

__all__ = ["SECONDS", "serving"]

SECONDS = 0.1
_HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\n"
    "X-RateLimit-Limit: 5000\r\nX-RateLimit-Remaining: 4999\r\nX-RateLimit-Reset: 4102444800\r\n"
    "X-RateLimit-Resource: core\r\n{}\r\n"
)


class _Answers:
    """All responses, and the counters."""

    def __init__(self, corpus: Corpus) -> None:
        self._folder = corpus.folder / "github"
        self._pages = f"/api/v3/orgs/{corpus.owner}/repos"
        self._fixed = {
            f"/api/v3/orgs/{corpus.owner}": (self._folder / "organization.json").read_bytes(),
            f"/api/v3/users/{corpus.owner}": (self._folder / "user.json").read_bytes(),
        }
        self._bodies = [(self._folder / "pages" / f"{number}.json").read_bytes() for number in range(1, PAGES + 1)]
        self.requests = 0
        self.connections = 0

    def of(self, target: str, host: str) -> bytes:
        """Return the whole response to a request."""
        asked = urlsplit(target)
        if asked.path == "/status":
            # The format of nginx's stub_status.
            text = f"\n\n {self.connections} {self.connections} {self.requests} \n"
            return (_HEAD.format(len(text), "") + text).encode()
        if asked.path != self._pages:
            # Clients follow the addresses in this one.
            body = self._fixed[asked.path].replace(PUBLIC.encode(), f"http://{host}/api/v3".encode())
            return _HEAD.format(len(body), "").encode() + body
        number = int(parse_qs(asked.query).get("page", ["1"])[0])
        body = self._bodies[number - 1] if number <= PAGES else b"[]"
        link = links(f"http://{host}{self._pages}", PAGES, min(number, PAGES))
        return _HEAD.format(len(body), f"Link: {link}\r\n").encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, answers: _Answers) -> None:
        self._answers = answers
        self._read = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._answers.connections += 1

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            host = next(line.partition(":")[2].strip() for line in lines if line.lower().startswith("host:"))
            target = lines[0].split()[1]
            self._answers.requests += 1
            response = self._answers.of(target, host)
            asyncio.get_running_loop().call_later(0 if target == "/status" else SECONDS, self._send, response)

    def _send(self, response: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(response)


async def _serve(folder: Path) -> None:
    corpus = Corpus.read(folder)
    assert corpus is not None
    answers = _Answers(corpus)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answers), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


@contextmanager
def serving(corpus: Corpus, environment: dict[str, str]) -> Iterator[str]:
    """Run the server on the server's processor until the block ends; return its root URL."""
    command = [sys.executable, "-P", "-m", "benchmarks.slow_server", str(corpus.folder)]
    with machine.on_server_core():
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
