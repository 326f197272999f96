"""Runs with_gitfleet.py and prints where its CPU time went, as JSON in a last line.

``python profiled.py account|modules ...`` with the arguments of with_gitfleet.py behind it. ``account`` only reads
clocks; ``modules`` runs under cProfile, whose own cost is in it: only shares of it mean something.
"""

from __future__ import annotations

import sys
import time

_STARTED = time.process_time()

_SCRIPT = __file__.replace("profiled", "with_gitfleet")
_BUILT_IN = "~"


def account() -> dict[str, float]:
    """Return the seconds of CPU time up to the end of the work, by phase and thread."""
    import runpy

    before = time.process_time()
    _import_all()
    ready, ready_here = time.process_time(), time.thread_time()
    runpy.run_path(_SCRIPT, run_name="__main__")
    done, here = time.process_time() - ready, time.thread_time() - ready_here
    return {"start": _STARTED, "import": ready - before, "python": here, "other": max(0.0, done - here)}


def _import_all() -> None:
    """Import the engine as well, which a client imports when it is created."""
    import asyncio  # noqa: F401

    import GitFleet

    GitFleet.GitHubClient(backend=sys.argv[-1])


def modules() -> dict[str, float]:
    """Return the seconds by module, or by function for functions in C."""
    import cProfile
    import pstats
    import runpy
    from collections import Counter

    _import_all()
    profile = cProfile.Profile()
    profile.runcall(runpy.run_path, _SCRIPT, run_name="__main__")
    found: Counter[str] = Counter()
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # typeshed leaves it out
    for (file, _, function), (_, _, seconds, _, _) in stats.items():
        named = function.strip("{}").partition(" of type object at")[0]  # without the address
        found[named if file == _BUILT_IN else _module(file)] += seconds
    return dict(found)


def _module(file: str) -> str:
    """Return the name of a package, or of a module of GitFleet."""
    parts = [*file.removesuffix(".py").split("/")]
    if "site-packages" not in parts:
        below = next((parts.index(part) + 1 for part in parts if part.startswith("python3")), -1)
        return parts[below]
    parts = parts[parts.index("site-packages") + 1 :]
    return ".".join(parts[: 2 if parts[0].startswith("gitfleet") else 1])


if __name__ == "__main__":
    kind = sys.argv.pop(1)
    found = account() if kind == "account" else modules()
    import json

    print("\n" + json.dumps(found))
