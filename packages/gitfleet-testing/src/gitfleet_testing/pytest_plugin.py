"""A pytest plugin, registered by an entry point. The fixture ``forge`` is a running forge.

Its fleet is small. The marker ``@pytest.mark.forge_fleet(repositories=500, seed=3)`` gives the arguments of
``Fleet.generate``. A fixture named ``forge_fleet`` in the test suite replaces the fleet.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from . import Fleet, Forge

__all__ = ["forge", "forge_fleet", "pytest_configure"]

_SMALL = {"organizations": 2, "repositories": 60, "users": 4, "seed": 1}


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    line = "forge_fleet(**arguments): arguments of Fleet.generate for the fleet that the fixture forge serves"
    config.addinivalue_line("markers", line)


@pytest.fixture
def forge_fleet(request: pytest.FixtureRequest) -> Fleet:
    """The fleet that ``forge`` serves: 2 organizations and 60 repositories, or the data of the marker forge_fleet."""
    marker = request.node.get_closest_marker("forge_fleet")
    if marker is None:
        return Fleet.generate(**_SMALL)
    if marker.args:
        raise pytest.UsageError("forge_fleet takes keyword arguments only, those of Fleet.generate: repositories=500")
    return Fleet.generate(**{**_SMALL, **marker.kwargs})


@pytest.fixture
def forge(forge_fleet: Fleet) -> Iterator[Forge]:
    """A running forge for one test; see gitfleet_testing.Forge."""
    with Forge(forge_fleet) as running:
        yield running
