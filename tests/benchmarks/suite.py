"""Runs the workloads: connects servers, clients and measurements."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path

from . import nginx
from .corpus import Corpus
from .forge_server import ForgeServer
from .measuring import CrashedError, Figures, Program, measure, median
from .rounds import interleaved
from .workloads import CLIENTS, Workload

__all__ = ["Medians", "Suite"]

Medians = dict[str, dict[str, Figures]]

_CLIENTS = Path(__file__).parent / "clients"
_DISTRIBUTIONS = (
    "PyGithub",
    "github3.py",
    "githubkit",
    "gidgethub",
    "ghapi",
    "python-gitlab",
    "httpx",
    "httpx2",
    "aiohttp",
    "msgspec",
    "uvloop",
    "pyreqwest",
)
# Variables that change the behaviour of a client.
_DISTURBING = ("PYTHON", "GITFLEET", "GITHUB", "GH_", "SSL_", "REQUESTS_", "CURL_", "NETRC", "COV_")
_SHORT_SECONDS = 160
_TRIES = 5
"""Attempts for other clients, because pyreqwest sometimes crashes at exit; GitFleet has one."""


class Suite:
    """A run of the suite.

    Args:
        corpus: the bodies.
        fast: nginx.
        slow: root URL of the slow server.
        forge: the local forge.
        homes: the interpreter of each environment.
        authority: PEM file with the certificate authority.
    """

    def __init__(
        self,
        corpus: Corpus,
        fast: nginx.Server,
        slow: str,
        forge: ForgeServer,
        homes: Mapping[str, str],
        authority: Path,
    ) -> None:
        self._corpus = corpus
        self._forge = forge
        self._roots = {
            "plain": fast.plain,
            "gzip": fast.gzip,
            "http1": fast.http1,
            "http2": fast.http2,
            "slow": slow,
            "forge": forge.root,
        }
        self._homes = homes
        self._authority = authority
        self.environment = _quiet(os.environ)
        self._native = self._ask("gitfleet", "import gitfleet_native", check=False) is not None

    def run(self, workloads: Sequence[Workload], rounds: int, *, short: bool, only: Collection[str] = ()) -> Medians:
        """Return the medians of all clients that can run here, or of those in ``only``.

        Raises:
            WrongWorkError: a client failed or did not do its work.
        """
        medians: Medians = {}
        deadline = time.monotonic() + _SHORT_SECONDS if short else None
        for workload in workloads:
            clients = self.taking_part(workload.short if short else workload.clients)
            clients = [client for client in clients if not only or client in only]
            found = interleaved(
                clients, partial(self._measured, workload), rounds * workload.runs, slow_once=short, deadline=deadline
            )
            medians[workload.key] = {client: median(runs) for client, runs in found.items()}
        return medians

    def taking_part(self, clients: Sequence[str]) -> list[str]:
        """Return the clients whose environment exists."""
        return [
            key for key in clients if CLIENTS[key].home in self._homes and (self._native or not CLIENTS[key].native)
        ]

    def program(self, workload: Workload, key: str) -> Program:
        """Return the program of a client in a workload."""
        client, folder = CLIENTS[key], self._corpus.folder
        on_gitlab = client.script == "python_gitlab"
        work = "download" if client.download else workload.work
        server = client.server or workload.server
        arguments = [
            work,
            self._roots[server] + ("/api/v4" if on_gitlab else "/api/v3"),
            self._owner(workload),
            str(folder / ("ids.txt" if on_gitlab else "names.txt")),
            str(self._authority) if server in ("http1", "http2") else "-",
            *client.options,
            *filter(None, [client.download]),
        ]
        command = [self._homes[client.home], str(_CLIENTS / f"with_{client.script}.py"), *arguments]
        if client.download:
            least = self._corpus.body_bytes if client.download == "pages" else 1
            return Program(command, None, least_bytes=least)
        if workload.work == "session":
            return Program(command, None, own_value=True)
        if workload.server == "forge":
            return Program(command, self._forge.expected)
        return Program(command, self._corpus.expected["gitlab " * on_gitlab + workload.expected])

    def _owner(self, workload: Workload) -> str:
        if workload.server == "forge":
            return self._forge.owner
        return nginx.STREAM_OWNER if workload.work == "stream" else self._corpus.owner

    def _measured(self, workload: Workload, key: str) -> Figures:
        root = self._roots["slow" if workload.server == "slow" else "plain"]
        count = self._forge.counts if workload.server == "forge" else partial(nginx.counts, root)
        figures = self._tried(self.program(workload, key), count, 1 if CLIENTS[key].home != "peers" else _TRIES)
        text = f"{figures.value:.1f} µs" if figures.value else f"{figures.cpu:.2f} s CPU, {figures.wall:.2f} s"
        print(f"{workload.key}: {CLIENTS[key].script} {' '.join(CLIENTS[key].options)}: {text}", flush=True)
        return figures

    def _tried(self, program: Program, count: Callable[[], nginx.Counts], tries: int) -> Figures:
        for left in reversed(range(tries)):
            try:
                return measure(program, count, self.environment)
            except CrashedError as crash:
                if not left:
                    raise
                print(f"{crash}\ntrying again")
        raise AssertionError

    def versions(self) -> dict[str, str]:
        """Return the versions of the other clients' packages."""
        code = (
            f"import json, importlib.metadata as m; print(json.dumps({{n: m.version(n) for n in {_DISTRIBUTIONS!r}}}))"
        )
        said = self._ask("peers", code)
        assert said is not None
        found: dict[str, str] = json.loads(said)
        return found

    def pythons(self) -> tuple[str, str]:
        """Return the Python versions of GitFleet's environment and of the other clients'."""
        code = "import platform; print(platform.python_version())"
        ours, theirs = self._ask("gitfleet", code), self._ask("peers", code)
        assert ours is not None
        assert theirs is not None
        return ours, theirs

    def _ask(self, home: str, code: str, *, check: bool = True) -> str | None:
        done = subprocess.run(
            [self._homes[home], "-P", "-c", code], env=self.environment, capture_output=True, text=True, check=check
        )
        return None if done.returncode else done.stdout.strip()


def _quiet(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(_DISTURBING) and not name.lower().endswith("_proxy")
    }
