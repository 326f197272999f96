"""Ranges of file sizes, by which searches for code are split."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isqrt

from .._internal.lazy_dataclass import dataclass

__all__ = ["SizeRange"]

_NUMBER = "[0-9]{1,12}"
_RANGE = rf"(?P<sign>>=|<=|>|<)(?P<bound>{_NUMBER})|(?P<low>{_NUMBER}|\*)\.\.(?P<high>{_NUMBER}|\*)|(?P<size>{_NUMBER})"
_LARGEST = 384 * 1024
"""Bytes of the largest file that GitHub searches. The open part above is for servers with another limit."""


@dataclass(frozen=True, slots=True)
class SizeRange:
    """A range of file sizes in bytes, with both ends included.

    Attributes:
        low: the smallest size.
        high: the largest size; None for any.
    """

    low: int = 0
    high: int | None = None

    @classmethod
    def parse(cls, text: str) -> SizeRange | None:
        """Return the range of a qualifier, as ``>=100`` or ``10..20``; None if it is not one."""
        match = re.fullmatch(_RANGE, text)
        if match is None:
            return None
        if match["size"]:
            return cls(int(match["size"]), int(match["size"]))
        if match["sign"]:
            bound = int(match["bound"])
            ends = {">=": (bound, None), ">": (bound + 1, None), "<=": (0, bound), "<": (0, bound - 1)}
            return cls(*ends[match["sign"]])
        low, high = (None if match[name] == "*" else int(match[name]) for name in ("low", "high"))
        return cls(low or 0, high)

    def halves(self, _now: int, _times: Sequence[object] = ()) -> tuple[SizeRange, SizeRange] | None:
        """Return the part of the smaller and the part of the larger files; None for a range of one size.

        The results do not contain sizes. Most files are small, so the boundary is the geometric mean of the ends.
        """
        high = max(2 * self.low + 1, _LARGEST) if self.high is None else self.high
        if high <= self.low:
            return None
        middle = min(max(self.low, isqrt((self.low + 1) * (high + 1)) - 1), high - 1)
        return SizeRange(self.low, middle), SizeRange(middle + 1, self.high)

    def __str__(self) -> str:
        return f"{self.low}..{'*' if self.high is None else self.high}"
