"""Hosts: names that are no names, and one server under several spellings of its name."""

from __future__ import annotations

import pytest

from gitfleet_api import ConfigurationError, GitHubClient
from support.clients import MakeClient
from support.failing import REPO, error_of, result_of
from support.raw_server import RawRequest, RawServer, always, http_response, route


@pytest.mark.parametrize("host", ["xn--a", "xn--", "XN--A", "xn--a-ecp.ru"])
def test_a_host_that_is_only_announced_as_international_is_refused(make_client: MakeClient, host: str) -> None:
    error = error_of(make_client, f"https://{host}:1")
    assert type(error) is ConfigurationError
    assert error.code == "invalid_request"


async def rows(client: GitHubClient) -> int:
    return len(await client.fetch_repositories("o", kind="organization"))


@pytest.mark.parametrize("host", ["api.bücher.example", "api.xn--bcher-kva.example"])
@pytest.mark.parametrize("linked", ["api.bücher.example", "api.xn--bcher-kva.example", "API.xn--bcher-kva.example:80"])
def test_a_listing_goes_on_if_links_spell_the_name_differently(make_client: MakeClient, host: str, linked: str) -> None:
    def page(request: RawRequest) -> bytes:
        if "page=2" in request.target:
            return http_response([{**REPO, "id": 2, "name": "b"}])
        link = f'<http://{linked}/orgs/o/repos?page=2>; rel="next"'.encode().decode("latin-1")
        return http_response([REPO], headers={"Link": link})

    with RawServer(route(page)) as proxy:  # so that no name is looked up
        found = result_of(make_client, f"http://{host}", rows, proxy=proxy.url, allow_http=True)
        assert {request.headers["host"] for request in proxy.requests} == {"api.xn--bcher-kva.example"}
    assert found == 2


@pytest.mark.parametrize("value", ["127.0.0.0/8", "localhost, 127.0.0.1", "127.0.0.1:*,127.0.0.1", "0.0.0.0/0"])
def test_servers_that_no_proxy_excludes_are_reached_directly(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    with RawServer(always(http_response(REPO))) as server, RawServer(always(http_response(status=502))) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", value)
        assert result_of(make_client, server.url)
        assert proxy.connections == 0
