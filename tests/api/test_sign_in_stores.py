"""Stores of sign-ins: private, complete at any moment, shared by threads and processes."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import stat
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from gitfleet_api import ConfigurationError, ProviderType
from gitfleet_api.auth import (
    FileStore,
    KeyringStore,
    SignIn,
    SignInStore,
    StoreError,
    api_origin,
    config_folder,
    sign_in_path,
    web_origin,
)
from support.crash_report import reported_locals
from support.store_child import LAB, start_store_child, stored_sign_in

posix = pytest.mark.skipif(os.name == "nt", reason="modes and signals of POSIX")
HUB = "https://github.com"


def _sign_in(server: str = HUB, token: str = "token-1") -> SignIn:
    found: SignIn = stored_sign_in(server, token)
    return found


class Keyring(ModuleType):
    """The package keyring, in memory."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, name: str) -> str | None:
        """Return an entry."""
        if self.locked:
            raise RuntimeError("locked: token-1")
        return self.entries.get((service, name))

    def set_password(self, service: str, name: str, text: str) -> None:
        """Set an entry."""
        self.entries[service, name] = text

    def delete_password(self, service: str, name: str) -> None:
        """Delete an entry."""
        del self.entries[service, name]


@pytest.fixture(params=["file", "keyring"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SignInStore:
    if request.param == "file":
        return FileStore(tmp_path / "gitfleet" / "sign-ins.json")
    monkeypatch.setitem(sys.modules, "keyring", Keyring())
    return KeyringStore(tmp_path / "keyring.lock")


def test_sign_ins_are_stored_replaced_and_removed(store: SignInStore) -> None:
    assert (store.read(HUB), store.all(), store.remove(HUB)) == (None, [], False)
    store.write(_sign_in(LAB))
    store.write(_sign_in())
    store.write(_sign_in(token="token-2"))
    assert store.read(HUB) == _sign_in(token="token-2")
    assert [item.server for item in store.all()] == [HUB, LAB]
    assert store.remove(HUB)
    assert [item.server for item in store.all()] == [LAB]
    assert store.read(HUB) is None


def test_threads_lose_no_write_of_each_other(store: SignInStore) -> None:
    def work(number: int) -> None:
        for turn in range(5):
            store.write(_sign_in(f"https://{number}.example.com", f"token-{turn}"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(item.access_token for item in store.all()) == ["token-4"] * 6


def test_a_lock_that_is_not_released_is_an_error_in_time(store: SignInStore) -> None:
    with store.lock():
        with pytest.raises(StoreError, match="another process has locked") as caught, store.lock(timeout=0.05):
            pass
        assert caught.value.code == "store_in_use"
    store.write(_sign_in())


def test_a_keyring_that_refuses_is_one_error_without_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    store = KeyringStore(tmp_path / "lock")
    store.write(_sign_in())
    keyring.locked = True
    with pytest.raises(StoreError, match="the system keyring refuses") as caught:
        store.read(HUB)
    assert "token-1" not in str(caught.value)
    assert caught.value.__context__ is None
    keyring.locked = False
    keyring.entries["gitfleet", HUB] = "{"
    with pytest.raises(StoreError, match="is damaged"):
        store.read(HUB)


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", cast("Any", None))
    with pytest.raises(ConfigurationError, match=r"pip install 'gitfleet\[keyring\]'$") as caught:
        KeyringStore()
    assert caught.value.code == "keyring_missing"


@posix
def test_the_file_is_private_from_the_first_moment(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "new" / "folder" / "sign-ins.json")
    old = os.umask(0)
    try:
        store.write(_sign_in())
    finally:
        os.umask(old)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in store.path.parent.iterdir()}
    assert modes == {"sign-ins.json": 0o600, "sign-ins.json.lock": 0o600}
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666])
def test_a_file_that_others_may_read_or_write_is_refused_and_unchanged(tmp_path: Path, mode: int) -> None:
    store = FileStore(tmp_path / "my sign-ins.json")
    store.write(_sign_in())
    content = store.path.read_bytes()
    store.path.chmod(mode)
    command = f"run: chmod 600 '{store.path}'"
    for action in (store.all, lambda: store.read(HUB), lambda: store.write(_sign_in(LAB)), lambda: store.remove(HUB)):
        with pytest.raises(StoreError) as caught:
            action()
        assert (caught.value.code, str(caught.value).endswith(command)) == ("store_unsafe", True)
    assert store.path.read_bytes() == content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"null",
        b"{}",
        b'{"version": 1, "sign_ins": []}',
        b'{"version": 2, "sign_ins": {}}',
        b'{"version": 1, "sign_ins": {"https://github.com": {"access_token": "token-1"}}}',
        b'{"version": 1, "sign_ins": {"https://github.com": 7}}',
        b"[" * 100_000,
    ],
    ids=lambda content: content[:60].decode("latin-1"),
)
def test_a_damaged_file_is_one_clear_error_and_stays(tmp_path: Path, content: bytes) -> None:
    store = FileStore(tmp_path / "sign-ins.json")
    store.write(_sign_in())
    store.path.write_bytes(content)
    for action in (store.all, lambda: store.read(HUB)):
        with pytest.raises(StoreError) as caught:
            action()
        assert caught.value.code == "store_damaged"
        assert "token-1" not in str(caught.value)
    assert store.path.read_bytes() == content


