"""Redirects and links: followed on the client's own origin, and nowhere else."""

from __future__ import annotations

import pytest

from gitfleet_api import BranchInfo, ProviderError
from support.clients import MakeClient
from support.failing import REPO, TOKEN, branches, error_of, result_of
from support.raw_server import RawRequest, RawServer, always, http_response, route


def _redirect(target: str, status: int = 301) -> bytes:
    return http_response({"message": "Moved"}, status=status, headers={"Location": target})


def _page(name: str, link: str | None) -> bytes:
    row = {"name": name, "commit": {"sha": "c"}}
    return http_response([row], headers={} if link is None else {"Link": link})


def _next(target: str) -> str:
    return f'<{target}>; rel="next"'


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_followed_with_the_token(make_client: MakeClient, status: int) -> None:
    with RawServer(always(_redirect("/repositories/1?x=%2F", status), http_response(REPO))) as server:
        assert result_of(make_client, server.url)
    assert [request.target for request in server.requests] == ["/repos/o/r", "/repositories/1?x=%2F"]
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {TOKEN}"}


def test_five_redirects_are_followed_and_a_sixth_is_not(make_client: MakeClient) -> None:
    def choose(request: RawRequest) -> bytes:
        left = int(request.target.rpartition("/")[2]) if "hop" in request.target else start
        return http_response(REPO) if left == 0 else _redirect(f"/hop/{left - 1}")

    with RawServer(route(choose)) as server:
        start = 5
        assert result_of(make_client, server.url)
        start = 6
        error = error_of(make_client, server.url)
    assert type(error) is ProviderError
    assert error.code == "too_many_redirects"


def test_a_redirect_to_itself_ends(make_client: MakeClient) -> None:
    with RawServer(always(_redirect("/repos/o/r"))) as server:
        assert error_of(make_client, server.url).code == "too_many_redirects"
        assert len(server.requests) == 6


@pytest.mark.parametrize("status", [300, 303, 304, 305, 399])
def test_other_3xx_responses_are_errors(make_client: MakeClient, status: int) -> None:
    with RawServer(always(_redirect("/elsewhere", status))) as server:
        error = error_of(make_client, server.url)
        assert len(server.requests) == 1
    assert type(error) is ProviderError
    assert (error.code, error.status) == ("redirected", status)


def test_a_redirect_without_a_target_is_an_error(make_client: MakeClient) -> None:
    with RawServer(always(http_response(status=301))) as server:
        error = error_of(make_client, server.url)
    assert (type(error), error.code) == (ProviderError, "redirected")


FOREIGN = {
    "another port": "http://{other}/repos/o/r",
    "another host": "http://localhost:{other_port}/repos/o/r",
    "the same place under another name": "http://localhost:{own_port}/api/repos/o/r",
    "another scheme": "https://{own}/api/repos/o/r",
    "no scheme": "//{other}/repos/o/r",
    "three slashes": "///{other}/repos/o/r",
    "a user name": "http://user@{own}/api/repos/o/r",
    "the own host as a user name": "http://{own}@{other}/api/repos/o/r",
    "a backslash": "http:\\\\{other}\\api",
    "a backslash after a slash": "/\\{other}/api",
    "outside the prefix": "http://{own}/admin",
    "beside the prefix": "http://{own}/apix/repos",
    "the root": "/",
    "dots": "/api/../admin",
    "encoded dots": "/api/%2e%2E/admin",
    "javascript": "javascript:alert(1)",
    "a file": "file:///etc/passwd",
    "a port that is none": "http://127.0.0.1:99999/api/x",
    "half an IPv6 address": "http://[::1/api/x",
    "a blank": "http://{own}/api/a b",
}


