"""Sends the requests of every client to the local forge that GITFLEET_DOCS_FORGE names.

So the documentation runs unchanged. Tests call :func:`redirect`. Processes that they start have this folder on
PYTHONPATH, and Python imports a module of this name when it starts.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

VARIABLE = "GITFLEET_DOCS_FORGE"
_SERVERS = ("api.github.com", "gitlab.com", "example.com", "ghe.com")


def _is_documented(url: str) -> bool:
    """Whether the URL leads to a server that the documentation names."""
    host = urlsplit(url).hostname or ""
    return any(host == server or host.endswith(f".{server}") for server in _SERVERS)


def replacement(url: str, forge: str) -> str:
    """Return the URL of the forge for a base URL of the documentation; other URLs are unchanged."""
    if not _is_documented(url):
        return url
    return f"{forge}/api/v4" if url.rstrip("/").endswith("/api/v4") else forge


def redirect(forge: str, replace: Any = setattr) -> None:
    """Make every client that is created from now on use the forge."""
    from gitfleet_api.http.urls import BaseUrl

    base: Any = import_module("gitfleet_api.client.base")
    parse, proxy_for = BaseUrl.parse, base.proxy_for

    def proxy_or_none(root: BaseUrl, proxy: Any) -> str | None:
        # A proxy of the documentation is checked like any other, but not used.
        found = proxy_for(root, proxy)
        return None if found is None or _is_documented(found) else found

    replace(
        BaseUrl, "parse", classmethod(lambda _, url: parse(replacement(url, forge) if isinstance(url, str) else url))
    )
    replace(base, "proxy_for", proxy_or_none)


if VARIABLE in os.environ:
    redirect(os.environ[VARIABLE])
