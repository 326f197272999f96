"""LoopLocal: one value per event loop."""

from __future__ import annotations

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor

import pytest

from gitfleet_api.backend import LoopLocal


async def _twice(values: LoopLocal[object]) -> object:
    one = values.get()
    await asyncio.sleep(0)
    assert values.get() is one
    return one


def test_a_loop_always_gets_the_same_value_and_other_loops_get_others() -> None:
    values: LoopLocal[object] = LoopLocal(object)
    found = [asyncio.run(_twice(values)) for _ in range(5)]
    assert len({id(value) for value in found}) == 5


def test_values_of_closed_loops_are_dropped() -> None:
    values: LoopLocal[object] = LoopLocal(object)
    for _ in range(20):
        asyncio.run(_twice(values))
    gc.collect()
    assert len(values.pop_all()) <= 1


def test_loops_of_different_threads_have_different_values() -> None:
    values: LoopLocal[object] = LoopLocal(object)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: asyncio.run(_twice(values)), range(40)))
    assert len({id(value) for value in found}) == 40


def test_get_without_a_running_loop_raises() -> None:
    with pytest.raises(RuntimeError):
        LoopLocal(object).get()


def test_pop_all_returns_all_values_with_their_loops() -> None:
    values: LoopLocal[object] = LoopLocal(object)

    async def main() -> None:
        first = values.get()
        ((loop, value),) = values.pop_all()
        assert loop is asyncio.get_running_loop()
        assert value is first
        assert values.get() is not first

    asyncio.run(main())
