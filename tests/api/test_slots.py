"""Slots: how many hold one, and who is next."""

from __future__ import annotations

import asyncio

from gitfleet_api._internal.slots import Slots
from support.running import run


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_no_more_than_the_number_of_slots_run_at_the_same_time() -> None:
    async def main() -> None:
        async def work() -> None:
            nonlocal running, most
            await slots.acquire()
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            slots.release()

        slots, running, most = Slots(3), 0, 0
        await asyncio.gather(*(work() for _ in range(50)))
        assert (running, most) == (0, 3)

    run(main())


def test_waiters_take_turns_and_one_that_goes_first_is_next() -> None:
    async def main() -> None:
        async def work(name: str, *, first: bool = False) -> None:
            await slots.acquire(first=first)
            order.append(name)

        slots, order = Slots(1), list[str]()
        await slots.acquire()
        tasks = [asyncio.ensure_future(work(name)) for name in "abc"]
        await _settle()
        tasks.append(asyncio.ensure_future(work("again", first=True)))
        await _settle()
        assert order == []
        for _ in tasks:
            slots.release()
            await _settle()
        assert order == ["again", "a", "b", "c"]

    run(main())


def test_a_slot_is_not_lost_when_its_waiter_is_cancelled() -> None:
    async def main() -> None:
        for release_first in (False, True):
            slots = Slots(1)
            await slots.acquire()
            waiting = [asyncio.ensure_future(slots.acquire()) for _ in range(2)]
            await _settle()
            if release_first:
                slots.release()  # the slot is given to the waiter that is cancelled at the same moment
            waiting[0].cancel()
            await _settle()
            if not release_first:
                slots.release()
            await asyncio.wait_for(waiting[1], 5)
            slots.release()
            await asyncio.wait_for(slots.acquire(), 5)

    run(main())
