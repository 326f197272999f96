"""Fixtures of every test: the engines, clients of them, and an environment that says nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator

import hypothesis
import pytest

from gitfleet_testing import Fleet, Forge
from support import engines
from support.clients import MakeClient, maker

hypothesis.settings.register_profile("ci", max_examples=1000, deadline=None, print_blob=True)
hypothesis.settings.register_profile("quick", max_examples=200, deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure() -> None:
    """Refuse a wrong list of engines at once, not in every test."""
    engines.required()


@pytest.fixture(
    scope="session", params=[pytest.param(name, marks=getattr(pytest.mark, name)) for name in engines.NAMES]
)
def engine(request: pytest.FixtureRequest) -> str:
    """Name of the engine under test: each test that uses it runs on both."""
    name = str(request.param)
    engines.demand(name)
    return name


@pytest.fixture(scope="session")
def make_client(engine: str) -> MakeClient:
    """Makes clients of the engine under test."""
    return maker(engine)


@pytest.fixture
def both_engines() -> tuple[str, str]:
    """For tests that compare the engines side by side."""
    for name in engines.NAMES:
        engines.demand(name)
    return ("python", "native")


@pytest.fixture(autouse=True)
def _silent_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies, certificates and engines of the machine that runs the tests are not theirs."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in ("GITFLEET_BACKEND", "SSL_CERT_FILE", "SSL_CERT_DIR"):
            monkeypatch.delenv(name)


@pytest.fixture
def forge() -> Iterator[Forge]:
    """A forge with a fleet of its own, for tests that change it or count requests."""
    with Forge(Fleet.generate(organizations=2, repositories=320, users=6, seed=7)) as running:
        yield running
