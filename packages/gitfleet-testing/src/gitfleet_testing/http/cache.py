"""A cache of rendered responses with a limit in bytes, because the same pages are requested again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from .messages import Response

__all__ = ["ResponseCache"]

#: About a hundred full pages of a hundred repositories.
_BUDGET = 64 * 1024 * 1024
_OVERHEAD = 1024
#: Small responses have more overhead than bytes.
_ENTRIES = 10_000


class ResponseCache:
    """A least recently used cache. Used by the server's thread only.

    Args:
        budget: size in bytes above which entries are evicted.
    """

    def __init__(self, budget: int = _BUDGET) -> None:
        self._budget = budget
        self._size = 0
        self._responses: OrderedDict[Hashable, Response] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Response]) -> Response:
        """Return the cached response for ``key``. If there is none, ``make`` creates it."""
        response = self._responses.get(key)
        if response is not None:
            self._responses.move_to_end(key)
            return response
        response = self._responses[key] = make()
        self._size += _cost(response)
        if self._size > self._budget:
            # Many have become smaller since they were added, because they were compressed.
            self._size = sum(map(_cost, self._responses.values()))
        while self._size > self._budget or len(self._responses) > _ENTRIES:
            self._size -= _cost(self._responses.popitem(last=False)[1])
        return response


def _cost(response: Response) -> int:
    return _OVERHEAD + (0 if response.body is None else response.body.size)
