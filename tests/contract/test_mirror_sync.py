"""The synchronous mirror."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

import GitFleet.sync
from gitfleet_api import ConfigurationError
from gitfleet_api.sync import GitHubClient
from gitfleet_mirror.sync import Mirror
from gitfleet_testing import Forge
from support.mirroring import OWNER, small_fleet


def test_a_mirror_is_updated_and_read_without_await(engine: str, tmp_path: Path) -> None:
    with Forge(small_fleet()) as forge, GitHubClient(forge.token, forge.url, backend=cast("Any", engine)) as client:
        mirror = Mirror(tmp_path / "fleet.sqlite")
        assert mirror.update(f"github:{OWNER}", clients=[client], kinds=["tags"]).changes["tag"].inserted == 9
        again = mirror.update(clients=client, kinds=["tags"])
        assert (again.changes, again.calls) == ({}, 0)
        assert mirror.query("SELECT count(*) AS n FROM tag") == [{"n": 9}]
        with pytest.raises(ConfigurationError, match="needs a client"):
            mirror.update(clients=[])
    assert GitFleet.sync.Mirror is Mirror
