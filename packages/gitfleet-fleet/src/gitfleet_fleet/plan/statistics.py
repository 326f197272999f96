"""Estimates from samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor, sqrt
from typing import TypeVar

from .model import Estimate

__all__ = ["Sample", "added", "exact", "relative_error", "spread", "total_of"]

T = TypeVar("T")

_DEVIATIONS = 2.0
"""Standard errors on each side that contain 95 of 100 values."""
_UNSEEN = 3.0
"""Of n equal observations: in 95 of 100 cases at most 3/n of all are different."""


def exact(number: int) -> Estimate:
    """Return a number that is certain."""
    return Estimate(number, number, number)


def added(estimates: Sequence[Estimate]) -> Estimate:
    """Return the sum of independent estimates: their errors add up as squares."""
    expected = sum(item.expected for item in estimates)
    below = sqrt(sum((item.expected - item.low) ** 2 for item in estimates))
    above = sqrt(sum((item.high - item.expected) ** 2 for item in estimates))
    return Estimate(expected, floor(expected - below), ceil(expected + above))


class Sample:
    """Observations of some members of a population: the largest ones, and others at equal distances.

    Attributes:
        largest: Values of the members that were chosen because they are the largest.
        others: Values of the others.
        population: Number of all members.
    """

    __slots__ = ("largest", "others", "population")

    def __init__(self, largest: Sequence[float], others: Sequence[float], population: float) -> None:
        self.largest: Sequence[float] = largest
        self.others: Sequence[float] = others
        self.population: float = population

    @property
    def is_whole(self) -> bool:
        """Whether it contains every member."""
        return len(self.largest) + len(self.others) >= self.population

    @property
    def mean(self) -> float:
        """Estimated mean of all members."""
        return 0.0 if not self.population else self.expected / self.population

    @property
    def expected(self) -> float:
        """Estimated sum over all members."""
        rest = max(0.0, self.population - len(self.largest))
        return sum(self.largest) + (rest * sum(self.others) / len(self.others) if self.others else 0.0)

    @property
    def error(self) -> float:
        """Standard error of that sum."""
        rest, number = self.population - len(self.largest), len(self.others)
        if number < 2 or rest <= number:
            return 0.0
        middle = sum(self.others) / number
        variance = sum((value - middle) ** 2 for value in self.others) / (number - 1)
        return float(rest * sqrt(variance / number * (1 - number / rest)))


def relative_error(sample: Sample) -> float:
    """Return the standard error as a share of the sum."""
    return sample.error / sample.expected if sample.expected else 0.0


def total_of(sample: Sample, *, may_vary: bool) -> Estimate:
    """Return the sum over the population.

    Args:
        sample: The observations.
        may_vary: Whether members that were not seen may have larger values, although all that were seen are equal.
    """
    expected = round(sample.expected)
    if sample.is_whole:
        return exact(expected)
    margin = _DEVIATIONS * sample.error
    unseen = 0.0
    if may_vary and len(set(sample.others)) < 2 and sample.others:
        rest = sample.population - len(sample.largest) - len(sample.others)
        unseen = rest * min(1.0, _UNSEEN / len(sample.others))
    seen = sum(sample.largest) + sum(sample.others)
    return Estimate(expected, floor(max(seen, expected - margin)), ceil(expected + max(margin, unseen)))


def spread(members: Sequence[T], number: int, largest: int, size: Callable[[T], float]) -> tuple[list[T], list[T]]:
    """Return the largest members, and others at equal distances in the order of their sizes.

    Args:
        members: The population.
        number: How many members to return in all.
        largest: How many of them are the largest ones.
        size: Returns a value that is likely to grow with what will be measured.
    """
    ordered = sorted(members, key=size, reverse=True)
    if number >= len(ordered):
        return ordered, []
    first, rest = ordered[:largest], ordered[largest:]
    wanted = number - largest
    step = len(rest) / wanted
    return first, [rest[int((index + 0.5) * step)] for index in range(wanted)]