def test_entries_of_other_servers_are_kept_even_if_they_are_not_understood(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "sign-ins.json")
    store.write(_sign_in())
    document = json.loads(store.path.read_text())
    document["sign_ins"]["https://new.example.com"] = {"new": "kind"}
    store.path.write_text(json.dumps(document))
    store.write(_sign_in(LAB))
    assert json.loads(store.path.read_text())["sign_ins"]["https://new.example.com"] == {"new": "kind"}


@posix
def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    link, target = tmp_path / "link.json", tmp_path / "real" / "file.json"
    target.parent.mkdir()
    link.symlink_to(target)
    FileStore(link).write(_sign_in())
    assert link.is_symlink()
    assert FileStore(target).read(HUB) == _sign_in()


@posix
def test_a_process_that_is_killed_leaves_a_complete_file(tmp_path: Path) -> None:
    chance = random.Random(3)  # noqa: S311  moments
    store = FileStore(tmp_path / "sign-ins.json")
    store.write(_sign_in())
    interrupted = 0
    for _ in range(50):
        process = start_store_child(store.path, "writes")
        time.sleep(chance.random() * 0.01)
        process.kill()
        process.join(30)
        interrupted += any(path.suffix == ".tmp" for path in tmp_path.iterdir())
        hub, lab = store.all()
        assert hub == _sign_in()
        assert lab == _sign_in(LAB, lab.access_token)
    assert interrupted > 0
    store.write(_sign_in())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sign-ins.json", "sign-ins.json.lock"]


@posix
def test_the_lock_of_a_process_that_is_killed_is_free(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "sign-ins.json")
    process = start_store_child(store.path, "locks")
    assert store.try_lock() is None
    process.kill()
    process.join(30)
    with store.lock(timeout=5):
        pass


@posix
def test_a_forked_child_keeps_no_lock_of_its_parent(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "sign-ins.json")
    lock = store.try_lock()
    assert lock is not None
    process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,), daemon=True)
    process.start()
    lock.release()
    with store.lock(timeout=5):
        pass
    process.kill()
    process.join(30)


def test_no_local_variable_of_an_error_shows_a_secret(store: SignInStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(_sign_in())
    errors: list[StoreError] = []

    def attempt(action: Callable[[], object]) -> None:
        with pytest.raises(StoreError) as caught:
            action()
        errors.append(caught.value)

    if isinstance(store, FileStore):
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", _full)
            attempt(lambda: store.write(_sign_in(LAB, "token-2")))
        content = store.path.read_text()
        for damaged in (
            content.replace('"version": 1', '"version": 2'),
            content.replace('"client"', "7"),
            content[:-9],
        ):
            store.path.write_text(damaged)
            attempt(store.all)
    else:
        keyring = cast("Keyring", sys.modules["keyring"])
        content = keyring.entries["gitfleet", HUB]
        for damaged in (content.replace('"client"', "7"), content[:-9]):
            keyring.entries["gitfleet", HUB] = damaged
            attempt(store.all)
        monkeypatch.setattr(keyring, "set_password", _full)
        attempt(lambda: store.write(_sign_in(HUB, "token-2")))
    shown = [f"{error!r} {place} {text}" for error in errors for place, text in reported_locals(error)]
    assert len(shown) > 10
    assert [text for text in shown if "token-" in text] == []


def _full(*_arguments: object) -> None:
    raise OSError(28, "No space left on device")


def test_the_folder_of_the_configuration_has_a_clear_rule(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITFLEET_CONFIG_DIR", str(tmp_path / "own"))
    assert sign_in_path() == tmp_path / "own" / "sign-ins.json"
    monkeypatch.delenv("GITFLEET_CONFIG_DIR")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_folder() == tmp_path / "gitfleet"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    if os.name != "nt":
        monkeypatch.setattr(sys, "platform", "linux")
        assert config_folder() == tmp_path / ".config" / "gitfleet"
        monkeypatch.setattr(sys, "platform", "darwin")
        assert config_folder() == tmp_path / "Library" / "Application Support" / "gitfleet"
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setenv("APPDATA", str(tmp_path / "Roaming"))
        assert config_folder() == tmp_path / "Roaming" / "gitfleet"


@pytest.mark.parametrize(
    ("provider", "base_url", "web", "api"),
    [
        ("github", None, "https://github.com", "https://api.github.com"),
        ("github", "https://github.com", "https://github.com", "https://api.github.com"),
        ("github", "https://api.acme.ghe.com", "https://acme.ghe.com", "https://api.acme.ghe.com"),
        ("github", "https://git.example.com/api/v3", "https://git.example.com", "https://git.example.com"),
        (
            "github",
            "https://git.example.com:8443/api/v3/",
            "https://git.example.com:8443",
            "https://git.example.com:8443",
        ),
        ("gitlab", None, "https://gitlab.com", "https://gitlab.com"),
        ("gitlab", "https://x.example.com/gitlab/api/v4", "https://x.example.com/gitlab", "https://x.example.com"),
        ("gitlab", "https://gitlab.example.com", "https://gitlab.example.com", "https://gitlab.example.com"),
    ],
)
def test_the_web_pages_and_the_api_of_a_server_are_known(
    provider: str, base_url: str | None, web: str, api: str
) -> None:
    kind = ProviderType(provider)
    assert web_origin(kind, base_url) == web
    assert web_origin(kind, web) == web
    assert api_origin(kind, web) == api


@pytest.mark.skipif(os.name == "nt", reason="a folder cannot be opened there")
def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is not a regular file") as caught:
        FileStore(tmp_path).read(HUB)
    assert caught.value.code == "store_unsafe"
