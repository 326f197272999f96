"""``gitfleet demo``: a generated fleet on this machine, listed with each engine, and a job for it that is killed."""

from __future__ import annotations

import asyncio
import importlib.util
import sys

from gitfleet_api import backends

__all__ = ["run"]

_PARTS = {"gitfleet_testing": "testing", "gitfleet_fleet": "fleet"}


def run() -> int:
    """Run the demo.

    Returns:
        0 if every engine returned all repositories, all engines returned equal objects, and the job that was killed
        has every row once.
    """
    missing = [extra for module, extra in _PARTS.items() if importlib.util.find_spec(module) is None]
    if missing:
        packages = " and ".join(f"gitfleet-{extra}" for extra in missing)
        print(f"the demo needs {packages}: pip install 'gitfleet[{','.join(missing)}]'", file=sys.stderr)
        return 1
    engines = backends()
    if not any(info.usable for info in engines):
        print("no engine can be used: `python -m GitFleet doctor` shows the reason", file=sys.stderr)
        return 1
    # Imported now, because they need the two packages.
    from .forge import REPOSITORIES, local_forge
    from .job import run_job
    from .listing import list_with_each_engine
    from .next_steps import print_next_steps

    print(f"starting a local forge with {REPOSITORIES} generated repositories; nothing leaves this machine", flush=True)
    with local_forge() as forge:
        is_listed = asyncio.run(list_with_each_engine(forge, engines))
        is_done = asyncio.run(run_job(forge))
    print_next_steps()
    return 0 if is_listed and is_done else 1
