"""Work that callers share ends for all of them, whatever happens to the one that does it."""

from __future__ import annotations

import asyncio
import gc
import logging

import pytest

from gitfleet_api.auth.shared_work import SharedWork
from support import engines
from support.running import run


def test_a_task_that_is_cancelled_before_its_first_step_blocks_no_caller() -> None:
    engines.demand("python")
    shared, done = SharedWork(), list[int]()

    async def work() -> None:
        done.append(1)

    async def main() -> None:
        caller = asyncio.create_task(shared.run(lambda: not done, work))
        await asyncio.sleep(0)
        for task in asyncio.all_tasks():
            if getattr(task.get_coro(), "__name__", "") == "work":
                task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert done == []
        await asyncio.wait_for(shared.run(lambda: not done, work), 5)

    run(main())
    assert done == [1]


def test_a_failure_after_all_callers_were_cancelled_is_not_reported(caplog: pytest.LogCaptureFixture) -> None:
    engines.demand("python")
    shared = SharedWork()

    async def work() -> None:
        await asyncio.sleep(0.02)
        raise ValueError

    async def main() -> None:
        callers = [asyncio.create_task(shared.run(lambda: True, work)) for _ in range(3)]
        await asyncio.sleep(0.01)
        for caller in callers:
            caller.cancel()
        results = await asyncio.gather(*callers, return_exceptions=True)
        assert {type(item) for item in results} == {asyncio.CancelledError}
        await asyncio.sleep(0.05)

    with caplog.at_level(logging.ERROR, "asyncio"):
        run(main())
        gc.collect()
    assert caplog.records == []
