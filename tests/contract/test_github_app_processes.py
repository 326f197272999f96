"""Processes of one machine share the tokens of a GitHub App."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from gitfleet_api import ConfigurationError
from gitfleet_api.auth import GitHubApp, StoreError
from gitfleet_testing import Fleet, Forge
from gitfleet_testing.auth.apps import App
from gitfleet_testing.auth.rsa import example_key
from support import engines
from support.app_child import AppTask, start_app_child
from support.clients import maker
from support.crash_report import reported_locals
from support.planned import PlannedTime
from support.running import run

OWNERS = ("acme", "other", "third")
PROCESSES = 4


def _fleet() -> Fleet:
    fleet = Fleet()
    for owner in OWNERS:
        fleet.add_organization(owner)
        fleet.add_repository(owner, "hidden", private=True)
    return fleet


def _app(forge: Forge) -> App:
    app = forge.add_app("my-app")
    for owner in OWNERS:
        app.install(owner)
    return app


def _source(forge: Forge, app: App, shared: Path, **more: object) -> GitHubApp:
    return GitHubApp(app.id, private_key=app.private_key, base_url=forge.url, shared=shared, **more)  # type: ignore[arg-type]


async def _read(engine: str, forge: Forge, source: GitHubApp, owner: str = "acme") -> str:
    async with maker(engine)(forge.url, source) as client:
        return (await client.fetch_repository_details(owner, "hidden")).name


def test_four_processes_with_a_hundred_cold_calls_each_request_one_token_of_each_installation(
    engine: str, tmp_path: Path
) -> None:
    clock = PlannedTime(tmp_path / "clock", time.time())
    with Forge(_fleet(), now=clock.time) as forge:
        app = _app(forge)
        shared = tmp_path / "tokens"
        task = AppTask(engine, forge.url, app.id, app.private_key, shared, tmp_path / "clock", OWNERS, "hidden")
        children = [start_app_child(task) for _ in range(PROCESSES)]
        for expected in (1, 2, 3):
            for _, pipe in children:
                pipe.send(100)
            for _, pipe in children:
                assert pipe.poll(60), "no result"
                assert pipe.recv() == []
            assert [installation.minted for installation in app.installations] == [expected] * 3
            if expected == 2:  # the server refuses these: each is replaced once
                for token in {request.token for request in forge.requests if "/repos/" in request.path}:
                    forge.revoke(token)
                clock.advance(60)
            else:
                clock.advance(3400)
        for process, pipe in children:
            pipe.close()
            process.join(30)


def test_the_shared_files_are_private_and_a_damaged_one_is_replaced(engine: str, tmp_path: Path) -> None:
    shared = tmp_path / "new" / "tokens"
    with Forge(_fleet()) as forge:
        app = _app(forge)
        assert run(_read(engine, forge, _source(forge, app, shared))) == "hidden"
        (file,) = shared.glob("*.json")
        if os.name != "nt":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert stat.S_IMODE(shared.stat().st_mode) == 0o700
        assert run(_read(engine, forge, _source(forge, app, shared))) == "hidden"
        assert app.installations[0].minted == 1
        for damaged in (b"", b"{", b"[]", b'{"token": 1, "obtained_at": 0, "expires_at": 9e9}', b"\xff"):
            file.write_bytes(damaged)
            assert run(_read(engine, forge, _source(forge, app, shared))) == "hidden"
        assert app.installations[0].minted == 6


def test_narrowed_tokens_and_those_of_other_installations_are_not_mixed(engine: str, tmp_path: Path) -> None:
    with Forge(_fleet()) as forge:
        app = _app(forge)
        for owner in ("acme", "other"):
            for permissions in (None, {"contents": "read"}):
                for _ in range(2):
                    source = _source(forge, app, tmp_path, permissions=permissions)
                    assert run(_read(engine, forge, source, owner)) == "hidden"
        assert [installation.minted for installation in app.installations] == [2, 2, 0]
        assert len(list(tmp_path.glob("*.json"))) == 4


@pytest.mark.skipif(os.name == "nt", reason="modes of files")
def test_a_file_that_others_may_read_is_one_clear_error_without_the_token(engine: str, tmp_path: Path) -> None:
    with Forge(_fleet()) as forge:
        app = _app(forge)
        run(_read(engine, forge, _source(forge, app, tmp_path)))
        (file,) = tmp_path.glob("*.json")
        (token,) = {request.token for request in forge.requests if "/repos/" in request.path}
        assert token
        file.chmod(0o644)
        with pytest.raises(StoreError, match="run: chmod 600") as caught:
            run(_read(engine, forge, _source(forge, app, tmp_path)))
        assert caught.value.code == "store_unsafe"
        file.unlink()
        file.mkdir()
        with pytest.raises(StoreError) as failed:
            run(_read(engine, forge, _source(forge, app, tmp_path)))
        secrets = {request.token for request in forge.requests if request.token}
        for error in (caught.value, failed.value):
            shown = str(error) + repr(list(reported_locals(error)))
            assert not [secret for secret in secrets if secret in shown]


@pytest.mark.parametrize("shared", ["", 7, b"folder"])
def test_what_is_no_path_is_refused(shared: object) -> None:
    engines.demand("python")
    with pytest.raises(ConfigurationError, match="shared must be the path of a folder"):
        GitHubApp(1, private_key=example_key().pem(), shared=shared)  # type: ignore[arg-type]
