"""What is read from the headers of a response: links, limits, waits. None of it may ever fail."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GitFleet import GitHubClient
from gitfleet_api import Headers
from gitfleet_api.http.links import link_relations, page_links
from gitfleet_api.ratelimit.headers import read_limits, retry_after

NOW = datetime(2025, 1, 1, tzinfo=UTC)
LATIN = st.text(st.characters(max_codepoint=255), max_size=60)
LINKISH = st.text(st.sampled_from("<>;,=\"= relnxt/\\'?&é"), max_size=60)


def _link(*values: str) -> dict[str, str]:
    return link_relations(Headers([("link", value) for value in values]))


def test_headers_keep_order_and_repeats() -> None:
    headers = Headers([("a", "1"), ("b", "2"), ("a", "3")])
    assert (headers.get("a"), headers.get("b"), headers.get("c")) == ("1", "2", None)
    assert headers.get_all("a") == ["1", "3"]
    assert headers.items == (("a", "1"), ("b", "2"), ("a", "3"))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("", {}),
        ('<a>; rel="next"', {"next": "a"}),
        ('<a>; rel="next", <b>; rel="last"', {"next": "a", "last": "b"}),
        ("<a>;rel=next,<b>;rel=last", {"next": "a", "last": "b"}),
        ('<a> ; rel = "next"', {"next": "a"}),
        ('<a>; rel="next last"', {"next": "a", "last": "a"}),
        ('<a>; REL="Next"', {"next": "a"}),
        ('<a,b;c>; rel="next"', {"next": "a,b;c"}),
        ('<a>; title="x, <b>; rel=next"; rel="prev"', {"prev": "a"}),
        ('<a>; rel="next", <b>; rel="next"', {"next": "a"}),
        ('<>; rel="next"', {"next": ""}),
        ('<a>; rel=""', {}),
        ("<a>", {}),
        ('a; rel="next"', {}),
        ('<a; rel="next"', {}),
    ],
)
def test_links_are_read_as_they_are_written(value: str, found: dict[str, str]) -> None:
    assert _link(value) == found


def test_links_in_several_headers_are_all_read() -> None:
    assert _link('<a>; rel="next"', '<b>; rel="last"') == {"next": "a", "last": "b"}


@settings(max_examples=300)
@given(st.lists(st.one_of(LINKISH, LATIN), max_size=3))
def test_no_link_header_is_an_error(values: list[str]) -> None:
    assert isinstance(_link(*values), dict)


@pytest.mark.parametrize(
    "part", ["<", "<a>", "<a>;", '<a>; x="', "<a>; x=y", ";", ",", '<a>; rel="next', " ;", "<a>; ="]
)
def test_a_long_link_header_takes_no_long_time(part: str) -> None:
    started = time.perf_counter()
    _link(part * (200_000 // len(part)))
    assert time.perf_counter() - started < 1


@settings(max_examples=300)
@given(LATIN, LATIN, LATIN)
def test_no_limit_header_is_an_error(remaining: str, reset: str, wait: str) -> None:
    names = GitHubClient.profile.limit_headers
    headers = Headers([(names[0], remaining), (names[1], reset), ("retry-after", wait)])
    state = read_limits(headers, GitHubClient.profile)
    assert state.remaining is None or state.remaining >= 0
    assert state.reset_time is None or state.reset_time.tzinfo is not None
    seconds = retry_after(headers, NOW)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("Wed, 01 Jan 2025 00:01:00 GMT", 60.0),
        ("Wed, 01 Jan 2025 00:01:00 -0000", 60.0),
        ("Wednesday, 01-Jan-25 00:01:00 GMT", 60.0),
        ("Wed Jan  1 00:01:00 2025", 60.0),
        ("Wed, 01 Jan 2025 01:01:00 +0100", 60.0),
        ("Tue, 31 Dec 2024 00:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("1.5", None),
        ("-1", None),
        ("9" * 400, None),
    ],
)
def test_a_wait_is_read_from_a_number_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(Headers([("retry-after", value)]), NOW) == seconds


LISTING = "https://h/x?per_page=100"
LINKS = f'<{LISTING}&cursor=b>; rel="next", <{LISTING}&page=9>; rel="last", <{LISTING}&page=1>; rel="first"'


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({}, {}),
        ({"link": LINKS}, {"next": f"{LISTING}&cursor=b", "last": f"{LISTING}&page=9"}),
        (
            {"link": LINKS, "x-next-page": "5", "x-total-pages": "6"},
            {"next": f"{LISTING}&cursor=b", "last": f"{LISTING}&page=9"},
        ),
        ({"x-next-page": "2", "x-total-pages": "6"}, {"next": f"{LISTING}&page=2", "last": f"{LISTING}&page=6"}),
        ({"x-next-page": "2"}, {"next": f"{LISTING}&page=2"}),
        ({"x-next-page": "", "x-total-pages": "6"}, {}),
        ({"x-next-page": "0"}, {}),
        ({"x-next-page": "-1"}, {}),
        ({"x-next-page": "²"}, {}),
        ({"x-next-page": "2&x=y"}, {}),
        ({"x-next-page": "9" * 5000}, {}),
        ({"x-next-page": "2", "x-total-pages": "many"}, {"next": f"{LISTING}&page=2"}),
    ],
)
def test_the_next_page_is_the_one_of_the_link_or_else_that_of_the_number(
    headers: dict[str, str], found: dict[str, str]
) -> None:
    assert page_links(Headers(list(headers.items())), LISTING) == found


def test_a_page_number_takes_the_place_of_the_one_in_the_url() -> None:
    headers = Headers([("x-next-page", "3")])
    assert page_links(headers, "https://h/x?page=2&a=b") == {"next": "https://h/x?a=b&page=3"}
    assert page_links(headers, "https://h/x?a=b&page=2") == {"next": "https://h/x?a=b&page=3"}
    assert page_links(headers, "https://h/x?page=2") == {"next": "https://h/x?page=3"}
    assert page_links(headers, "https://h/x?per_page=2") == {"next": "https://h/x?per_page=2&page=3"}
    assert page_links(headers, "https://h/x") == {"next": "https://h/x?page=3"}
