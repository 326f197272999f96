"""Responses of an HTTP proxy to plain http requests, which it forwards: most look like responses of the server."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..backend.failures import origin_of, transport_error
from ..backend.messages import Request, Response
from ..errors import ProviderError

__all__ = ["name_the_proxy", "raise_if_proxy_refused"]

_AMBIGUOUS = frozenset((403, 502, 503, 504))


def raise_if_proxy_refused(request: Request, response: Response) -> None:
    """Raise the error that a refused tunnel raises too, if a response is certainly a refusal by the proxy.

    That is a 407, or a 403 in which the proxy says so: by ``Proxy-Status`` with an error (RFC 9209), or by Squid's
    ``X-Squid-Error``.

    Raises:
        ProxyError: The proxy refused.
    """
    if request.proxy is None or response.status not in (403, 407) or not _is_forwarded(request.url):
        return
    if response.status == 407:
        raise transport_error("proxy_auth", request)
    said = (response.headers.get("proxy-status") or "").lower()
    if ";error=" in said.replace(" ", "") or response.headers.get("x-squid-error") is not None:
        raise transport_error("proxy_refused", request, number=403)


def name_the_proxy(error: ProviderError, proxy: str | None) -> None:
    """Add to the message of an error response that it may be the proxy's, if nothing shows whose it is."""
    if proxy is not None and error.status in _AMBIGUOUS and _is_forwarded(error.url or ""):
        error.message += f" (sent through the proxy {origin_of(proxy)}, whose response this may be)"
        error.args = (error.message,)


def _is_forwarded(url: str) -> bool:
    """Return whether a proxy sees a request and can respond to it; requests to https servers are tunnelled."""
    return urlsplit(url).scheme == "http"
