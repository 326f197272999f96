"""A real redis-server that a test starts, stops, freezes and fills."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from support.certificates import Authority

__all__ = ["RedisServer", "find_redis"]

_PATIENCE = 20.0


def find_redis() -> str | None:
    """The path of redis-server."""
    folders = [os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/bin"]
    return shutil.which("redis-server", path=os.pathsep.join(folders))


class RedisServer:
    """A Redis on a free port of 127.0.0.1 that ends with the ``with`` block.

    Args:
        folder: Where it keeps its data.
        password: The password of its only user.
        memory: Bytes that it may use; 0 for any number. With fewer than it needs at its start it refuses writes.
        authority: Who signs its certificate; None for no TLS.
    """

    def __init__(
        self, folder: Path, *, password: str | None = None, memory: int = 0, authority: Authority | None = None
    ) -> None:
        program = find_redis()
        assert program is not None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.password = password
        self._folder, self._authority = folder, authority
        options = ["--save", "", "--appendonly", "no", "--maxmemory", str(memory), "--bind", "127.0.0.1"]
        if authority is None:
            options += ["--port", str(self.port)]
        else:
            certificate, key = authority.files(folder)
            options += ["--port", "0", "--tls-port", str(self.port), "--tls-auth-clients", "no"]
            options += ["--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
        if password is not None:
            options += ["--requirepass", password]
        self._command = [program, *options, "--dir", str(folder), "--dbfilename", "dump.rdb"]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its URL, with the password."""
        scheme = "redis" if self._authority is None else "rediss"
        secret = "" if self.password is None else f":{self.password}@"
        return f"{scheme}://{secret}127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.thaw()
        self.stop()

    def start(self) -> None:
        """Start it, with the data that :meth:`stop` kept."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + _PATIENCE
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            assert self._process.poll() is None, "redis-server does not start"
            assert time.monotonic() < end, "redis-server does not listen"
            time.sleep(0.02)

    def stop(self, *, keeps_data: bool = False) -> None:
        """End it, with or without its data."""
        process, self._process = self._process, None
        if process is None:
            return
        if keeps_data:
            self.command("SAVE")
        process.kill()
        process.wait(_PATIENCE)
        if not keeps_data:
            (self._folder / "dump.rdb").unlink(missing_ok=True)

    def freeze(self) -> None:
        """Stop it without closing its connections."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it continue."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def command(self, *words: str) -> object:
        """What it replies to a command."""
        from redis import Redis

        options = {"ssl_cert_reqs": "none"} if self._authority is not None else {}
        with Redis.from_url(self.url, socket_timeout=_PATIENCE, **options) as client:
            return client.execute_command(*words)

    def connections(self) -> int:
        """How many connections it has accepted since its start, without the one that asks."""
        info = self.command("INFO", "stats")
        assert isinstance(info, dict)
        return int(info["total_connections_received"]) - 1