@pytest.mark.parametrize("target", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_redirect_elsewhere_is_not_followed(make_client: MakeClient, target: str) -> None:
    with RawServer(always(http_response(REPO))) as other:
        with RawServer(route(lambda _: _redirect(place))) as server:
            place = target.format(
                other=other.authority, other_port=other.port, own=server.authority, own_port=server.port
            )
            error = error_of(make_client, f"{server.url}/api")
        assert len(server.requests) == 1
        assert other.connections == 0
    assert type(error) is ProviderError
    assert (error.code, error.status, error.url) == ("foreign_link", 301, f"{server.url}/api/repos/o/r")


@pytest.mark.parametrize("target", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_next_page_elsewhere_is_not_followed(make_client: MakeClient, target: str) -> None:
    with RawServer(always(http_response([]))) as other:
        with RawServer(route(lambda _: _page("a", _next(place)))) as server:
            place = target.format(
                other=other.authority, other_port=other.port, own=server.authority, own_port=server.port
            )
            error = error_of(make_client, f"{server.url}/api", branches)
        assert len(server.requests) == 1
        assert other.connections == 0
    assert type(error) is ProviderError
    assert (error.code, error.status) == ("foreign_link", 200)


@pytest.mark.parametrize("links", [("/p/2", "/p/2"), ("/p/2", "/p/3", "/p/2"), ("/repos/o/r/branches?per_page=100",)])
def test_pages_that_lead_in_a_circle_end_in_an_error(make_client: MakeClient, links: tuple[str, ...]) -> None:
    pages = [_page(f"x{number}", _next(link)) for number, link in enumerate(links)]
    with RawServer(always(*pages)) as server:
        error = error_of(make_client, server.url, branches)
        assert len(server.requests) == len(links)
    assert type(error) is ProviderError
    assert error.code == "repeated_page"


LINKS = {
    "alone": '</p/2>; rel="next"',
    "among others": '</p/1>; rel="prev", </p/2>; rel="next", </p/9>; rel="last"',
    "without quotes": "</p/2>; rel=next",
    "in capitals": '</p/2>; REL="NEXT"',
    "with more parameters": '</p/2>; title="a, b; c"; rel="next"; x=1',
    "with several relations": '</p/2>; rel="last next"',
    "with a comma in it": '</p/2?>; rel="x", </p/2>; rel="next"',
    "relative": '<../../../p/2>; rel="next"',
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS.keys())
def test_the_next_page_is_found_however_its_link_is_written(make_client: MakeClient, link: str) -> None:
    with RawServer(always(_page("a", link), _page("b", '</p/1>; rel="prev"'))) as server:
        found = result_of(make_client, server.url, branches)
        assert server.requests[1].target == "/p/2"
    assert found == [BranchInfo("a", "c"), BranchInfo("b", "c")]


@pytest.mark.parametrize("link", ["", "garbage", "<", '</p/2>; rel="last"', '</p/2>; rel="nextish"', "</p/2>", ";"])
def test_without_a_next_link_the_listing_ends(make_client: MakeClient, link: str) -> None:
    with RawServer(always(_page("a", link))) as server:
        assert result_of(make_client, server.url, branches) == [BranchInfo("a", "c")]
        assert len(server.requests) == 1


def test_an_empty_page_in_the_middle_does_not_end_a_listing(make_client: MakeClient) -> None:
    empty = http_response([], headers={"Link": _next("/p/3")})
    with RawServer(always(_page("a", _next("/p/2")), empty, _page("b", None))) as server:
        assert result_of(make_client, server.url, branches) == [BranchInfo("a", "c"), BranchInfo("b", "c")]


def test_the_query_of_a_next_page_is_sent_as_it_was_given(make_client: MakeClient) -> None:
    target = "/repositories/1/branches?per_page=100&after=Y3Vyc29yOnYyOpK5MjAyMw%3D%3D&x=a+b%20c&y=%C3%A9"
    with RawServer(always(_page("a", _next(target)), _page("b", None))) as server:
        result_of(make_client, server.url, branches)
        assert server.requests[1].target == target
