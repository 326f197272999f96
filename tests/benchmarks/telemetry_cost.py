"""CPU of calls with telemetry, but without an SDK of OpenTelemetry, beside the same calls without telemetry.

A local forge in another process serves one repository. A process per engine sends blocks of requests, in turn with and
without telemetry, so that a change of the machine's speed affects both. The exit status is 1 if the ratio of an engine
is above the bound: ``python tests/benchmarks/telemetry_cost.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import subprocess
import sys
import time
from typing import Any

BOUND = 1.03
ENGINES = ("python", "native")
REQUESTS = 500
"""Requests of a block."""
CONCURRENCY = 50
OWNER, NAME = "acme", "tool"


async def _block(client: Any) -> float:
    """Return the CPU seconds of this process, with its threads, for a block of requests."""
    gc.collect()
    gc.disable()
    start = time.process_time()
    try:
        for _ in range(REQUESTS // CONCURRENCY):
            await asyncio.gather(*(client.fetch_repository_details(OWNER, NAME) for _ in range(CONCURRENCY)))
        return time.process_time() - start
    finally:
        gc.enable()


async def _measure(engine: str, url: str, token: str, blocks: int) -> dict[str, list[float]]:
    from GitFleet import GitHubClient
    from GitFleet.telemetry import instrument, uninstrument

    seconds: dict[str, list[float]] = {"off": [], "on": []}
    async with GitHubClient(token, url, backend=engine, max_concurrency=CONCURRENCY) as client:
        instrument()
        for _ in range(3):
            await _block(client)
        for number in range(blocks):
            for mode in ("off", "on") if number % 2 else ("on", "off"):
                if mode == "on":
                    instrument()
                else:
                    uninstrument()
                seconds[mode].append(await _block(client))
    return seconds


def _ratio(engine: str, url: str, token: str, blocks: int) -> tuple[float, float, float]:
    """Return the microseconds per call without and with telemetry, and their ratio.

    They are lower quartiles of the blocks: other programs on the machine make blocks slower, never faster.
    """
    command = [sys.executable, "-P", __file__, "--child", engine, url, token, "--blocks", str(blocks)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    seconds: dict[str, list[float]] = json.loads(done.stdout)
    off, on = (statistics.quantiles(seconds[mode], n=4)[0] / REQUESTS * 1e6 for mode in ("off", "on"))
    return off, on, on / off


def main() -> int:
    """Measure each engine, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--blocks", type=int, default=80)
    parser.add_argument("--child", nargs=3, metavar=("ENGINE", "URL", "TOKEN"))
    options = parser.parse_args()
    if options.child:
        json.dump(asyncio.run(_measure(*options.child, options.blocks)), sys.stdout)
        return 0
    from gitfleet_testing import Fleet, Forge

    fleet = Fleet()
    fleet.add_organization(OWNER)
    fleet.add_repository(OWNER, NAME)
    failed = False
    print("| engine | CPU µs per call, off | instrumented, no SDK | ratio |\n| --- | ---: | ---: | ---: |")
    with Forge(fleet, log_size=1) as forge:
        for engine in options.engines.split(","):
            token = f"unlimited-{engine}"
            forge.add_token(token, limit=10_000_000)
            off, on, ratio = _ratio(engine, forge.url, token, options.blocks)
            print(f"| {engine} | {off:.1f} | {on:.1f} | {ratio:.3f} |", flush=True)
            failed |= ratio > BOUND
    print(f"bound {BOUND}")
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
