"""Headers that would end a line of the request are refused before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitfleet_api import Backend, ConfigurationError, Request
from gitfleet_api.backend.discovery import find_backend
from support.certificates import Authority
from support.http2_server import Exchange, http2_play, offering_http2
from support.raw_server import RawServer, always, http_response
from support.running import run
from support.tiny_proxy import forward

HEADERS = [
    *(("x-a", "b\r\nx-injected: 1"), ("x-a", "b\nc"), ("x-a", "b\rc"), ("x-a", "b\0c"), ("x-a", "b\n"), ("x-a", "\r")),
    *(("x-a\r\nx-injected", "1"), ("x-a\n", "1"), ("x\0a", "1"), ("x a", "1"), ("x:a", "1"), ("", "1"), ("é", "1")),
]
each_header = pytest.mark.parametrize("header", HEADERS, ids=ascii)


async def _refused(backend: Backend, url: str, header: tuple[str, str], proxy: str | None = None) -> None:
    with pytest.raises(ConfigurationError) as caught:
        await backend.send(Request("GET", url + "/", (("x-fine", "1"), header), proxy=proxy))
    assert caught.value.code == "invalid_request"
    await backend.aclose()


@each_header
def test_a_header_that_would_end_a_line_is_refused(engine: str, header: tuple[str, str]) -> None:
    with RawServer(always(http_response({}))) as server:
        run(_refused(find_backend(engine).create(), server.url, header))
        assert server.requests == []


@each_header
def test_a_header_that_would_end_a_line_is_refused_for_a_proxy(engine: str, header: tuple[str, str]) -> None:
    with RawServer(forward()) as proxy:
        run(_refused(find_backend(engine).create(), "http://forge.example", header, proxy.url))
        assert proxy.requests == []


@each_header
def test_a_header_that_would_end_a_line_is_refused_for_http2(
    engine: str, header: tuple[str, str], tmp_path: Path
) -> None:
    sent: list[Exchange] = []
    authority = Authority(tmp_path)

    def backend() -> Backend:
        if engine == "native":
            return find_backend(engine).create(verify=str(authority.file))
        from gitfleet_py import PythonBackend

        return PythonBackend(verify=str(authority.file), http2=True)

    with RawServer(http2_play(sent.append), tls=offering_http2(authority.server())) as server:
        run(_refused(backend(), server.url, header))
    assert sent == []
