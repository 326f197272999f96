"""The times of loading GitFleet and PyGithub (``import github``), in one run: prints medians and their ratio.

The exit status is 1 when the ratio is above the bound.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15
OURS = "from GitFleet import GitProviderClient"  # `import GitFleet` alone loads nothing else
BOUND = 0.60


def seconds(statement: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-P", "-c", statement], check=True)
    return time.perf_counter() - start


def main() -> int:
    seconds(OURS)  # compiled files and disk caches
    seconds("import github")
    # In turn, so that a change of the machine's speed affects both.
    pairs = [(seconds(OURS), seconds("import github")) for _ in range(RUNS)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = ours / theirs
    print(f"{OURS} {ours * 1000:.0f} ms, import github {theirs * 1000:.0f} ms, ratio {ratio:.2f}, bound {BOUND}")
    return 0 if ratio <= BOUND else 1


if __name__ == "__main__":
    raise SystemExit(main())
