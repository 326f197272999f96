"""Hosts that are no names are found before anything is looked up."""

from __future__ import annotations

import pytest

from gitfleet_api import ConfigurationError
from support.clients import MakeClient
from support.failing import error_of


@pytest.mark.parametrize("host", ["xn--a", "xn--", "XN--A", "xn--a-ecp.ru"])
def test_a_host_that_is_only_announced_as_international_is_refused(make_client: MakeClient, host: str) -> None:
    error = error_of(make_client, f"https://{host}:1")
    assert type(error) is ConfigurationError
    assert error.code == "invalid_request"
