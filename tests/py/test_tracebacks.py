"""No frame of httpx or h2 shows a token, either."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h2.errors
import pytest

from gitfleet_api import GitFleetError, GitLabClient, Request, Timeout
from gitfleet_api.backend import RedactedBytes, RedactedStr
from gitfleet_py import PythonBackend
from support.certificates import Authority
from support.crash_report import reported_locals
from support.http2_server import Exchange, http2_play, offering_http2
from support.raw_server import RawServer, once
from support.running import run

pytestmark = pytest.mark.python

TOKEN = "glpat-Zq0secret0"
PATIENT = Timeout(5, 5, 20)


async def _hook(_: object) -> None:
    return None


def _check(url: str, backend: PythonBackend) -> None:
    client: Any = GitLabClient(TOKEN, url, backend=backend, retry=None, timeout=PATIENT)

    async def main() -> BaseException:
        async with client:
            with pytest.raises(GitFleetError) as caught:
                await client.fetch_repository_details("o", "r")
        await backend.aclose()
        return caught.value

    reported = list(reported_locals(run(main())))
    assert any("httpx" in place for place, _ in reported)
    assert [place for place, text in reported if TOKEN in text] == []


def test_no_frame_of_an_httpx_client_shows_the_token() -> None:
    with RawServer(once()) as server:
        _check(server.url, PythonBackend(event_hooks={"request": [_hook]}))


def test_no_frame_of_a_failed_exchange_of_http2_shows_the_token(tmp_path: Path) -> None:
    def reset(exchange: Exchange) -> None:
        exchange.connection.reset_stream(exchange.stream, h2.errors.ErrorCodes.INTERNAL_ERROR)
        exchange.flush()

    authority = Authority(tmp_path)
    with RawServer(http2_play(reset), tls=offering_http2(authority.server())) as server:
        _check(server.url, PythonBackend(verify=str(authority.file), http2=True, event_hooks={"request": [_hook]}))


@pytest.mark.parametrize("headers", [(("x a", "1"),), (("x-a", "b\r\nc"),), (("x-a", "é\u0100"),)])
def test_no_frame_of_a_refused_request_shows_the_token(headers: tuple[tuple[str, str], ...]) -> None:
    token = ("authorization", RedactedStr(TOKEN))

    async def main() -> GitFleetError:
        backend = PythonBackend()
        with pytest.raises(GitFleetError) as caught:
            await backend.send(Request("GET", "http://127.0.0.1:9/", (token, *headers)))
        await backend.aclose()
        return caught.value

    error = run(main())
    assert error.code == "invalid_request"
    assert [place for place, text in reported_locals(error) if TOKEN in text] == []


def test_redacted_text_stays_redacted_when_it_is_encoded_and_decoded() -> None:
    text = RedactedStr(TOKEN)
    assert (repr(text), repr(text.encode()), repr(text.encode().decode())) == ("'***'", "b'***'", "'***'")
    assert (str(text), text.encode(), f"{text}") == (TOKEN, TOKEN.encode(), TOKEN)
    assert isinstance(text.encode(), RedactedBytes)
