"""What is measured: the clients, the workloads, and which client takes part in which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CLIENTS", "WORKLOADS", "Client", "Workload", "chosen"]

Home = Literal["gitfleet", "fast", "peers"]


@dataclass(frozen=True, slots=True)
class Client:
    """A program under clients/.

    Attributes:
        label: its name in tables; {package} is replaced by that package's version.
        script: which program: with_SCRIPT.py.
        options: what it gets on its command line.
        home: whose Python runs it: gitfleet's, one with gitfleet-py[fast], or the peers'.
        native: it needs the native engine.
        server: another way in than the workload's, for what is compared with it in turn.
    """

    label: str
    script: str
    options: tuple[str, ...] = ()
    home: Home = "peers"
    native: bool = False
    server: str = ""


@dataclass(frozen=True, slots=True)
class Workload:
    """Something that clients do.

    Attributes:
        key: short name.
        title: heading of its table.
        text: what is done, in a sentence.
        work: the word that the programs know it by.
        server: which way in: an attribute of nginx.Server, or "slow".
        expected: name of what must have been seen.
        clients: keys of those that take part, ours first.
        short: those of them that the short variant runs; the goals need no others.
        runs: times that a round of a full run repeats this, where one run is quick and noisy.
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


CLIENTS = {
    "native": Client("gitfleet, native engine", "gitfleet", ("native",), "gitfleet", native=True),
    "native-plain": Client(
        "gitfleet, native engine, over plain HTTP", "gitfleet", ("native",), "gitfleet", native=True, server="plain"
    ),
    "python": Client("gitfleet, Python engine", "gitfleet", ("python",), "gitfleet"),
    "fast": Client("gitfleet, Python engine [fast]", "gitfleet", ("python",), "fast"),
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
    "pages-pyreqwest": Client("bodies only: pyreqwest, 8 in flight", "pyreqwest", ("8", "pages")),
    "pages-native": Client(
        "bodies only: the native engine, 16 in flight", "native_engine", ("16", "pages"), "gitfleet", native=True
    ),
    "singles-pyreqwest": Client("bodies only: pyreqwest, 8 in flight", "pyreqwest", ("8", "singles")),
    "singles-native": Client(
        "bodies only: the native engine, 50 in flight", "native_engine", ("50", "singles"), "gitfleet", native=True
    ),
    "nothing": Client("floor: Python, asyncio, json and a GET by hand", "nothing"),
    "to_arrow": Client("gitfleet, native engine: `to_arrow`", "tables", ("arrow",), "gitfleet", native=True),
    "asdict": Client(
        "gitfleet, native engine: objects, then `pd.DataFrame([asdict(r) ...])`",
        "tables",
        ("asdict",),
        "gitfleet",
        native=True,
    ),
    "instant": Client("policies alone", "instant_backend", (), "gitfleet"),
}

_OURS = ("native", "python", "fast")
_FLOOR_PAGES = ("pages-pyreqwest", "pages-native")
_FLOOR_SINGLES = ("singles-pyreqwest", "singles-native")
_HEAVY = ("github3", "githubkit", "githubkit-async", "gidgethub-httpx", "gidgethub-aiohttp", "ghapi", "python-gitlab")
_HANDMADE = ("httpx", "aiohttp", "pyreqwest")
_FEW = (*_OURS, "pygithub", "httpx", "aiohttp", "pyreqwest")

WORKLOADS = (
    Workload(
        "W1",
        "W1: 10,000 repositories",
        "All repositories of an organization, 100 pages of 100, kept in a list.",
        "list",
        "plain",
        "list",
        (*_OURS, "pygithub", *_HEAVY, *_HANDMADE, *_FLOOR_PAGES),
        (*_OURS, "pygithub", "githubkit", "githubkit-async", "pyreqwest", *_FLOOR_PAGES),
    ),
    Workload(
        "W2",
        "W2: 2,000 single repositories",
        "Each by a GET of its own, 50 in flight (threads for what has no async).",
        "single",
        "plain",
        "single",
        (*_OURS, "pygithub", *_HEAVY, "httpx", "httpx-8", "aiohttp", "pyreqwest", "pyreqwest-50", *_FLOOR_SINGLES),
        (*_OURS, "pygithub", "gidgethub-aiohttp", "httpx", "pyreqwest", *_FLOOR_SINGLES),
    ),
    Workload(
        "W1-http1",
        "W1 over HTTPS, HTTP/1.1",
        "As W1, certificates checked against an authority of its own.",
        "list",
        "http1",
        "list",
        (*_FEW, "native-plain"),
        ("native", "python", "pyreqwest", "native-plain"),
    ),
    Workload(
        "W1-http2",
        "W1 over HTTPS, HTTP/2 offered",
        "As W1; httpx, aiohttp, PyGithub and the Python engine stay with HTTP/1.1.",
        "list",
        "http2",
        "list",
        (*_FEW, "native-plain"),
        ("native", "pyreqwest", "native-plain"),
    ),
    Workload(
        "W1-gzip",
        "W1 with gzip",
        "As W1; nginx sends files that were compressed before.",
        "list",
        "gzip",
        "list",
        _FEW,
        ("native", "python", "pyreqwest"),
    ),
    Workload(
        "W1-slow",
        "W1 with 100 ms an answer",
        "As W1, each answer held back for 100 ms by a small asyncio server; defaults, so wall time is what counts.",
        "list",
        "slow",
        "list",
        (*_OURS, "pygithub", "githubkit", "githubkit-async", "httpx", "pyreqwest"),
        ("native", "python", "githubkit", "githubkit-async"),
    ),
    Workload(
        "W1-table",
        "W1 as a table",
        "As W1, and a table made of it: 10,000 rows of 28 columns.",
        "table",
        "plain",
        "list",
        ("to_arrow", "asdict"),
        ("to_arrow", "asdict"),
    ),
    Workload(
        "cold",
        "Cold process",
        "Import, one GET, exit: wall time.",
        "cold",
        "plain",
        "cold",
        (*_OURS, "pygithub", "githubkit", "httpx", "pyreqwest", "nothing"),
        (*_OURS, "pygithub", "httpx", "nothing"),
        runs=3,
    ),
    Workload(
        "stream",
        "Streaming 100,000 repositories",
        "1,000 pages, 570 MB of JSON, read by `async for` and let go: memory is what counts.",
        "stream",
        "plain",
        "stream",
        _OURS,
        ("native", "python"),
    ),
    Workload(
        "session",
        "Policies alone",
        "A backend that answers at once, 50 calls in flight: µs of processor time a call.",
        "session",
        "plain",
        "session",
        ("instant",),
        ("instant",),
    ),
)


def chosen(keys: str) -> tuple[Workload, ...]:
    """The workloads named in a list with commas, all for an empty one.

    Raises:
        ValueError: there is no such workload.
    """
    wanted = set(filter(None, keys.split(",")))
    unknown = wanted - {workload.key for workload in WORKLOADS}
    if unknown:
        known = ", ".join(workload.key for workload in WORKLOADS)
        raise ValueError(f"no such workload: {', '.join(sorted(unknown))}; there are {known}")
    return tuple(workload for workload in WORKLOADS if not wanted or workload.key in wanted)
