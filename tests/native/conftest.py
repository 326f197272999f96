"""All tests here need the native engine. Where it is required they fail without it, elsewhere they are skipped."""

from __future__ import annotations

import pytest

from support import engines


@pytest.fixture(autouse=True, scope="session")
def _native_engine() -> None:
    engines.demand("native")
