"""A pytest plugin, found by its entry point: the fixture ``forge`` is a running forge.

Its fleet is small; the marker ``@pytest.mark.forge_fleet(repositories=500, seed=3)`` makes another one
(``Fleet.generate`` with these arguments), and a fixture of one's own called ``forge_fleet`` any other.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from . import Fleet, Forge

__all__ = ["forge", "forge_fleet", "pytest_configure"]

_SMALL = {"organizations": 2, "repositories": 60, "users": 4, "seed": 1}


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    line = "forge_fleet(**arguments): arguments of Fleet.generate for the fleet that the fixture forge serves"
    config.addinivalue_line("markers", line)


@pytest.fixture
def forge_fleet(request: pytest.FixtureRequest) -> Fleet:
    """The fleet that ``forge`` serves: 2 organizations, 60 repositories, or what the marker forge_fleet says."""
    marker = request.node.get_closest_marker("forge_fleet")
    if marker is None:
        return Fleet.generate(**_SMALL)
    if marker.args:
        raise pytest.UsageError("forge_fleet takes the arguments of Fleet.generate by name: repositories=500")
    return Fleet.generate(**{**_SMALL, **marker.kwargs})


@pytest.fixture
def forge(forge_fleet: Fleet) -> Iterator[Forge]:
    """A local forge of the test's own, running: see gitfleet_testing.Forge."""
    with Forge(forge_fleet) as running:
        yield running
