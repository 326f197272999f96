"""Running ``gitfleet proxy`` as a process, in front of a local forge or of a server of the test."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from support.command_line import empty_home, isolated

__all__ = ["SECRET", "ProxyProcess", "run_curl"]

SECRET = "secret-of-the-proxy-0123456789"
_PATIENCE = 30.0


class ProxyProcess:
    """A proxy in a separate process, and all that it prints.

    Args:
        github: base URL of the API that stands for GitHub's; None for none.
        gitlab: the same for GitLab.
        tokens: the tokens of the pool.
        arguments: further arguments.

    Attributes:
        url: its address.
        unix: path of its Unix socket; empty if it has none.
        printed: the lines of stdout and stderr so far.
    """

    def __init__(
        self, github: str | None, tokens: Sequence[str], *arguments: str, gitlab: str | None = None, **env: str
    ) -> None:
        self.printed: list[str] = []
        self.url = self.unix = ""
        names = [name for name, url in (("github", github), ("gitlab", gitlab)) if url is not None]
        listen = () if "--listen" in arguments else ("--listen", "127.0.0.1:0")
        given = {name: value for name, value in os.environ.items() if not _is_private(name)}
        given |= isolated(empty_home()) | {"PYTHONUNBUFFERED": "1", "GITFLEET_PROXY_SECRET": SECRET}
        given |= {"GITFLEET_GITHUB_URL": github or "", "GITFLEET_GITLAB_URL": gitlab or ""}
        given |= {"GITHUB_TOKEN": ",".join(tokens), "GITLAB_TOKEN": ",".join(tokens)} | env
        self.process = subprocess.Popen(
            [sys.executable, "-m", "GitFleet", "proxy", *names, *listen, *arguments],
            env={name: value for name, value in given.items() if value},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._is_ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line.rstrip("\n"))
            found = re.match("listening on (unix:)?(.+)", line)
            if found is not None and found[1]:
                self.unix = found[2]
            elif found is not None:
                self.url = found[2]
            if line.startswith("ready"):
                self._is_ready.set()
        self._is_ready.set()

    def __enter__(self) -> Self:
        self._reader.start()
        assert self._is_ready.wait(_PATIENCE), "the proxy did not start"
        assert self.process.poll() is None, self.printed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(_PATIENCE)
        self._reader.join(_PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        assert not [line for line in self.printed if "Traceback" in line or "Error" in line], self.printed

    def stop(self, number: int) -> int:
        """Send a signal, and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(_PATIENCE)

    def metric(self, name: str) -> float:
        """Return the sum of the values of a metric."""
        text = run_curl(f"{self.url}/metrics").out
        found = re.findall(rf"^gitfleet_proxy_{name}(?:{{[^}}]*}})? ([0-9.e+]+)$", text, re.MULTILINE)
        return sum(map(float, found))

    @property
    def memory(self) -> int:
        """The memory of the process in bytes, as far as it is in use now (RSS)."""
        text = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        found = re.search(r"VmRSS:\s+([0-9]+) kB", text)
        assert found is not None
        return int(found[1]) * 1024

    @property
    def command_line(self) -> str:
        """What other users see of the process: its arguments."""
        return Path(f"/proc/{self.process.pid}/cmdline").read_text("utf-8")


def _is_private(name: str) -> bool:
    """Return whether a variable names credentials or servers of the machine."""
    return name.lower().endswith("_proxy") or name.startswith(("GH_", "GITHUB_", "GITLAB_", "GITFLEET_", "CI_"))


class Curled:
    """The result of curl.

    Attributes:
        status: HTTP status; 0 if there was none.
        headers: names in lower case and values.
        body: the body.
        out: the same as text.
        raw: all that curl received.
        code: its exit code; 18 for a body that is incomplete.
    """

    def __init__(self, raw: bytes, body: bytes, status: str, code: int) -> None:
        self.status = int(status or 0)
        self.code = code
        self.raw = raw
        self.body = body
        self.out = body.decode(errors="replace")
        lines = raw.decode("latin-1").splitlines()
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def run_curl(url: str, *arguments: str, secret: str | None = None) -> Curled:
    """Return what curl receives.

    Args:
        url: the URL.
        arguments: further arguments.
        secret: sent as a bearer token; None for none.
    """
    own = () if secret is None else ("-H", f"Authorization: Bearer {secret}")
    with _temporary() as (head, body):
        done = subprocess.run(
            ["curl", "-s", "--path-as-is", "-D", head, "-o", body, "-w", "%{http_code}", *own, *arguments, url],
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        found = [Path(name).read_bytes() if Path(name).exists() else b"" for name in (head, body)]
    return Curled(found[0], found[1], done.stdout, done.returncode)


@contextmanager
def _temporary() -> Iterator[tuple[str, str]]:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="gitfleet-curl-") as folder:
        yield f"{folder}/head", f"{folder}/body"
