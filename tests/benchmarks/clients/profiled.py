"""Runs with_gitfleet.py and says where its processor time went, as JSON in a last line.

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
    """Seconds of processor time up to the end of the work, by phase and thread."""
    import runpy

    before = time.process_time()
    import GitFleet

    # The engine's import too, which a client would only do when it is made.
    GitFleet.GitHubClient(backend=sys.argv[-1])
    ready, ready_here = time.process_time(), time.thread_time()
    runpy.run_path(_SCRIPT, run_name="__main__")
    done, here = time.process_time() - ready, time.thread_time() - ready_here
    return {"start": _STARTED, "import": ready - before, "python": here, "other": done - here}


def modules() -> dict[str, float]:
    """Seconds by module, or by function for those written in C."""
    import cProfile
    import pstats
    import runpy
    from collections import Counter

    profile = cProfile.Profile()
    profile.runcall(runpy.run_path, _SCRIPT, run_name="__main__")
    found: Counter[str] = Counter()
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # typeshed leaves it out
    for (file, _, function), (_, _, seconds, _, _) in stats.items():
        found[function.strip("{}") if file == _BUILT_IN else _module(file)] += seconds
    return dict(found)


def _module(file: str) -> str:
    """The package in site-packages with its submodule, or the module of the standard library."""
    from pathlib import Path

    parts = Path(file).with_suffix("").parts
    for root in ("site-packages", "src"):
        if root in parts:
            return ".".join(parts[parts.index(root) + 1 :][:3])
    return f"{parts[-2]}.{parts[-1]}" if parts[-2:-1] and not parts[-2].startswith("python") else parts[-1]


if __name__ == "__main__":
    kind = sys.argv.pop(1)
    found = account() if kind == "account" else modules()
    import json

    print("\n" + json.dumps(found))
