"""The deadlines of calls, which share one timer."""

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


def test_only_what_takes_longer_than_it_may_ends_in_an_error() -> None:
    async def main() -> list[str]:
        deadlines = Deadlines()
        times = [(0.02, 5.0), (5.0, 0.01), (None, 0.03), (0.04, 5.0), (5.0, 0.06)]
        return await asyncio.gather(*(_within(deadlines, *each) for each in times))

    assert run(main()) == ["late", "in time", "in time", "late", "in time"]


def test_a_shorter_time_that_starts_later_ends_first() -> None:
    async def main() -> list[str]:
        deadlines, ended = Deadlines(), []

        async def one(name: str, seconds: float) -> None:
            await _within(deadlines, seconds, 5)
            ended.append(name)

        await asyncio.gather(one("long", 0.06), one("short", 0.01), one("middle", 0.03))
        return ended

    assert run(main()) == ["short", "middle", "long"]


def test_a_thousand_calls_at_once_have_one_timer() -> None:
    async def main() -> list[float]:
        deadlines, set_for = Deadlines(), []
        loop = asyncio.get_running_loop()
        call_at = loop.call_at

        def counted(when: float, *rest: object) -> asyncio.TimerHandle:
            set_for.append(when)
            return call_at(when, *rest)  # type: ignore[arg-type]

        loop.call_at = counted  # type: ignore[method-assign, assignment]
        await asyncio.gather(*(_within(deadlines, 5 + number, 0) for number in range(1000)))
        return set_for

    assert len(run(main())) == 1


def test_a_deadline_that_is_moved_counts_from_then_on() -> None:
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


def test_a_task_that_was_cancelled_by_others_stays_cancelled() -> None:
    async def main() -> bool:
        deadlines = Deadlines()
        task = asyncio.ensure_future(_within(deadlines, 5, 5))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return task.cancelled()

    assert run(main())


def test_a_task_whose_time_is_over_when_others_cancel_it_stays_cancelled() -> None:
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


def test_a_task_can_be_cancelled_again_after_it_was_late() -> None:
    async def main() -> int:
        assert await _within(Deadlines(), 0.01, 5) == "late"
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    assert run(main()) == 0


def test_an_error_at_the_last_moment_is_not_hidden_by_the_deadline() -> None:
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


def test_a_deadline_that_is_moved_when_it_has_come_does_not_come_again() -> None:
    async def moved_too_late(deadlines: Deadlines) -> None:
        with deadlines.start(5) as deadline:
            deadline.cancel()
            try:
                await asyncio.sleep(0)
            finally:
                deadline.move(0)
                with pytest.raises(TimeoutError):  # a second coming would be a cancellation by nobody
                    async with asyncio.timeout(0.02):
                        await asyncio.sleep(5)

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await moved_too_late(Deadlines())

    run(main())


def test_a_deadline_that_is_moved_when_its_call_has_ended_cancels_nobody() -> None:
    async def main() -> None:
        with Deadlines().start(5) as deadline:
            pass
        deadline.move(0)
        await asyncio.sleep(0.02)

    run(main())
