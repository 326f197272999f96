"""Figures as text: Markdown tables, and the page in docs/ that holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from .goals import GOALS, Goal, Results
from .measuring import Figures
from .workloads import CLIENTS, Workload

__all__ = ["goals_table", "label", "put_between", "table", "tables"]

_ENGINES = {"native": "native", "python": "Python", "fast": "Python [fast]", "both": "both"}
_ALIGNED_AT = 1
_HEAD = ("client", "CPU s", "user", "system", "wall s", "peak MB", "requests", "connections")


def label(client: str, versions: Mapping[str, str]) -> str:
    """The name of a client, with versions in it."""
    text = CLIENTS[client].label
    for package, version in versions.items():
        text = text.replace("{" + package + "}", version)
    return text


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first one are numbers."""
    line = ["---" if number < _ALIGNED_AT else "---:" for number in range(len(head))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, line, *rows))


def tables(workloads: Sequence[Workload], results: Results, versions: Mapping[str, str]) -> str:
    """A section with a table for each workload that was measured."""
    return "\n\n".join(
        f"### {workload.title}\n\n{workload.text}\n\n{_figures(results[workload.key], versions)}"
        for workload in workloads
        if workload.key in results
    )


def _figures(found: Mapping[str, Figures], versions: Mapping[str, str]) -> str:
    if any(figures.value for figures in found.values()):
        rows = [(label(client, versions), f"{figures.value:.1f}") for client, figures in found.items()]
        return table(("what", "µs a call"), rows)
    return table(_HEAD, [(label(client, versions), *_cells(figures)) for client, figures in found.items()])


def _cells(figures: Figures) -> list[str]:
    seconds = [f"{value:.2f}" for value in (figures.cpu, figures.user, figures.system, figures.wall)]
    return [*seconds, *(f"{value:,.0f}" for value in (figures.memory, figures.requests, figures.connections))]


def goals_table(results: Results) -> str:
    """Each goal with what was measured beside it."""
    rows = []
    for goal in GOALS:
        value = goal.value(results)
        if value is not None:
            verdict = "yes" if goal.met(value) else "**no**"
            rows.append((goal.text, _ENGINES[goal.ours], _bound(goal), _number(value, goal.unit), verdict))
    return table(("what", "engine", "goal", "measured", "reached"), rows)


def _bound(goal: Goal) -> str:
    return f"{'at least' if goal.at_least else 'at most'} {goal.bound:g} {goal.unit}"


def _number(value: float, unit: str) -> str:
    digits = 2 if unit == "x" and value < 10 else 1 if unit == "x" else 0
    return f"{value:.{digits}f} {unit}"


def put_between(page: Path, name: str, text: str) -> None:
    """Replace what stands between a page's two marker comments of that name.

    Raises:
        ValueError: the page has no such markers.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, also_found, after = rest.partition(end)
    if not found or not also_found:
        raise ValueError(f"{page.name} has no {begin} ... {end}")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
