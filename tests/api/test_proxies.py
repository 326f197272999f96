"""Selection of the proxy."""

from __future__ import annotations

import pytest

from GitFleet import ConfigurationError
from gitfleet_api.http.proxies import proxy_for
from gitfleet_api.http.urls import BaseUrl

HTTPS, HTTP = BaseUrl.parse("https://api.example.org"), BaseUrl.parse("http://api.example.org:8080/x")


def test_the_default_is_no_proxy() -> None:
    assert proxy_for(HTTPS, None) is None


def test_the_variable_of_the_scheme_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://secure:1")
    monkeypatch.setenv("HTTP_PROXY", "http://plain:2")
    assert proxy_for(HTTPS, None) == "http://secure:1"
    assert proxy_for(HTTP, None) == "http://plain:2"


def test_lower_case_variables_take_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://upper:1")
    monkeypatch.setenv("https_proxy", "http://lower:1")
    assert proxy_for(HTTPS, None) == "http://lower:1"


def test_all_proxy_is_the_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://all:1")
    assert proxy_for(HTTPS, None) == "http://all:1"
    monkeypatch.setenv("HTTPS_PROXY", "http://secure:1")
    assert proxy_for(HTTPS, None) == "http://secure:1"


@pytest.mark.parametrize("value", ["proxy.example:3128", "http://proxy.example:3128"])
def test_a_scheme_may_be_missing_in_the_environment(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    assert proxy_for(HTTPS, None) == "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("bypass", "goes_direct"),
    [
        ("api.example.org", True),
        ("example.org", True),
        (".example.org", True),
        ("other, api.example.org ,x", True),
        ("*", True),
        ("pi.example.org", False),
        ("example.com", False),
        ("", False),
    ],
)
def test_no_proxy_lists_exceptions(monkeypatch: pytest.MonkeyPatch, bypass: str, goes_direct: bool) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    monkeypatch.setenv("no_proxy", bypass)
    assert (proxy_for(HTTPS, None) is None) == goes_direct


def test_false_disables_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    assert proxy_for(HTTPS, False) is None


def test_a_cgi_script_ignores_http_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUEST_METHOD", "GET")
    monkeypatch.setenv("HTTP_PROXY", "http://attacker:1")
    assert proxy_for(HTTP, None) is None


@pytest.mark.parametrize("scheme", ["HTTP", "Https"])
def test_the_scheme_may_be_upper_case(scheme: str) -> None:
    assert proxy_for(HTTPS, f"{scheme}://proxy:1") == f"{scheme.lower()}://proxy:1"


@pytest.mark.parametrize(
    "value", ["", "x", "ftp://h", "socks5://h:1", "http://", "http://h:0x1", "http://h h", "http://é"]
)
def test_an_invalid_proxy_is_rejected(value: str) -> None:
    with pytest.raises(ConfigurationError, match="proxy"):
        proxy_for(HTTPS, value)
