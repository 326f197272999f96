"""Leads clients to the local forge that GITFLEET_DOCS_FORGE names, whatever server they mean.

So the documentation can be run as it is written. Tests call :func:`lead`; processes that they start have this folder on
PYTHONPATH, and Python imports a module of this name by itself.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

VARIABLE = "GITFLEET_DOCS_FORGE"
_SERVERS = ("api.github.com", "gitlab.com", "example.com", "ghe.com")


def _is_made_up(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return any(host == server or host.endswith(f".{server}") for server in _SERVERS)


def _unless_made_up(url: str | None) -> str | None:
    return None if url is None or _is_made_up(url) else url


def place_of(url: str, forge: str) -> str:
    """The forge's address that stands for ``url``, or ``url`` where the documentation means it."""
    if not _is_made_up(url):
        return url
    return f"{forge}/api/v4" if url.rstrip("/").endswith("/api/v4") else forge


def lead(forge: str, replace: Any = setattr) -> None:
    """Make every client that is made from now on one of ``forge``."""
    from gitfleet_api.client import base
    from gitfleet_api.http.urls import BaseUrl

    parse, proxy_for = BaseUrl.parse, base.proxy_for
    replace(BaseUrl, "parse", classmethod(lambda _, url: parse(place_of(url, forge) if isinstance(url, str) else url)))
    # A proxy that exists in the documentation only is checked like any other, and then left away.
    replace(base, "proxy_for", lambda root, proxy: _unless_made_up(proxy_for(root, proxy)))


if VARIABLE in os.environ:
    lead(os.environ[VARIABLE])
