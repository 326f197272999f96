"""Conditional requests, compression, HEAD."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from gitfleet_testing import Forge
from gitfleet_testing.http.cache import ResponseCache
from gitfleet_testing.http.messages import Body, Response

Ask = Callable[..., Any]


def test_an_unchanged_response_is_304_and_does_not_count(small: Forge, ask: Ask) -> None:
    url = f"{small.url}/orgs/Acme/repos?per_page=1"
    first = ask(url, token="octo")
    assert first.headers["etag"].startswith('W/"')
    second = ask(url, token="octo", headers={"If-None-Match": first.headers["etag"]})
    assert (second.status, second.raw) == (304, b"")
    assert second.headers["etag"] == first.headers["etag"]
    assert second.headers["link"] == first.headers["link"]
    assert second.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"] == "4999"


@pytest.mark.parametrize("form", ["{}", '"other", {}', "*"])
def test_if_none_match_accepts_all_its_forms(small: Forge, ask: Ask, form: str) -> None:
    tag = ask(f"{small.url}/user").headers["etag"]
    assert ask(f"{small.url}/user", headers={"If-None-Match": form.format(tag)}).status == 304
    assert ask(f"{small.url}/user", headers={"If-None-Match": tag.removeprefix("W/")}).status == 304
    assert ask(f"{small.url}/user", headers={"If-None-Match": '"other"'}).status == 200


def test_the_etag_of_another_token_does_not_match(small: Forge, ask: Ask) -> None:
    url = f"{small.url}/users/octo-user"
    tags = {ask(url, token=token).headers["etag"] for token in ("forge-token", "eve", None)}
    assert len(tags) == 3
    mine = ask(url, token="eve").headers["etag"]
    assert ask(url, headers={"If-None-Match": mine}).status == 200


def test_the_etag_is_stable_while_nothing_changes(small: Forge, ask: Ask) -> None:
    url = f"{small.url}/repos/Acme/Tool"
    tag = ask(url).headers["etag"]
    small.fleet.add_repository("Acme", "unrelated")
    assert ask(url, headers={"If-None-Match": tag}).status == 304
    small.fleet.update("Acme/Tool", stars=6)
    assert ask(url, headers={"If-None-Match": tag}).status == 200


def test_errors_have_no_etag(small: Forge, ask: Ask) -> None:
    for path, token in (("/nothing", "octo"), ("/user", "wrong")):
        assert "etag" not in ask(small.url + path, token=token).headers


@pytest.mark.parametrize("accepted", ["gzip", "deflate, gzip;q=1.0, *;q=0.5", "GZIP"])
def test_long_bodies_are_compressed_if_the_client_accepts_it(forge: Forge, ask: Ask, accepted: str) -> None:
    url = f"{forge.url}/orgs/{forge.fleet.organizations[0].login}/repos?per_page=100"
    plain = ask(url)
    assert "content-encoding" not in plain.headers
    packed = ask(url, headers={"Accept-Encoding": accepted})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(packed.raw) < len(plain.raw) / 5
    assert gzip.decompress(packed.raw) == plain.raw
    assert packed.headers["etag"] == plain.headers["etag"]


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0"])
def test_bodies_are_not_compressed_if_the_client_does_not_accept_it(forge: Forge, ask: Ask, accepted: str) -> None:
    reply = ask(f"{forge.url}/users/fleet-admin", headers={"Accept-Encoding": accepted})
    assert "content-encoding" not in reply.headers


def test_short_bodies_are_not_compressed_and_gzip_can_be_disabled(small: Forge, ask: Ask) -> None:
    accept = {"Accept-Encoding": "gzip"}
    assert "content-encoding" not in ask(f"{small.url}/nothing", headers=accept).headers
    with Forge(gzip=False) as forge:
        assert "content-encoding" not in ask(f"{forge.url}/user", headers=accept).headers


@pytest.mark.parametrize("path", ["/user", "/orgs/Acme/repos?per_page=1", "/nothing", "/rate_limit"])
def test_head_is_get_without_the_body(small: Forge, ask: Ask, path: str) -> None:
    get, head = ask(small.url + path), ask(small.url + path, method="HEAD")
    assert head.raw == b""
    passing = {"date", "x-github-request-id", "x-ratelimit-remaining", "x-ratelimit-used"}
    assert head.status == get.status
    assert {name: head.headers[name] for name in head.headers if name not in passing} == {
        name: get.headers[name] for name in get.headers if name not in passing
    }


def test_the_cache_evicts_the_least_recently_used_responses_above_its_budget() -> None:
    made: list[int] = []

    def response(number: int) -> Response:
        made.append(number)
        return Response(200, Body(bytes(4000)))

    cache = ResponseCache(budget=16_000)
    for number in (1, 2, 3, 1, 4):  # three fit; 1 is the most recently used when 4 is added
        cache.get(number, lambda number=number: response(number))  # type: ignore[misc]
    assert made == [1, 2, 3, 4]
    for number in (1, 3, 4, 2):
        cache.get(number, lambda number=number: response(number))  # type: ignore[misc]
    assert made == [1, 2, 3, 4, 2]
    huge = Response(200, Body(bytes(20_000)))
    assert cache.get(0, lambda: huge) is huge


def test_a_long_body_that_was_compressed_takes_the_memory_of_the_compressed_form_only() -> None:
    data = b'{"name":"value"},' * 4000
    body = Body(data)
    digest = body.digest
    assert len(gzip.decompress(body.compressed)) == body.length == len(data)
    assert body.size == len(body.compressed) < len(data) / 50
    assert (body.data, body.digest) == (data, digest)
    cache = ResponseCache(budget=80_000)
    for number in range(4):
        compressed = cache.get(number, lambda: Response(200, Body(data))).body
        assert compressed is not None
        assert compressed.compressed
    assert cache.get(0, lambda: Response(404)).status == 200
