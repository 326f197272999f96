"""Names with several addresses, and what is left of connecting to them when it is broken off."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from gitfleet_api import GitFleetError, Request, Response, Timeout
from gitfleet_py import PythonBackend
from support.raw_server import RawServer, always, http_response
from support.running import run

pytestmark = pytest.mark.python

OK = http_response({"name": "x"})
LIMITS = Timeout(connect=5, read=5)


NAME = "several.example"


def _name(addresses: list[tuple[str, int]]) -> None:
    """Have the name lead to these addresses, in this order."""
    loop = asyncio.get_running_loop()
    really = loop.getaddrinfo

    async def getaddrinfo(host: Any, *place: Any, **more: Any) -> list[Any]:
        if host != NAME:  # some loops ask for addresses, too
            return await really(host, *place, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address) for address in addresses]

    loop.getaddrinfo = getaddrinfo  # type: ignore[method-assign]


async def _get(addresses: list[tuple[str, int]]) -> Response:
    _name(addresses)
    backend = PythonBackend()
    try:
        return await backend.send(Request("GET", f"http://{NAME}/", timeout=LIMITS))
    finally:
        await backend.aclose()


@contextlib.contextmanager
def _nobody() -> Iterator[tuple[str, int]]:
    """An address that refuses connections."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        yield unheard.getsockname()


@contextlib.contextmanager
def _silence() -> Iterator[tuple[str, int]]:
    """An address that neither takes connections nor refuses them."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()


def test_the_next_address_is_tried_where_one_refuses() -> None:
    with _nobody() as nobody, RawServer(always(OK)) as server:
        assert run(_get([nobody, nobody, ("127.0.0.1", server.port)])).status == 200


def test_the_next_address_is_tried_where_one_is_silent() -> None:
    with _silence() as silent, RawServer(always(OK)) as server:
        assert run(_get([silent, ("127.0.0.1", server.port)])).status == 200
        assert server.connections == 1


def test_each_address_that_refuses_is_named_in_the_cause() -> None:
    with _nobody() as one, _nobody() as other:
        with pytest.raises(GitFleetError) as caught:
            run(_get([one, other]))
        assert caught.value.code == "connection_failed"
        assert str(one) in str(caught.value.__cause__)
        assert str(other) in str(caught.value.__cause__)


def test_a_name_without_addresses_is_a_failed_connection() -> None:
    with pytest.raises(GitFleetError) as caught:
        run(_get([]))
    assert caught.value.code == "connection_failed"


def test_two_addresses_that_accept_at_once_leave_no_socket_behind() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        connect, both = loop.sock_connect, asyncio.Barrier(2)

        async def connect_together(*where: Any) -> None:
            await connect(*where)
            await both.wait()

        loop.sock_connect = connect_together  # type: ignore[method-assign,assignment]
        assert (await _get([("127.0.0.1", server.port)] * 2)).status == 200

    with RawServer(always(OK)) as server:
        run(main())
    gc.collect()  # a socket that was lost makes itself heard here


@pytest.mark.parametrize("turns", range(4))
def test_a_call_that_is_cancelled_as_its_connection_stands_leaves_no_socket_behind(turns: int) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        connect, stands = loop.sock_connect, asyncio.Event()

        async def connect_and_tell(*where: Any) -> None:
            await connect(*where)
            stands.set()

        loop.sock_connect = connect_and_tell  # type: ignore[method-assign,assignment]
        call = asyncio.create_task(_get([("127.0.0.1", server.port)]))
        await stands.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    with RawServer(always(OK)) as server:
        run(main())
    gc.collect()  # a socket that was lost makes itself heard here


class _LikeUvloop(asyncio.SelectorEventLoop):
    """Takes no more than uvloop does, whose connecting knows nothing of several addresses."""

    async def create_connection(  # type: ignore[override]
        self, factory: Any, host: str | None = None, port: int | None = None, *, sock: socket.socket | None = None
    ) -> Any:
        return await super().create_connection(factory, host, port, sock=sock)  # type: ignore[call-overload]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_loop_that_is_not_asyncios_own_is_asked_for_nothing_it_does_not_know(host: str) -> None:
    async def main() -> None:
        backend = PythonBackend()
        assert (await backend.send(Request("GET", f"http://{host}:{server.port}/", timeout=LIMITS))).status == 200
        await backend.aclose()

    with RawServer(always(OK)) as server, asyncio.Runner(loop_factory=_LikeUvloop) as runner:
        runner.run(main())
