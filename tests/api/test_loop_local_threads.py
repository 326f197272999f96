"""Values of event loops that several threads remove at once."""

from __future__ import annotations

import asyncio
from typing import Any

from gitfleet_api.backend import LoopLocal


def test_a_value_that_another_thread_has_removed_is_returned_by_one_of_them() -> None:
    values: LoopLocal[object] = LoopLocal(object)
    found: list[int] = []

    class Interrupted(dict[int, Any]):
        """A dict whose other user removes all values before this one continues."""

        def popitem(self) -> tuple[int, Any]:
            entry = super().popitem()
            if not found:
                found.append(0)
                found.append(len(values.pop_all()))
            return entry

    async def main() -> None:
        values.get()
        values._values = Interrupted(values._values)
        found.append(len(values.pop_all()))

    asyncio.run(main())
    assert found == [0, 0, 1]


def test_the_value_of_a_new_loop_with_the_id_of_a_closed_one_is_kept() -> None:
    values: LoopLocal[list[str]] = LoopLocal(list)
    new: list[Any] = []

    class Outdated(dict[int, Any]):
        """A dict in which another thread replaces an entry after it was copied."""

        def copy(self) -> Outdated:
            found = Outdated(self)
            for key in found:
                self[key] = new[0]
            return found

    async def get() -> list[str]:
        return values.get()

    async def main() -> None:
        current = await get()
        new.append(next(iter(values._values.values())))
        values._values = Outdated({1: old})
        values._drop_closed()
        assert values._values == {1: new[0]}
        assert new[0].value is current

    asyncio.run(get())
    (old,) = values._values.values()
    asyncio.run(main())
