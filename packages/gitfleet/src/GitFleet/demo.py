"""``gitfleet demo``: list a generated fleet, served on this machine, with each installed engine."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from gitfleet_api import BackendInfo, GitHubClient, RepoInfo, backends

__all__ = ["run"]

ORGANIZATIONS = 3
REPOSITORIES = 2604  # including 4 % owned by users: the organizations have 2,500

_BAR_WIDTH = 30


@dataclass(frozen=True, slots=True)
class _LocalForge:
    url: str
    token: str
    organizations: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Outcome:
    engine: str
    used_native: bool
    repositories: list[RepoInfo]
    wall: float
    cpu: float


def run() -> int:
    """Run the demo.

    Returns:
        0 if every engine returned all repositories, and all engines returned equal objects.
    """
    if importlib.util.find_spec("gitfleet_testing") is None:
        print("the demo needs gitfleet-testing: pip install 'gitfleet[testing]'", file=sys.stderr)
        return 1
    engines = backends()
    if not any(info.usable for info in engines):
        print("no engine can be used: `python -m GitFleet doctor` shows the reason", file=sys.stderr)
        return 1
    with _forge() as forge:
        expected = sum(forge.organizations.values())
        outcomes = asyncio.run(_list_with_each(forge, engines, expected))
    _print_table(outcomes, expected)
    complete = all(len(outcome.repositories) == expected for outcome in outcomes)
    equal = all(outcome.repositories == outcomes[0].repositories for outcome in outcomes)
    return 0 if outcomes and complete and equal else 1


async def _list_with_each(forge: _LocalForge, engines: list[BackendInfo], expected: int) -> list[_Outcome]:
    """List the fleet with each engine. Output is printed inside asyncio.run(), which handles Ctrl-C."""
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
    return outcomes


@contextlib.contextmanager
def _forge() -> Iterator[_LocalForge]:
    """Run the forge in a separate process, so that its CPU time is not measured."""
    command = [sys.executable, "-m", "gitfleet_testing"]
    command += ["--organizations", str(ORGANIZATIONS), "--repositories", str(REPOSITORIES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  a module of this project
        try:
            yield _read_address(process)
        finally:
            process.terminate()


def _read_address(process: subprocess.Popen[str]) -> _LocalForge:
    url, token, organizations = "", "", {}
    for line in process.stdout or ():
        key, _, value = line.strip().partition(": ")
        if key == "url":
            url = value
        elif key == "token":
            token = value
        elif key == "organization":
            name, _, count = value.partition(" (")
            organizations[name] = int(count.split()[0])
        if len(organizations) == ORGANIZATIONS:
            return _LocalForge(url, token, organizations)
    raise RuntimeError("the local forge did not start")


async def _list_fleet(forge: _LocalForge, engine: str, expected: int, *, quiet: bool = False) -> _Outcome:
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
