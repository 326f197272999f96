"""Bodies and headers that pass: masks of tokens, links that lead through the proxy."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from GitFleet.proxy.filters import BodyFilter, rewrite_links

_TOKEN = "ghp_0123456789abcdef"
_OLD, _NEW = "https://api.github.com", "http://127.0.0.1:8890/github"
_LINKS = ((_OLD, _NEW), ("https://uploads.github.com", f"{_NEW}/uploads"))
_PIECES = st.sampled_from(
    [
        _TOKEN,
        _TOKEN[:-1],
        _TOKEN[1:],
        f'"{_OLD}/x"',
        f'"{_OLD}"',
        f'\\"{_OLD}/x\\"',
        '"',
        "\\",
        _OLD,
        "x",
        f'"{_OLD}.x/',
    ]
)


@given(st.lists(_PIECES, max_size=12).map("".join), st.lists(st.integers(0, 400), max_size=8))
def test_the_parts_in_which_a_body_arrives_make_no_difference(body: str, cuts: list[int]) -> None:
    data = body.encode()
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    parts = [data[start:end] for start, end in itertools.pairwise(places)]
    passing = BodyFilter([_TOKEN], _LINKS)
    found = b"".join([*map(passing.feed, parts), passing.end()])
    assert found == BodyFilter([_TOKEN], _LINKS).whole(data)
    assert _TOKEN.encode() not in found


def test_only_beginnings_of_json_strings_are_links() -> None:
    text = {
        "url": f"{_OLD}/repos/a/b",
        "template": f"{_OLD}/repos/a/b/keys{{/id}}",
        "upload_url": "https://uploads.github.com/repos/a/b/releases/1/assets{?name,label}",
        "body": f'see "{_OLD}/repos/a/b"',
        "other": f"{_OLD}.example.org/x",
        "html_url": "https://github.com/a/b",
        "root": _OLD,
    }
    found = json.loads(BodyFilter([], _LINKS).whole(json.dumps(text).encode()))
    assert found == text | {
        "url": f"{_NEW}/repos/a/b",
        "template": f"{_NEW}/repos/a/b/keys{{/id}}",
        "upload_url": f"{_NEW}/uploads/repos/a/b/releases/1/assets{{?name,label}}",
        "root": _NEW,
    }


def test_a_mask_is_as_long_as_the_token() -> None:
    assert BodyFilter([_TOKEN, "short"]).whole(f"a {_TOKEN} short".encode()) == b"a " + b"*" * 20 + b" short"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            f'<{_OLD}/x?page=2>; rel="next", <{_OLD}/x>; rel="last"',
            f'<{_NEW}/x?page=2>; rel="next", <{_NEW}/x>; rel="last"',
        ),
        (f"{_OLD}/x", f"{_NEW}/x"),
        (_OLD, _NEW),
        ("https://codeload.github.com/a", "https://codeload.github.com/a"),
        (f"{_OLD}.example.org/x", f"{_OLD}.example.org/x"),
        (f"https://x.org/?u={_OLD}/", f"https://x.org/?u={_OLD}/"),
    ],
)
def test_links_in_headers_lead_through_the_proxy(value: str, expected: str) -> None:
    assert rewrite_links(value, _LINKS) == expected
