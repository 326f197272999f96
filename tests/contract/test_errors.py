"""Error responses become errors with the same class, code and attributes in both engines."""

from __future__ import annotations

import pickle

import pytest

from gitfleet_api import (
    AuthError,
    ConflictError,
    GitFleetError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ProviderError,
    ProviderType,
    RateLimitError,
    ServerError,
    UnavailableForLegalReasonsError,
)
from support.clients import MakeClient
from support.failing import branches, details, error_of
from support.raw_server import RawServer, always, http_response, once
from support.recorded import Entry, entries, parameters

STATUSES: dict[int, tuple[type[ProviderError], str]] = {
    400: (InvalidRequestError, "bad_request"),
    401: (AuthError, "unauthorized"),
    402: (ProviderError, "http_error"),
    403: (PermissionDeniedError, "forbidden"),
    404: (NotFoundError, "not_found"),
    409: (ConflictError, "conflict"),
    410: (NotFoundError, "gone"),
    418: (ProviderError, "http_error"),
    422: (InvalidRequestError, "unprocessable"),
    429: (RateLimitError, "rate_limited"),
    451: (UnavailableForLegalReasonsError, "unavailable_for_legal_reasons"),
    500: (ServerError, "server_error"),
    502: (ServerError, "server_error"),
    503: (ServerError, "server_error"),
    599: (ServerError, "server_error"),
}
BODIES: dict[str, tuple[object, str]] = {
    "JSON": ({"message": "That went wrong", "documentation_url": "https://docs"}, "That went wrong"),
    "JSON with details": ({"message": "Failed", "errors": [{"code": "missing"}]}, "missing"),
    "HTML": ("<!DOCTYPE html>\n<html>\n  <p>Unicorn!</p>" + "x" * 9000, "<p>Unicorn!</p>"),
    "nothing": (b"", ""),
    "a JSON list": ([1, 2], "[1, 2]"),
    "no UTF-8": (b"\xff\xfe oops", "oops"),
    "deep JSON": (b"[" * 3000, "[["),
}


def assert_pickles(error: GitFleetError) -> None:
    """Assert that ``error`` is pickled with all its attributes."""
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(error, protocol))  # noqa: S301  own data
        assert type(again) is type(error)
        assert (str(again), vars(again), again.args) == (str(error), vars(error), error.args)


@pytest.mark.parametrize("response", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("status", STATUSES)
def test_a_status_determines_class_and_code_for_every_body(
    make_client: MakeClient, status: int, response: tuple[object, str]
) -> None:
    body, shown = response
    with RawServer(once(http_response(body, status=status, headers={"X-GitHub-Request-Id": "C0FF:EE"}))) as server:
        error = error_of(make_client, server.url)
        # A 401 may pass: a request that costs nothing confirms it before the token counts as invalid.
        checks = ["/rate_limit"] if status == 401 else []
        assert [request.target for request in server.requests] == ["/repos/o/r", *checks]
    assert (type(error), error.code) == STATUSES[status]
    assert isinstance(error, ProviderError)
    assert (error.status, error.url) == (status, f"{server.url}/repos/o/r")
    assert (error.provider_type, error.request_id) == (ProviderType.GITHUB, "C0FF:EE")
    assert f"GET {server.url}/repos/o/r: GitHub responded with {status}" in str(error)
    assert shown in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 500
    assert_pickles(error)


@pytest.mark.parametrize("status", STATUSES)
def test_a_listing_raises_the_same_errors_as_a_single_object(make_client: MakeClient, status: int) -> None:
    with RawServer(always(http_response({"message": "no"}, status=status))) as server:
        error = error_of(make_client, server.url, branches)
    assert (type(error), error.code) == STATUSES[status]


def test_an_error_on_a_later_page_is_raised(make_client: MakeClient) -> None:
    first = http_response([{"name": "a", "commit": {"sha": "c"}}], headers={"link": '</p/2>; rel="next"'})
    with RawServer(always(first, http_response(status=502))) as server:
        error = error_of(make_client, server.url, branches)
    assert isinstance(error, ServerError)
    assert error.url == f"{server.url}/p/2"


def test_an_error_without_a_request_id_has_none(make_client: MakeClient) -> None:
    with RawServer(always(http_response(status=404))) as server:
        error = error_of(make_client, server.url, details)
    assert isinstance(error, NotFoundError)
    assert error.request_id is None


def test_transport_and_decode_errors_pickle_too(make_client: MakeClient) -> None:
    for play in (once(), once(http_response("<html>")), once(http_response([])), once(http_response({"id": "x"}))):
        with RawServer(play) as server:
            assert_pickles(error_of(make_client, server.url))


def _recorded() -> list[Entry]:
    return [entry for entry in entries("github", "index") if entry.status >= 300]


RECORDED: dict[int, tuple[type[ProviderError], str]] = {
    **STATUSES,
    301: (ProviderError, "foreign_link"),  # to the recorded host, which is not the local server
    302: (ProviderError, "foreign_link"),
    304: (ProviderError, "redirected"),
}


@pytest.mark.parametrize("entry", parameters(_recorded()))
def test_a_recorded_failure_raises_its_class(make_client: MakeClient, entry: Entry) -> None:
    recorded = entry.exchanges[0]["response"]
    kept = {
        name: value
        for name, value in recorded["headers"]
        if name.lower() not in ("content-length", "content-encoding", "transfer-encoding", "connection")
    }
    body = recorded["body"]
    with RawServer(once(http_response("" if body is None else body, status=entry.status, headers=kept))) as server:
        error = error_of(make_client, server.url)
    names = {name.lower(): value for name, value in kept.items()}
    if entry.status == 403 and names.get("x-ratelimit-remaining") == "0":
        assert (type(error), error.code) == (RateLimitError, "rate_limited")
    else:
        assert (type(error), error.code) == RECORDED[entry.status]
    assert isinstance(error, ProviderError)
    assert error.status == entry.status
    if error.code != "foreign_link":
        assert error.request_id == names.get("x-github-request-id")
    if isinstance(body, dict) and "message" in body and entry.status >= 400:
        assert body["message"] in str(error)
    assert_pickles(error)
