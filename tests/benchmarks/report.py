"""Figures as text: Markdown tables, and the page in docs/ that shows them."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Mapping, Sequence
from pathlib import Path

from .goals import GOALS, Goal, Results
from .measuring import Figures
from .workloads import CLIENTS, Workload

__all__ = ["LEGEND", "code_lines", "goals_table", "label", "put_between", "table", "tables"]

_ENGINES = {"native": "native", "python": "pure Python", "fast": "pure Python [fast]", "both": "both"}
_ALIGNED_AT = 1
LEGEND = """\
- **CPU s**: seconds of CPU time of the whole process, all threads; **user** and **system** are its two parts.
- **wall s**: seconds from the start of the process to its end.
- **peak MB**: the largest resident memory, 1 MB = 10^6 bytes.
- **requests**, **connections**: counted by the server.
- **by hand**: written with an HTTP library only: no retries, no rate limits, no checks of the responses.
- **bodies only**: the same bytes are downloaded and dropped. No Python client can need less."""
_CLIENTS = Path(__file__).parent / "clients"
_NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
}
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
    """A section with a table for each measured workload."""
    return "\n\n".join(
        f"### {workload.title}\n\n{workload.text}\n\n{_figures(workload, results[workload.key], versions)}"
        for workload in workloads
        if workload.key in results
    )


def _figures(workload: Workload, found: Mapping[str, Figures], versions: Mapping[str, str]) -> str:
    if any(figures.value for figures in found.values()):
        rows = [(label(client, versions), f"{figures.value:.1f}") for client, figures in found.items()]
        return table(("client", "µs per call"), rows)
    if workload.counts_lines:
        longer = [
            (label(client, versions), *_lines_and_rows(client, figures), *_cells(figures))
            for client, figures in found.items()
        ]
        return table((_HEAD[0], "lines", "rows", *_HEAD[1:]), longer)
    return table(_HEAD, [(label(client, versions), *_cells(figures)) for client, figures in found.items()])


def _lines_and_rows(client: str, figures: Figures) -> tuple[str, str]:
    source = (_CLIENTS / f"with_{CLIENTS[client].script}.py").read_text("utf-8")
    return str(code_lines(source)), f"{figures.rows:,.0f}"


def code_lines(source: str) -> int:
    """The number of lines of a program that have code: blank lines, comments and docstrings are not counted."""
    lines = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in _NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            assert node.end_lineno is not None
            lines.difference_update(range(node.lineno, node.end_lineno + 1))
    return len(lines)


def _cells(figures: Figures) -> list[str]:
    seconds = [f"{value:.2f}" for value in (figures.cpu, figures.user, figures.system, figures.wall)]
    return [*seconds, *(f"{value:,.0f}" for value in (figures.memory, figures.requests, figures.connections))]


def goals_table(results: Results) -> str:
    """Each goal next to what was measured, those that are reached first."""
    measured = [(goal, value) for goal in GOALS if (value := goal.value(results)) is not None]
    reached = [(goal, value) for goal, value in measured if goal.met(value)]
    missed = [(goal, value) for goal, value in measured if not goal.met(value)]
    rows = [
        (goal.text, _ENGINES[goal.ours], _bound(goal), _number(value, goal.unit), verdict)
        for found, verdict in ((reached, "yes"), (missed, "**no**"))
        for goal, value in found
    ]
    return table(("what", "engine", "goal", "measured", "reached"), rows)


def _bound(goal: Goal) -> str:
    return f"{'at least' if goal.at_least else 'at most'} {goal.bound:g} {goal.unit}"


def _number(value: float, unit: str) -> str:
    digits = 2 if unit == "x" and value < 10 else 1 if unit == "x" else 0
    return f"{value:.{digits}f} {unit}"


def put_between(page: Path, name: str, text: str) -> None:
    """Replace the text between the two marker comments of that name in a page.

    Raises:
        ValueError: the page has no such markers.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, also_found, after = rest.partition(end)
    if not found or not also_found:
        raise ValueError(f"{page.name} has no {begin} ... {end}")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
