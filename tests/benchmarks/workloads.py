"""What is measured: the clients, and the workloads that they carry out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CLIENTS", "WORKLOADS", "Client", "Workload", "chosen"]

Home = Literal["gitfleet", "fast", "before", "peers"]


@dataclass(frozen=True, slots=True)
class Client:
    """A program under clients/.

    Attributes:
        label: its name in tables; {package} is replaced by that package's version.
        script: the program: with_SCRIPT.py.
        options: further arguments of its command line.
        home: the environment that runs it: GitFleet's, one with gitfleet-py[fast], one with an earlier version of
            GitFleet, or the one of the other clients.
        native: it needs the native engine.
        server: the way to the server, where it is not the one of the workload.
        download: it only downloads these bodies ("pages" or "singles") and drops them.
    """

    label: str
    script: str
    options: tuple[str, ...] = ()
    home: Home = "peers"
    native: bool = False
    server: str = ""
    download: Literal["", "pages", "singles"] = ""


@dataclass(frozen=True, slots=True)
class Workload:
    """A task that clients carry out.

    Attributes:
        key: its name on the command line.
        title: heading of its table.
        text: the task, in a sentence.
        work: the word that the programs know it by.
        server: the way to the server: an attribute of nginx.Server, "slow" or "forge".
        expected: the name of the rows that a client must have received.
        clients: keys of the clients, GitFleet's first.
        short: those of them that the short variant runs; the goals need no others.
        runs: how often a round of a full run repeats it, where one run is short and noisy.
        counts_lines: its table has the lines of code of each program, and the rows.
    """

    key: str
    title: str
    text: str
    work: str
    server: str
    expected: str
    clients: tuple[str, ...]
    short: tuple[str, ...]
    runs: int = 1
    counts_lines: bool = False


def _ours(label: str, script: str, *options: str, native: bool = True, server: str = "") -> Client:
    return Client(f"GitFleet, {label}", script, options, "gitfleet", native=native, server=server)


CLIENTS = {
    "native": _ours("native engine", "gitfleet", "native"),
    "native-plain": _ours("native engine, over plain HTTP", "gitfleet", "native", server="plain"),
    "native-before": Client("GitFleet before, native engine", "gitfleet", ("native",), "before", native=True),
    "python": _ours("pure Python engine", "gitfleet", "python", native=False),
    "python-hook": _ours("pure Python engine, one event hook", "gitfleet", "python", "hook", native=False),
    "python-before": Client("GitFleet before, pure Python engine", "gitfleet", ("python",), "before"),
    "fast": Client("GitFleet, pure Python engine with gitfleet-py[fast]", "gitfleet", ("python",), "fast"),
    "pygithub": Client("PyGithub {PyGithub}", "pygithub"),
    "github3": Client("github3.py {github3.py}", "github3"),
    "githubkit": Client("githubkit {githubkit}", "githubkit", ("sync",)),
    "githubkit-async": Client("githubkit {githubkit}, async", "githubkit", ("async",)),
    "gidgethub-httpx": Client("gidgethub {gidgethub} on httpx2 {httpx2}", "gidgethub", ("httpx",)),
    "gidgethub-aiohttp": Client("gidgethub {gidgethub} on aiohttp {aiohttp}", "gidgethub", ("aiohttp",)),
    "ghapi": Client("ghapi {ghapi}", "ghapi"),
    "python-gitlab": Client("python-gitlab {python-gitlab} (GitLab's bodies)", "python_gitlab"),
    "httpx": Client("httpx {httpx} + json, one client", "httpx"),
    "httpx-8": Client("httpx {httpx} + json, one client, 8 in flight", "httpx", ("8",)),
    "aiohttp": Client("aiohttp {aiohttp} + msgspec {msgspec} + uvloop {uvloop}", "aiohttp"),
    "pyreqwest": Client("pyreqwest {pyreqwest} + msgspec {msgspec}, 8 in flight", "pyreqwest", ("8",)),
    "pyreqwest-50": Client("pyreqwest {pyreqwest} + msgspec {msgspec}, 50 in flight", "pyreqwest", ("50",)),
    "pages-pyreqwest": Client("bodies only: pyreqwest, 8 in flight", "pyreqwest", ("8",), download="pages"),
    "pages-native": Client(
        "bodies only: GitFleet's native engine, 16 in flight",
        "native_engine",
        ("16",),
        "gitfleet",
        native=True,
        download="pages",
    ),
    "singles-pyreqwest": Client("bodies only: pyreqwest, 8 in flight", "pyreqwest", ("8",), download="singles"),
    "singles-native": Client(
        "bodies only: GitFleet's native engine, 50 in flight",
        "native_engine",
        ("50",),
        "gitfleet",
        native=True,
        download="singles",
    ),
    "nothing": Client("lower bound: Python, asyncio, json and a GET by hand", "nothing"),
    "to_arrow": _ours("native engine: `to_arrow`", "tables", "arrow"),
    "asdict": _ours("native engine: objects, then `pd.DataFrame([asdict(r) ...])`", "tables", "asdict"),
    "fleet-native": _ours("native engine: `Fleet.each`", "contributors_gitfleet", "native"),
    "fleet-python": _ours("pure Python engine: `Fleet.each`", "contributors_gitfleet", "python", native=False),
    "contributors-pygithub": Client("PyGithub {PyGithub}, one after another", "contributors_pygithub"),
    "contributors-githubkit": Client(
        "githubkit {githubkit}, async, gathered by hand, 16 at a time", "contributors_githubkit"
    ),
    "contributors-ghapi": Client("ghapi {ghapi}, gathered by hand, 16 at a time", "contributors_ghapi"),
    "instant": _ours("no server: a backend that returns at once", "instant_backend", native=False),
    "instant-budgets": _ours(
        "no server: a backend that returns at once, with `MemoryBudgets`", "instant_backend", "budgets", native=False
    ),
}

_OURS = ("native", "python", "fast")
_BEFORE = ("native-before", "python-before")
_BODIES_OF_PAGES = ("pages-pyreqwest", "pages-native")
_BODIES_OF_SINGLES = ("singles-pyreqwest", "singles-native")
_LIBRARIES = (
    *("github3", "githubkit", "githubkit-async", "gidgethub-httpx", "gidgethub-aiohttp", "ghapi", "python-gitlab"),
)
_BY_HAND = ("httpx", "aiohttp", "pyreqwest")
_FEW = (*_OURS, "pygithub", "httpx", "aiohttp", "pyreqwest")

WORKLOADS = (
    Workload(
        "listing",
        "Listing of 10,000 repositories",
        "All repositories of an organization, 100 pages of 100, kept in a list.",
        "list",
        "plain",
        "list",
        (*_OURS, *_BEFORE, "pygithub", *_LIBRARIES, *_BY_HAND, *_BODIES_OF_PAGES),
        (*_OURS, *_BEFORE, "pygithub", "githubkit", "githubkit-async", "pyreqwest", *_BODIES_OF_PAGES),
    ),
    Workload(
        "single",
        "2,000 single requests",
        "One GET per repository, 50 in flight; in threads for clients without async methods.",
        "single",
        "plain",
        "single",
        (
            *(*_OURS, "python-hook", *_BEFORE, "pygithub", *_LIBRARIES),
            *("httpx", "httpx-8", "aiohttp", "pyreqwest", "pyreqwest-50", *_BODIES_OF_SINGLES),
        ),
        (
            *(*_OURS, "python-hook", *_BEFORE),
            *("pygithub", "gidgethub-aiohttp", "httpx", "pyreqwest", *_BODIES_OF_SINGLES),
        ),
    ),
    Workload(
        "listing-http1",
        "Listing over HTTPS with HTTP/1.1",
        "The listing of 10,000 repositories; the certificate is verified with an authority of the benchmark.",
        "list",
        "http1",
        "list",
        (*_FEW, "native-plain"),
        ("native", "python", "pyreqwest", "native-plain"),
    ),
    Workload(
        "listing-http2",
        "Listing over HTTPS with HTTP/2 offered",
        "The same listing; httpx, aiohttp, PyGithub and the pure Python engine use HTTP/1.1 all the same.",
        "list",
        "http2",
        "list",
        (*_FEW, "native-plain"),
        ("native", "pyreqwest", "native-plain"),
    ),
    Workload(
        "listing-gzip",
        "Listing with gzip",
        "The same listing; nginx sends files that are compressed in advance.",
        "list",
        "gzip",
        "list",
        _FEW,
        ("native", "python", "pyreqwest"),
    ),
    Workload(
        "listing-slow",
        "Listing from a server that takes 100 ms per response",
        "The same listing from a small asyncio server, with the clients' default settings: wall time counts.",
        "list",
        "slow",
        "list",
        (*_OURS, "pygithub", "githubkit", "githubkit-async", "httpx", "pyreqwest"),
        ("native", "python", "githubkit", "githubkit-async"),
    ),
    Workload(
        "contributors-slow",
        "Contributors of 300 repositories, 100 ms per response",
        "The contributors of all repositories of an organization, from a local forge that takes 100 ms per response. "
        "Lines are the lines of code of the program below `tests/benchmarks/clients/`, without comments and "
        "docstrings.",
        "contributors",
        "forge",
        "contributors",
        ("fleet-native", "fleet-python", "contributors-pygithub", "contributors-githubkit", "contributors-ghapi"),
        ("fleet-native", "fleet-python", "contributors-pygithub", "contributors-githubkit"),
        counts_lines=True,
    ),
    Workload(
        "table",
        "Listing as a table",
        "The same listing, converted to a table of 10,000 rows and 28 columns.",
        "table",
        "plain",
        "list",
        ("to_arrow", "asdict"),
        ("to_arrow", "asdict"),
    ),
    Workload(
        "cold",
        "One request in a new process",
        "Import, one GET, exit: wall time counts.",
        "cold",
        "plain",
        "cold",
        (*_OURS, *_BEFORE, "pygithub", "githubkit", "httpx", "pyreqwest", "nothing"),
        (*_OURS, *_BEFORE, "pygithub", "httpx", "nothing"),
        runs=3,
    ),
    Workload(
        "stream",
        "Streaming 100,000 repositories",
        "1,000 pages, 570 MB of JSON, read by `async for` and dropped: memory counts.",
        "stream",
        "plain",
        "stream",
        _OURS,
        ("native", "python"),
    ),
    Workload(
        "policies",
        "Policies alone",
        "Calls without a server, 50 in flight: µs of CPU time per call.",
        "session",
        "plain",
        "session",
        ("instant", "instant-budgets"),
        ("instant", "instant-budgets"),
    ),
)


def chosen(keys: str) -> tuple[Workload, ...]:
    """The workloads of a comma-separated list, or all for an empty one.

    Raises:
        ValueError: a workload does not exist.
    """
    wanted = set(filter(None, keys.split(",")))
    unknown = wanted - {workload.key for workload in WORKLOADS}
    if unknown:
        known = ", ".join(workload.key for workload in WORKLOADS)
        raise ValueError(f"no such workload: {', '.join(sorted(unknown))}; there are {known}")
    return tuple(workload for workload in WORKLOADS if not wanted or workload.key in wanted)
