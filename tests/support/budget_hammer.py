"""A process that leases and spends calls of one store as fast as it can, until it is killed or told to end.

It writes a line for each window of each budget: what it was given and has spent.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from gitfleet_api.budgets import BudgetReport, open_budgets

BUDGETS = 4
LIMIT = 20_000
WINDOW = 2.0


def main(address: str, folder: str, seconds: float) -> None:
    store, worker = open_budgets(address), os.urandom(6).hex()
    spent = dict.fromkeys(range(BUDGETS), 0)
    leased = dict.fromkeys(range(BUDGETS), 0)
    windows = dict.fromkeys(range(BUDGETS), 0.0)
    calls, cpu, is_first = 0, time.process_time(), True
    end = time.time() + seconds
    with (Path(folder) / f"{worker}.jsonl").open("w", buffering=1) as file:
        while time.time() < end:
            now = time.time()
            # The server of all processes: windows by the clock, and as many calls left as nobody has sent.
            reset = (now // WINDOW + 1) * WINDOW
            for key in spent:
                if windows[key] != reset:
                    windows[key], spent[key], leased[key] = reset, 0, 0
            # The first report knows nothing, as that of a worker that has sent nothing.
            reports = [
                BudgetReport(f"budget {key}", reset, leased[key], spent[key], 64, remaining=LIMIT - spent[key])
                if not is_first
                else BudgetReport(f"budget {key}", None, 0, 0, 64)
                for key in spent
            ]
            is_first = False
            replies = store.exchange(worker, reports, now)
            for key, reply in zip(spent, replies, strict=True):
                if reply.window is None or abs(reply.window - windows[key]) > 0.5:
                    continue  # the window has ended meanwhile
                leased[key] = reply.leased
                calls += leased[key] - spent[key]
                spent[key] = leased[key]
                # Written before the calls count as sent, so that a kill hides none.
                file.write(json.dumps([key, windows[key], leased[key]]) + "\n")
            pause = min(reply.retry_at for reply in replies) - time.time()
            if pause > 0:
                time.sleep(min(pause, 0.1))
    own = time.process_time() - cpu
    sys.stdout.write(json.dumps({"calls": calls, "cpu": own}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
