"""A process that calls a forge for some seconds. Reads its settings from stdin, and writes what it spent to stdout."""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from typing import Any

from GitFleet import GitHubClient
from gitfleet_api import TokenManager
from gitfleet_api.budgets import BudgetWarning, open_budgets
from gitfleet_api.errors import GitFleetError


async def _work(settings: dict[str, Any]) -> dict[str, Any]:
    budgets = open_budgets(settings["budgets"], reserve=settings["reserve"]) if settings["budgets"] else None
    pool = TokenManager(budgets=budgets)
    for number, token in enumerate(settings["tokens"]):
        pool.add_token(token, "github", username=f"user-{number}")
    loop = asyncio.get_running_loop()
    end, calls, failures = loop.time() + settings["seconds"], 0, []
    is_python = settings["engine"] == "python"
    async with GitHubClient(base_url=settings["url"], token_manager=pool, use_python_impl=is_python) as client:

        async def call() -> None:
            nonlocal calls
            while loop.time() < end:
                try:
                    async with asyncio.timeout_at(end):
                        await client.fetch_repository_details("acme", "tool")
                    calls += 1
                except TimeoutError:
                    return
                except GitFleetError as error:
                    failures.append(str(error))

        async with asyncio.TaskGroup() as group:
            for _ in range(settings["tasks"]):
                group.create_task(call())
    return {"calls": calls, "failures": failures[:5]}


def main() -> None:
    settings = json.loads(sys.stdin.read())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = asyncio.run(_work(settings))
    about = [item for item in caught if issubclass(item.category, BudgetWarning)]
    sys.stdout.write(json.dumps({**result, "warnings": len(about)}) + "\n")


if __name__ == "__main__":
    main()
