"""The first part of the demo: list a generated fleet with each installed engine."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from gitfleet_api import BackendInfo, GitHubClient, RepoInfo

from .forge import LocalForge
from .progress import Progress

__all__ = ["list_with_each_engine"]


@dataclass(frozen=True, slots=True)
class _Outcome:
    engine: str
    used_native: bool
    repositories: list[RepoInfo]
    wall: float
    cpu: float


async def list_with_each_engine(forge: LocalForge, engines: Sequence[BackendInfo]) -> bool:
    """List the fleet with each engine and print a table. Output is printed inside asyncio.run(), for Ctrl-C.

    Returns:
        Whether every engine returned all repositories, and all engines returned equal objects.
    """
    expected = sum(forge.organizations.values())
    print(f"1. {len(forge.organizations)} organizations with {expected} repositories on {forge.url}\n", flush=True)
    usable = [info.name for info in engines if info.usable]
    # Not measured: the forge generates and compresses its pages on the first request.
    await _list_fleet(forge, usable[-1], Progress("forge", expected), "pages prepared, not measured")
    outcomes: list[_Outcome] = []
    for info in engines:
        if info.usable:
            outcomes.append(await _list_fleet(forge, info.name, Progress(info.name, expected), "repositories listed"))
        else:
            print(f"{info.name}: skipped, {info.reason}")
    _print_table(outcomes, expected)
    _print_most_stars(outcomes)
    complete = all(len(outcome.repositories) == expected for outcome in outcomes)
    return complete and all(outcome.repositories == outcomes[0].repositories for outcome in outcomes)


async def _list_fleet(forge: LocalForge, engine: str, progress: Progress, detail: str) -> _Outcome:
    found: list[RepoInfo] = []
    wall, cpu = time.perf_counter(), time.process_time()
    async with GitHubClient(forge.token, forge.url, backend="native" if engine == "native" else "python") as client:
        for name in forge.organizations:
            async for page in client.fetch_repositories(name).pages():
                found += page
                progress.show(len(found), detail)
        progress.end()
        return _Outcome(engine, client._use_rust, found, time.perf_counter() - wall, time.process_time() - cpu)  # noqa: SLF001  documented attribute


def _print_table(outcomes: list[_Outcome], expected: int) -> None:
    """Print the engines side by side; of two, the ratio of their times as well."""
    rows = [
        ("engine", *(outcome.engine for outcome in outcomes)),
        ("_use_rust", *(str(outcome.used_native) for outcome in outcomes)),
        ("repositories", *(f"{len(outcome.repositories)}/{expected}" for outcome in outcomes)),
    ]
    times = {
        "wall s": [outcome.wall for outcome in outcomes],
        "CPU s": [outcome.cpu for outcome in outcomes],
    }
    print()
    for row in rows:
        print(_line(row))
    for name, values in times.items():
        print(_line((name, *(f"{value:.2f}" for value in values))) + _ratio(outcomes, values))


def _line(cells: Sequence[str]) -> str:
    return f"{cells[0]:<13}" + "".join(f"{cell:>12}" for cell in cells[1:])


def _ratio(outcomes: list[_Outcome], values: list[float]) -> str:
    """The larger of two times as a multiple of the other one, measured in this run."""
    if len(values) != 2 or min(values) <= 0:
        return ""
    order = sorted(zip(values, outcomes, strict=True), key=lambda pair: pair[0])
    (less, first), (more, second) = order
    return f"   {second.engine} needs {more / less:.1f} times what {first.engine} needs"


def _print_most_stars(outcomes: list[_Outcome]) -> None:
    top = sorted(outcomes[0].repositories, key=lambda item: -(item.stargazers_count or 0))[:3]
    print("\nmost stars:")
    for item in top:
        print(f"  {item.full_name:<40} {item.stargazers_count:>7}  {item.language or '-'}")
