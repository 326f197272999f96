"""Base URLs, paths and queries."""

from __future__ import annotations

import pytest

from GitFleet import ConfigurationError
from gitfleet_api.http.urls import BaseUrl, expand, is_loopback, nested_segment, with_query


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://api.github.com", "https://api.github.com"),
        ("https://api.github.com/", "https://api.github.com"),
        ("HTTPS://API.GitHub.com:443/", "https://api.github.com"),
        ("http://h:80/a/", "http://h/a"),
        ("http://h:443", "http://h:443"),
        ("https://h:8443/api/v3//", "https://h:8443/api/v3"),
        ("https://[::1]:8080/x", "https://[::1]:8080/x"),
        ("https://h/Api/%7Ex", "https://h/Api/%7Ex"),
    ],
)
def test_a_base_url_is_normalised(text: str, shown: str) -> None:
    assert str(BaseUrl.parse(text)) == shown


BASE = BaseUrl.parse("https://h/api/v3")


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("https://h/api/v3/x?page=2", "https://h/api/v3/x?page=2"),
        ("https://H:443/api/v3/x", "https://h/api/v3/x"),
        ("/api/v3/x", "https://h/api/v3/x"),
        ("?page=2", "https://h/api/v3/a/b?page=2"),
        ("c", "https://h/api/v3/a/c"),
        ("/api/v3/", "https://h/api/v3/"),
    ],
)
def test_a_link_inside_the_api_becomes_absolute(link: str, absolute: str) -> None:
    assert BASE.resolve(link, seen_at="https://h/api/v3/a/b?x=1") == absolute


@pytest.mark.parametrize(
    "link",
    [
        *("https://other/api/v3/x", "http://h/api/v3/x", "https://h:444/api/v3/x", "//other/api/v3/x"),
        *("https://u@h/api/v3/x", "https://h@other/api/v3/x", "/api/v3", "/api/v33/x", "/x", "/"),
        *("../../../x", "/api/v3/../x", "/api/v3/%2e%2e/x", "/api/v3/.%2E/x", "/api/v3/%2e/x"),
        *(
            "\\\\other\\x",
            "/api/v3/x\\y",
            "/api/v3/a b",
            "/api/v3/\x00",
            "https://h:99999/api/v3/x",
            "https://[/",
        ),
        *("data:text/plain,x", "ftp://h/api/v3/x"),
    ],
)
def test_a_link_that_leaves_the_api_is_none(link: str) -> None:
    assert BASE.resolve(link, seen_at="https://h/api/v3/a/b") is None


def test_values_are_encoded_as_single_segments() -> None:
    values = {"a": "x+y", "b": "ü%"}
    assert expand("/r/{a}/s/{b}", values) == "/r/x%2By/s/%C3%BC%25"


@pytest.mark.parametrize("value", ["", ".", "..", "a/b", "a\\b", "a?b", "a#b", "a b", "a\n", "\x7f", "\udc00"])
def test_a_value_that_is_not_one_segment_is_rejected(value: str) -> None:
    with pytest.raises(ConfigurationError, match="owner"):
        expand("/{owner}", {"owner": value})


def test_a_query_is_appended_to_an_existing_one() -> None:
    assert with_query("/x", {}) == "/x"
    assert with_query("/x", {"a": None}) == "/x"
    assert with_query("/x", {"a": 1, "b": None, "c": True, "d": "é &="}) == "/x?a=1&c=true&d=%C3%A9+%26%3D"
    assert with_query("/x?y=1", {"a": False}) == "/x?y=1&a=false"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.255.0.3", "::1", "a.localhost"])
def test_loopback_hosts_are_recognised(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "localhost.example.org",
        "127.0.0.1.example.org",
        "127.0.0",
        "1.127.0.0.1",
        "::2",
        "",
        "xlocalhost",
    ],
)
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_a_nested_path_is_one_segment() -> None:
    assert nested_segment("owner", "group") == "group"
    assert nested_segment("owner", "group/sub/sub.sub") == "group%2Fsub%2Fsub%2Esub"
    assert nested_segment("owner", "gr%ö") == "gr%25%C3%B6"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/..",
        "../a",
        "a/./b",
        "a/b c",
        "a/b?c",
        "a#b",
        "a\\b",
        "a/\x00",
        None,
        5,
    ],
)
def test_a_nested_path_with_invalid_parts_is_rejected(path: object) -> None:
    with pytest.raises(ConfigurationError, match="owner"):
        nested_segment("owner", path)
