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
    """A figure of some client; of several the smallest."""

    workload: str
    clients: tuple[str, ...]
    figure: str = "cpu"

    def of(self, results: Results) -> float | None:
        """The figure, or None when it was not measured."""
        there = results.get(self.workload, {})
        found = [float(getattr(there[client], self.figure)) for client in self.clients if client in there]
        return min(found, default=None)


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the table of goals.

    Attributes:
        text: what is compared.
        ours: ``native``, ``python``, ``fast``, or ``both`` where it is about neither in particular.
        bound: the goal.
        over: what stands above the line.
        under: what stands below it; None compares the figure itself with the bound.
        at_least: True when more is better.
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
        """What was measured, or None when a part of it was not."""
        over = self.over.of(results)
        if self.under is None or over is None:
            return over
        under = self.under.of(results)
        return over / under if under else None

    def met(self, value: float) -> bool:
        """Whether that is good enough."""
        return value >= self.bound if self.at_least else value <= self.bound


def _less(
    text: str, workload: str, than: tuple[str, ...], bounds: Mapping[str, float], figure: str = "cpu"
) -> list[Goal]:
    """Ours takes so many times less than the best of those."""
    return [
        Goal(text, ours, bound, Side(workload, than, figure), Side(workload, (ours,), figure), at_least=True)
        for ours, bound in bounds.items()
    ]


def _at_most(text: str, workload: str, than: str, bounds: Mapping[str, float], figure: str = "cpu") -> list[Goal]:
    """Ours takes no more than so many times what that takes."""
    return [
        Goal(text, ours, bound, Side(workload, (ours,), figure), Side(workload, (than,), figure), at_least=False)
        for ours, bound in bounds.items()
    ]


def _memory(text: str, workload: str, bounds: Mapping[str, float]) -> list[Goal]:
    return [
        Goal(text, ours, bound, Side(workload, (ours,), "memory"), None, at_least=False, unit="MB")
        for ours, bound in bounds.items()
    ]


def _tls(way: str, workload: str) -> Goal:
    # Both in the same workload: the machine's speed may change between two.
    ours, plain = Side(workload, ("native",)), Side(workload, ("native-plain",))
    return Goal(f"W1 over HTTPS ({way}), CPU: against plain", "native", 1.6, ours, plain, at_least=False)


GOALS: tuple[Goal, ...] = (
    *_less("W1 CPU: less than PyGithub", "W1", ("pygithub",), {"native": 12, "python": 3, "fast": 4}),
    *_less(
        "W1 CPU: less than githubkit (better of sync, async)",
        "W1",
        ("githubkit", "githubkit-async"),
        {"native": 6.5, "python": 1.6},
    ),
    *_at_most("W1 CPU: against pyreqwest + msgspec by hand", "W1", "pyreqwest", {"native": 1.1}),
    *_less("W2 CPU: less than PyGithub in 50 threads", "W2", ("pygithub",), {"native": 12, "python": 2}),
    *_less("W2 CPU: less than gidgethub on aiohttp", "W2", ("gidgethub-aiohttp",), {"native": 2.5}),
    *_at_most("W2 CPU: against pyreqwest + msgspec by hand", "W2", "pyreqwest", {"native": 1.3}),
    *_less("W2 CPU: less than httpx + json, one client", "W2", ("httpx",), {"native": 20, "python": 3.5}),
    _tls("HTTP/1.1", "W1-http1"),
    _tls("HTTP/2", "W1-http2"),
    *_memory("W1 peak memory, list kept", "W1", {"native": 70, "python": 90}),
    *_less(
        "W1 with 100 ms an answer, wall: faster than githubkit",
        "W1-slow",
        ("githubkit", "githubkit-async"),
        {"native": 11, "python": 7},
        "wall",
    ),
    *_at_most("W1 gzip CPU: against pyreqwest + msgspec by hand", "W1-gzip", "pyreqwest", {"native": 1.1}),
    Goal(
        "W1 as a table, CPU: `to_arrow` less than objects, asdict and pandas",
        "native",
        3,
        Side("W1-table", ("asdict",)),
        Side("W1-table", ("to_arrow",)),
        at_least=True,
    ),
    *_less("Cold process, wall: less than PyGithub", "cold", ("pygithub",), {"native": 3}, "wall"),
    *_at_most("Cold process, wall: against httpx alone", "cold", "httpx", {"native": 1.0, "python": 1.2}, "wall"),
    *_memory("Streaming 100,000 repositories: peak memory", "stream", {"native": 80, "python": 80}),
    Goal("Policies: a call", "both", 60, Side("session", ("instant",), "value"), None, at_least=False, unit="µs"),
)
