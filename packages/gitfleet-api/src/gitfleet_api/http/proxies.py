"""Selection of the proxy. It happens above the engines, whose HTTP libraries read the environment differently."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from .._internal.redacted import RedactedStr
from ..errors import ConfigurationError
from .urls import BaseUrl

__all__ = ["proxy_for"]


def proxy_for(base_url: BaseUrl, proxy: str | bool | None) -> str | None:
    """Return the URL of the proxy for a server, or None.

    Args:
        base_url: the server.
        proxy: a URL; None to use HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY; False for no proxy.

    Raises:
        ConfigurationError: The proxy is not an http or https URL. The message shows no credentials.
    """
    if proxy is False:
        return None
    if proxy is not None:
        return _checked(proxy, "proxy")
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    # Imported lazily: it imports http.client and email, which takes 20 ms.
    from urllib.request import getproxies

    from .no_proxy import is_excluded

    found = getproxies()
    if is_excluded(base_url, found.get("no") or ""):
        return None
    for name in (urlsplit(base_url.origin).scheme, "all"):
        url = found.get(name)
        if url:
            return _checked(url if "://" in url else f"http://{url}", f"{name.upper()}_PROXY")
    return None


def _checked(url: object, name: str) -> str:
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        valid = parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port if parts else None
    except ValueError:
        valid = False
    if not valid or not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        raise ConfigurationError(f"{name} must be a URL like http://proxy.example:3128 (http or https)")
    # The scheme in lower case, because the engines compare it.
    return RedactedStr(url[: url.index(":")].lower() + url[url.index(":") :])  # it may contain a password
