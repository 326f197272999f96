"""Where the CPU time of the listing and of the single requests goes, by phase, thread and module."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from collections.abc import Mapping

from .report import table
from .suite import Suite
from .workloads import CLIENTS, WORKLOADS, Workload

__all__ = ["profile_page", "shares"]

_RUNS = 3
_SHOWN = 14
_TEXT = """CPU time of whole processes by phase and thread (medians of {runs} runs), in µs {unit}."""
_MODULES = """\
The Python thread's part of the work by module, or by function for functions in C, split by the shares that cProfile
finds. cProfile makes calls more expensive than loops, so read this as an order, not as a measurement."""
_PHASES = {
    "start": "interpreter start",
    "import": "imports",
    "python": "the work, Python thread",
    "other": "the work, other threads",
    "exit": "exit",
}


def profile_page(suite: Suite) -> str:
    """Return the text of that part of the page."""
    units = {"listing": ("per repository", 10_000), "single": ("per request", 2_000)}
    sections = []
    for workload in WORKLOADS:
        if workload.key not in units:
            continue
        unit, number = units[workload.key]
        engines = suite.taking_part(("native", "python"))
        accounts = {engine: _account(suite, workload, engine) for engine in engines}
        sections.append(f"### {workload.title}\n\n{_TEXT.format(runs=_RUNS, unit=unit)}\n\n{_phases(accounts, number)}")
        for engine in engines:
            found = _run(suite, workload, engine, "modules")[0]
            rows = [
                (name, f"{share * 100:.0f} %", f"{share * accounts[engine]['python'] / number * 1e6:.1f}")
                for name, share in shares(found, _SHOWN)
            ]
            sections.append(f"#### {CLIENTS[engine].label}\n\n{_MODULES}\n\n" + table(("where", "share", "µs"), rows))
    return "\n\n".join(sections)


def shares(seconds: Mapping[str, float], shown: int) -> list[tuple[str, float]]:
    """Return the largest parts as shares of all, and the sum of the rest."""
    total = sum(seconds.values())
    ordered = sorted(seconds.items(), key=lambda item: -item[1])
    rest = sum(value for _, value in ordered[shown:])
    named = [(f"`{name}`", value / total) for name, value in ordered[:shown]]
    return [*named, ("the rest", rest / total)] if rest else named


def _phases(accounts: Mapping[str, Mapping[str, float]], number: int) -> str:
    def cells(phase: str) -> list[str]:
        return [f"{account[phase] / number * 1e6:.1f}" for account in accounts.values()]

    rows = [(text, *cells(phase)) for phase, text in _PHASES.items()]
    totals = [f"{sum(account.values()) / number * 1e6:.1f}" for account in accounts.values()]
    return table(("phase", *(CLIENTS[engine].label for engine in accounts)), [*rows, ("all", *totals)])


def _account(suite: Suite, workload: Workload, engine: str) -> dict[str, float]:
    """Return the median seconds of each phase."""
    runs = []
    for _ in range(_RUNS):
        said, total = _run(suite, workload, engine, "account")
        # The rest, which includes the import of the profiling modules.
        runs.append({**said, "exit": max(0.0, total - sum(said.values()))})
    return {phase: statistics.median(run[phase] for run in runs) for phase in _PHASES}


def _run(suite: Suite, workload: Workload, engine: str, kind: str) -> tuple[dict[str, float], float]:
    """Return the output of profiled.py, and the CPU time of its whole process."""
    python, script, *arguments = suite.program(workload, engine).command
    command = [python, script.replace("with_gitfleet", "profiled"), kind, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=suite.environment)
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} failed")
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found, usage.ru_utime + usage.ru_stime
