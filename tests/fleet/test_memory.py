"""Memory of a process that streams a fleet: flat, whatever the number of repositories."""

from __future__ import annotations

import sys

import pytest

from benchmarks import fleet_scale
from support import engines

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows does not report the largest memory")

FEW, MANY, BRANCHES = 500, 2000, 100
GROWTH = 15.0
"""MB, for the ids of repositories and fragments of the allocator. 150,000 more branches that stay take 40 MB."""


@pytest.mark.parametrize("work", ["each", "to_parquet"])
def test_four_times_as_many_repositories_take_no_more_memory(engine: str, work: str) -> None:
    with fleet_scale.serving(MANY, FEW, BRANCHES) as url:
        few, many = (
            fleet_scale.measured(work, engine, url, owner, count * BRANCHES)
            for owner, count in (("sample", FEW), ("all", MANY))
        )
    assert many.memory < fleet_scale.MEMORY_BOUND
    assert many.memory - few.memory < GROWTH


def test_a_gather_of_the_same_rows_takes_more() -> None:
    """The growth above is measurable."""
    engines.demand("python")
    with fleet_scale.serving(MANY, FEW, BRANCHES) as url:
        few, many = (
            fleet_scale.measured("gather", "python", url, owner, count * BRANCHES)
            for owner, count in (("sample", FEW), ("all", MANY))
        )
    assert many.memory - few.memory > 2 * GROWTH
