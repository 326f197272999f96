"""The first part of the demo: list a generated fleet with each installed engine."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from gitfleet_api import BackendInfo, GitHubClient, RepoInfo

from .forge import LocalForge

__all__ = ["list_with_each_engine"]

_BAR_WIDTH = 30


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
    print(f"{len(forge.organizations)} organizations with {expected} repositories on {forge.url}\n")
    usable = [info.name for info in engines if info.usable]
    # Not measured: the forge generates and compresses its pages on the first request.
    await _list_fleet(forge, usable[-1], expected, quiet=True)
    outcomes: list[_Outcome] = []
    for info in engines:
        if info.usable:
            outcomes.append(await _list_fleet(forge, info.name, expected))
        else:
            print(f"{info.name}: skipped, {info.reason}")
    _print_table(outcomes, expected)
    complete = all(len(outcome.repositories) == expected for outcome in outcomes)
    return complete and all(outcome.repositories == outcomes[0].repositories for outcome in outcomes)


async def _list_fleet(forge: LocalForge, engine: str, expected: int, *, quiet: bool = False) -> _Outcome:
    found: list[RepoInfo] = []
    wall, cpu = time.perf_counter(), time.process_time()
    async with GitHubClient(forge.token, forge.url, backend="native" if engine == "native" else "python") as client:
        for name in forge.organizations:
            async for page in client.fetch_repositories(name).pages():
                found += page
                if not quiet:
                    _show_progress(engine, name, len(found), expected)
        return _Outcome(engine, client._use_rust, found, time.perf_counter() - wall, time.process_time() - cpu)  # noqa: SLF001  documented attribute


def _show_progress(engine: str, organization: str, done: int, expected: int) -> None:
    if sys.stderr.isatty():
        filled = _BAR_WIDTH * done // max(expected, 1)
        bar = "#" * filled + "-" * (_BAR_WIDTH - filled)
        end = "\n" if done >= expected else ""
        print(
            f"\r{engine:<7} [{bar}] {done} of {expected} in all, now {organization:<24}",
            end=end,
            file=sys.stderr,
            flush=True,
        )
    elif done % 500 == 0 or done >= expected:
        print(f"{engine:<7} {done} of {expected} in all, now {organization}", file=sys.stderr, flush=True)


def _print_table(outcomes: list[_Outcome], expected: int) -> None:
    print(f"\n{'engine':<8} {'_use_rust':<10} {'repositories':>12} {'wall s':>8} {'CPU s':>8}")
    for outcome in outcomes:
        count = f"{len(outcome.repositories)}/{expected}"
        print(
            f"{outcome.engine:<8} {outcome.used_native!s:<10} {count:>12} {outcome.wall:>8.2f} {outcome.cpu:>8.2f}",
        )
    if outcomes:
        top = sorted(outcomes[0].repositories, key=lambda item: -(item.stargazers_count or 0))[:5]
        print("\nmost stars:")
        for item in top:
            print(f"  {item.full_name:<40} {item.stargazers_count:>7}  {item.language or '-'}")
