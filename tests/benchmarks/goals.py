"""What the figures must show, each a ratio of two medians of one run (memory and policies: a figure by itself)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .measuring import Figures

__all__ = ["GOALS", "Goal", "Side"]

Results = Mapping[str, Mapping[str, Figures]]
"""Medians by workload and client."""


@dataclass(frozen=True, slots=True)
class Side:
    """One figure of a client, or the smallest one of several clients."""

    workload: str
    clients: tuple[str, ...]
    figure: str = "cpu"

    def of(self, results: Results) -> float | None:
        """Return the figure, or None if it was not measured."""
        measured = results.get(self.workload, {})
        found = [float(getattr(measured[client], self.figure)) for client in self.clients if client in measured]
        return min(found, default=None)


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the table of goals.

    Attributes:
        text: what is compared.
        ours: ``native``, ``python`` or ``fast``, or ``both`` if it depends on neither.
        bound: the goal.
        over: the numerator.
        under: the denominator; None compares the figure itself with the bound.
        at_least: True if a higher value is better.
        unit: of the figure; ratios have ``x``.
    """

    text: str
    ours: str
    bound: float
    over: Side
    under: Side | None
    at_least: bool
    unit: str = "x"

    def value(self, results: Results) -> float | None:
        """Return the measured value, or None if a part of it was not measured."""
        over = self.over.of(results)
        if self.under is None or over is None:
            return over
        under = self.under.of(results)
        return over / under if under else None

    def met(self, value: float) -> bool:
        """Return whether the value reaches the goal."""
        return value >= self.bound if self.at_least else value <= self.bound


def _less(
    text: str, workload: str, than: tuple[str, ...], bounds: Mapping[str, float], figure: str = "cpu"
) -> list[Goal]:
    """Return goals: GitFleet takes at most 1/bound of the best of these clients."""
    return [
        Goal(text, ours, bound, Side(workload, than, figure), Side(workload, (ours,), figure), at_least=True)
        for ours, bound in bounds.items()
    ]


def _at_most(
    text: str, workload: str, than: str, bounds: Mapping[str, float], figure: str = "cpu", *, ours: str = ""
) -> list[Goal]:
    """Return goals: GitFleet (or the client ``ours``) takes at most ``bound`` times as much as another client."""
    return [
        Goal(
            text,
            engine,
            bound,
            Side(workload, (ours or engine,), figure),
            Side(workload, (than,), figure),
            at_least=False,
        )
        for engine, bound in bounds.items()
    ]


def _memory(text: str, workload: str, bounds: Mapping[str, float]) -> list[Goal]:
    return [
        Goal(text, ours, bound, Side(workload, (ours,), "memory"), None, at_least=False, unit="MB")
        for ours, bound in bounds.items()
    ]


def _tls(protocol: str, workload: str) -> Goal:
    # Both in the same workload: the machine's speed may change between two.
    ours, plain = Side(workload, ("native",)), Side(workload, ("native-plain",))
    return Goal(
        f"listing over HTTPS ({protocol}), CPU: compared with plain HTTP", "native", 1.6, ours, plain, at_least=False
    )


GOALS: tuple[Goal, ...] = (
    *_less("listing, CPU: less than PyGithub", "listing", ("pygithub",), {"native": 12, "python": 3, "fast": 4}),
    *_less(
        "listing, CPU: less than githubkit (better of sync, async)",
        "listing",
        ("githubkit", "githubkit-async"),
        {"native": 6.5, "python": 1.6},
    ),
    *_at_most("listing, CPU: compared with pyreqwest + msgspec by hand", "listing", "pyreqwest", {"native": 1.1}),
    *_memory("listing, peak memory: the list is kept", "listing", {"native": 70, "python": 90}),
    *_less(
        "single requests, CPU: less than PyGithub in 50 threads", "single", ("pygithub",), {"native": 12, "python": 2.8}
    ),
    *_less("single requests, CPU: less than gidgethub on aiohttp", "single", ("gidgethub-aiohttp",), {"native": 2.5}),
    *_at_most(
        "single requests, CPU: compared with gidgethub on aiohttp", "single", "gidgethub-aiohttp", {"python": 1.15}
    ),
    *_at_most(
        "single requests, CPU: compared with pyreqwest + msgspec by hand", "single", "pyreqwest", {"native": 1.3}
    ),
    *_less(
        "single requests, CPU: less than httpx with its own transport",
        "single",
        ("httpx",),
        {"native": 20, "python": 5},
    ),
    *_at_most(
        "single requests, CPU: with one event hook compared with none",
        "single",
        "python",
        {"python": 1.7},
        ours="python-hook",
    ),
    _tls("HTTP/1.1", "listing-http1"),
    _tls("HTTP/2", "listing-http2"),
    *_less(
        "listing with 100 ms per response, wall: faster than githubkit",
        "listing-slow",
        ("githubkit", "githubkit-async"),
        {"native": 11, "python": 7},
        "wall",
    ),
    *_at_most(
        "listing with gzip, CPU: compared with pyreqwest + msgspec by hand",
        "listing-gzip",
        "pyreqwest",
        {"native": 1.1},
    ),
    Goal(
        "listing as a table, CPU: `to_arrow` less than objects, asdict and pandas",
        "native",
        3,
        Side("table", ("asdict",)),
        Side("table", ("to_arrow",)),
        at_least=True,
    ),
    *_less("one request in a new process, wall: less than PyGithub", "cold", ("pygithub",), {"native": 3}, "wall"),
    *_at_most(
        "one request in a new process, wall: compared with httpx alone",
        "cold",
        "httpx",
        {"native": 1.0, "python": 1.2},
        "wall",
    ),
    *_memory("streaming 100,000 repositories, peak memory", "stream", {"native": 80, "python": 80}),
    Goal(
        "policies, CPU per call", "both", 60, Side("policies", ("instant",), "value"), None, at_least=False, unit="µs"
    ),
    Goal(  # 0.07 is 2 % of a single request of the native engine
        "policies with MemoryBudgets, CPU: compared with those without",
        "both",
        1.1,
        Side("policies", ("instant-budgets",), "value"),
        Side("policies", ("instant",), "value"),
        at_least=False,
    ),
    # With --before: the engine has not become more expensive.
    *_at_most("listing, CPU: compared with the version before", "listing", "native-before", {"native": 1.05}),
    *_at_most("single requests, CPU: compared with the version before", "single", "native-before", {"native": 1.05}),
    *_at_most(
        "one request in a new process, wall: compared with the version before",
        "cold",
        "native-before",
        {"native": 1.05},
        "wall",
    ),
    *_at_most(
        "listing, peak memory: compared with the version before", "listing", "native-before", {"native": 1.05}, "memory"
    ),
)
