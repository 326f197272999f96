"""The native engine on Windows, where the library cannot wake a loop by a socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import NoReturn

import pytest

pytest.importorskip("gitfleet_native", exc_type=ImportError)

from gitfleet_api import GitHubClient, NetworkError
from gitfleet_api.sync import GitHubClient as SyncClient
from gitfleet_native import NativeBackend, handle
from gitfleet_native.backend import _config
from gitfleet_native.handle import EngineHandle
from gitfleet_testing import Fleet, Forge
from support.loops import waiters, waiters_end
from support.running import run


@pytest.fixture
def forge() -> Iterator[Forge]:
    with Forge(Fleet.generate(organizations=1, repositories=350, seed=2)) as running:
        yield running


@pytest.fixture
def _no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handle, "_TAKES_SOCKETS", False)
    assert waiters_end(), "another test has left a thread"


def _owner(forge: Forge) -> str:
    return forge.fleet.organizations[0].login


@pytest.mark.usefixtures("_no_sockets")
def test_sync_clients_are_served_by_a_thread(forge: Forge) -> None:
    with SyncClient(forge.token, forge.url, backend="native") as client:
        found = list(client.fetch_repositories(_owner(forge)))
        assert len(waiters()) == 1
        assert client.fetch_user_info().login
    assert len(found) == len(forge.fleet.owned_by(_owner(forge)))
    assert waiters_end()


@pytest.mark.usefixtures("_no_sockets")
def test_a_loop_is_not_asked_to_watch_a_socket(forge: Forge) -> None:
    async def main() -> int:
        backend = NativeBackend()
        client = GitHubClient(forge.token, forge.url, backend=backend)
        found = await client.fetch_repositories(_owner(forge))
        assert len(waiters()) == 1
        await backend.aclose()
        return len(found)

    assert run(main()) == len(forge.fleet.owned_by(_owner(forge)))
    assert waiters_end()


@pytest.mark.usefixtures("_no_sockets")
def test_a_system_without_free_threads_is_a_network_error(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    freed: list[object] = []

    class Library:
        """The library, with a list of the freed engines."""

        def __getattr__(self, name: str) -> object:
            return getattr(library, name)

        def gf_engine_free(self, pointer: object) -> None:
            freed.append(pointer)
            library.gf_engine_free(pointer)

    def refuse(_: threading.Thread) -> NoReturn:
        raise RuntimeError("can't start new thread")

    async def main() -> None:
        client = GitHubClient(forge.token, forge.url, backend=NativeBackend(), retry=None)
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            with pytest.raises(NetworkError, match="cannot start a thread: can't start new thread"):
                await client.fetch_user_info()
        assert len(freed) == 1
        assert (await client.fetch_user_info()).login
        await client.aclose()
        await client.backend.aclose()

    library = handle.lib
    monkeypatch.setattr(handle, "lib", Library())
    run(main())
    assert waiters_end()


def test_an_engine_that_two_threads_free_is_freed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    freed: list[object] = []
    checked = threading.Barrier(2)

    class Library:
        """The library, with a list of the freed engines. It frees none, so that a second time does no damage."""

        def __getattr__(self, name: str) -> object:
            return getattr(library, name)

        def gf_engine_close(self, _: object) -> None:
            """Do nothing."""

        def gf_engine_free(self, pointer: object) -> None:
            freed.append(pointer)

    class Checked(EngineHandle):
        """A handle whose check passes in both threads before one of them continues."""

        @property
        def _is_inherited(self) -> bool:
            found = super()._is_inherited
            checked.wait(10)
            return found

    async def main() -> None:
        engine = Checked(_config(False, True), lambda: None)  # type: ignore[arg-type]
        threads = [threading.Thread(target=engine.free) for _ in range(2)]
        for thread in threads:
            thread.start()
        await asyncio.to_thread(lambda: [thread.join(10) for thread in threads])

    library = handle.lib
    monkeypatch.setattr(handle, "lib", Library())
    run(main())
    assert len(freed) == 1
    library.gf_engine_close(freed[0])
    library.gf_engine_free(freed[0])
