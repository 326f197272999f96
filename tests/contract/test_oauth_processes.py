"""Processes share one refresh token, which the server accepts once."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from gitfleet_api.auth import FileStore
from gitfleet_testing import Forge
from support.oauth_child import Child, ChildTask, start_child
from support.planned import PlannedTime
from support.pools import OWNER
from support.sending import many_repositories
from support.sign_ins import application, signed_in

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills processes by a signal")

PROCESSES = 4
HOUR = 3600
STEP = 30
KILLS = (8, 26, 44, 63, 98)
"""Steps in which a process is killed."""


def _kill(child: Child, store: FileStore, delay: float) -> None:
    """Kill a process at a moment when none is between the server's response and the write of it."""
    time.sleep(delay)
    with store.lock():
        child.process.kill()
        child.process.join(30)
    child.pipe.close()


def test_four_processes_share_a_rotating_refresh_token_for_an_hour(engine: str, tmp_path: Path) -> None:
    clock = PlannedTime(tmp_path / "clock", time.time())
    chance = random.Random(7)  # noqa: S311  moments
    with Forge(many_repositories(1), now=clock.time) as forge:
        app = application("gitlab", forge)
        store = signed_in("gitlab", forge, tmp_path / "sign-ins.json", app)
        task = ChildTask(engine, forge.gitlab_url, store.path, tmp_path / "clock", OWNER, "r0")
        children = [start_child(task) for _ in range(PROCESSES)]
        failed: list[str] = []
        for step in range(HOUR // STEP):
            clock.advance(STEP)
            for child in children:
                child.pipe.send(2)
            if step in KILLS:
                victim = children.pop(chance.randrange(PROCESSES))
                _kill(victim, store, chance.random() * 0.02)
            for child in children:
                assert child.pipe.poll(30), f"step {step}: no result"
                failed += child.pipe.recv()
            if step in KILLS:
                children.append(start_child(task))
        for child in children:
            child.pipe.close()
            child.process.join(30)
        (family,) = forge.sign_in.families
    assert failed == []
    assert family.revoked is None
    # Each token lives for 300 s and is renewed when a tenth is left.
    assert HOUR // 300 <= family.refreshes <= HOUR // 270 + 1
    assert [item.refresh_token for item in store.all()] == [family.refresh_token]
