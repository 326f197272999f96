"""Deadlines of calls, which share one timer."""

from __future__ import annotations

import asyncio

import pytest

from gitfleet_api._internal.deadlines import Deadlines
from support.running import run


async def _within(deadlines: Deadlines, seconds: float | None, takes: float) -> str:
    try:
        with deadlines.start(seconds):
            await asyncio.sleep(takes)
    except TimeoutError:
        return "late"
    return "in time"


def test_only_blocks_that_take_too_long_time_out() -> None:
    async def main() -> list[str]:
        deadlines = Deadlines()
        times = [(0.02, 5.0), (5.0, 0.01), (None, 0.03), (0.04, 5.0), (5.0, 0.06)]
        return await asyncio.gather(*(_within(deadlines, *each) for each in times))

    assert run(main()) == ["late", "in time", "in time", "late", "in time"]


def test_a_shorter_deadline_that_starts_later_passes_first() -> None:
    async def main() -> list[str]:
        deadlines, finished = Deadlines(), []

        async def one(name: str, seconds: float) -> None:
            await _within(deadlines, seconds, 5)
            finished.append(name)

        await asyncio.gather(one("long", 0.06), one("short", 0.01), one("middle", 0.03))
        return finished

    assert run(main()) == ["short", "middle", "long"]


def test_1000_concurrent_calls_share_one_timer() -> None:
    async def main() -> list[float]:
        deadlines, times = Deadlines(), []
        loop = asyncio.get_running_loop()
        call_at = loop.call_at

        def counted(when: float, *rest: object) -> asyncio.TimerHandle:
            times.append(when)
            return call_at(when, *rest)  # type: ignore[arg-type]

        loop.call_at = counted  # type: ignore[method-assign, assignment]
        await asyncio.gather(*(_within(deadlines, 5 + number, 0) for number in range(1000)))
        return times

    assert len(run(main())) == 1


def test_a_moved_deadline_applies() -> None:
    async def main() -> tuple[str, str]:
        deadlines = Deadlines()

        async def moved(by: float) -> str:
            try:
                with deadlines.start(0.02) as deadline:
                    deadline.move(deadline.when + by)
                    await asyncio.sleep(0.05)
            except TimeoutError:
                return "late"
            return "in time"

        return await moved(5), await moved(-0.01)

    assert run(main()) == ("in time", "late")


def test_a_task_that_another_task_cancels_stays_cancelled() -> None:
    async def main() -> bool:
        deadlines = Deadlines()
        task = asyncio.ensure_future(_within(deadlines, 5, 5))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return task.cancelled()

    assert run(main())


def test_a_task_that_is_cancelled_as_its_deadline_passes_stays_cancelled() -> None:
    async def main() -> None:
        deadlines = Deadlines()

        async def both() -> None:
            with deadlines.start(5) as deadline:
                deadline.cancel()
                task.cancel()
                await asyncio.sleep(0)

        task = asyncio.ensure_future(both())
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())


def test_a_timeout_leaves_no_pending_cancellation() -> None:
    async def main() -> int:
        assert await _within(Deadlines(), 0.01, 5) == "late"
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    assert run(main()) == 0


def test_a_timeout_does_not_hide_an_error_of_the_block() -> None:
    async def fails() -> None:
        with Deadlines().start(5) as deadline:
            deadline.cancel()
            try:
                await asyncio.sleep(0)
            except asyncio.CancelledError:
                raise KeyError from None

    async def main() -> int:
        with pytest.raises(KeyError):
            await fails()
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    assert run(main()) == 0


def test_a_deadline_that_is_moved_after_it_passed_does_not_fire_again() -> None:
    async def moved_too_late(deadlines: Deadlines) -> None:
        with deadlines.start(5) as deadline:
            deadline.cancel()
            try:
                await asyncio.sleep(0)
            finally:
                deadline.move(0)
                with pytest.raises(TimeoutError):  # a second cancellation would not become TimeoutError
                    async with asyncio.timeout(0.02):
                        await asyncio.sleep(5)

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await moved_too_late(Deadlines())

    run(main())


def test_a_deadline_that_is_moved_after_its_block_cancels_nothing() -> None:
    async def main() -> None:
        with Deadlines().start(5) as deadline:
            pass
        deadline.move(0)
        await asyncio.sleep(0.02)

    run(main())
