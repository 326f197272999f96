"""The certificate authorities that the Python engine trusts, and its options."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from gitfleet_api import ConfigurationError, GitHubClient, TLSError
from gitfleet_py import PythonBackend
from support.certificates import Authority
from support.raw_server import RawServer, always, http_response

LIMITS = http_response({"resources": {"core": {"limit": 1, "remaining": 1, "reset": 1}}})


@pytest.mark.parametrize("verify", [None, 1, 0, b"x", [], object()])
def test_a_verify_that_is_none_of_the_known_kinds_is_refused(verify: object) -> None:
    with pytest.raises(ConfigurationError, match="verify must be"):
        PythonBackend(verify=cast("Any", verify))


def test_a_path_object_counts_as_its_path(tmp_path: Path) -> None:
    authority, other = Authority(tmp_path, "one"), Authority(tmp_path, "two")

    async def ask(url: str, file: Path) -> None:
        backend = PythonBackend(verify=file)
        try:
            await GitHubClient("tok", url, backend=backend, retry=None).get_rate_limit()
        finally:
            await backend.aclose()

    with RawServer(always(LIMITS), tls=authority.server()) as server:
        asyncio.run(ask(server.url, Path(authority.file)))
        with pytest.raises(TLSError):
            asyncio.run(ask(server.url, Path(other.file)))


def test_a_transport_that_was_given_is_used_whatever_the_proxy() -> None:
    asked: list[str] = []

    def take(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"resources": {"core": {"limit": 1, "remaining": 1, "reset": 1}}})

    async def main() -> None:
        backend = PythonBackend(transport=httpx.MockTransport(take))
        client = GitHubClient("tok", "https://forge.invalid", backend=backend, proxy="http://127.0.0.1:9", retry=None)
        assert (await client.get_rate_limit()).limit == 1

    asyncio.run(main())
    assert asked == ["https://forge.invalid/rate_limit"]


def test_http2_without_h2_is_refused_and_the_error_names_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match=r"pip install 'gitfleet-py\[http2\]'"):
        PythonBackend(http2=True)


def test_an_engine_needs_one_version_of_http() -> None:
    with pytest.raises(ConfigurationError, match="http2=True"):
        PythonBackend(http1=False)


def test_every_python_verifies_with_the_same_flags() -> None:
    from gitfleet_py.tls import ssl_context

    flags = ssl_context(True).verify_flags
    assert flags & ssl.VERIFY_X509_PARTIAL_CHAIN
    assert not flags & ssl.VERIFY_X509_STRICT
    assert not ssl_context(True).hostname_checks_common_name
