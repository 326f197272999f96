"""The words of transport failures. An engine reports a reason; class, code and message are decided here for all."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from .._internal.text import shorten_repr
from ..errors import GitFleetError
from .error_codes import error_for_code
from .messages import Request

__all__ = ["origin_of", "transport_error"]

_FAILURES: dict[str, tuple[str, str]] = {
    "unresolved": ("connection_failed", "the host name of {next} could not be resolved"),
    "connect": ("connection_failed", "could not connect to {next}{system}"),
    "tunnel_lost": ("connection_failed", "{proxy} closed the connection before the tunnel to {server} was open"),
    "tunnel_garbled": ("connection_failed", "{proxy} responded to CONNECT with something that is not valid HTTP"),
    "tunnel_failed": ("connection_failed", "{proxy} could not connect to {server}: it responded with {number}"),
    "proxy_auth": (
        "proxy_auth_required",
        "{proxy} requires a user name and password, or rejects the given ones (407); nothing was sent to {server}",
    ),
    "proxy_refused": ("proxy_refused", "{proxy} refused the connection to {server}: it responded with {number}"),
    "tls_untrusted": ("tls_failed", "the certificate of {peer} is not signed by a trusted authority"),
    "tls_expired": ("tls_failed", "the certificate of {peer} has expired"),
    "tls_early": ("tls_failed", "the certificate of {peer} is not valid yet"),
    "tls_name": ("tls_failed", "the certificate of {peer} is for another host name"),
    "tls_cut": ("tls_failed", "{peer} closed the connection in the TLS handshake"),
    "tls_refused": ("tls_failed", "{peer} refused the TLS handshake"),
    "tls_not": ("tls_failed", "{peer} does not speak TLS"),
    "tls": ("tls_failed", "TLS with {peer} failed"),
    "timeout_connect": ("timeout_connect", "no connection to {route} within {connect} s (timeout.connect)"),
    "timeout_read": ("timeout_read", "{route} sent nothing for {read} s (timeout.read)"),
    "lost_head": ("connection_lost", "the connection to {route} was lost before a response arrived"),
    "lost_body": ("connection_lost", "the connection to {route} was lost within the response"),
    "not_processed": ("not_processed", "{route} did not process the request (HTTP/2, attempts: {number})"),
    "not_http": ("protocol_error", "the response of {route} is not valid HTTP"),
    "head_too_large": ("protocol_error", "the headers of the response of {route} are too large"),
    "encoding": ("protocol_error", "the body has the content-encoding {detail}, which was not requested"),
    "undecodable": ("protocol_error", "the body can't be decompressed"),
    "body_too_large": ("body_too_large", "the body is larger than the limit of {max_body} bytes"),
    "inflated": ("body_too_large", "the body has more than 256 times the size of its compressed form"),
    "closed": ("closed", "the backend is closed; create a new one"),
    "closed_meanwhile": ("closed", "the backend was closed during the request"),
}


def transport_error(
    reason: str, request: Request, *, number: int | None = None, detail: str = "", at_proxy: bool = False
) -> GitFleetError:
    """Return the error for a failed request. It names server and proxy, but no credentials.

    Args:
        reason: reason of the failure, such as ``tls_expired``; the keys of the table in this module. An unknown reason
            gives an InternalError.
        request: the request.
        number: number that belongs to the reason: the error number of the system (``connect``), the status of the
            proxy's response, or how often the request was sent (``not_processed``).
        detail: name of the content encoding (``encoding``); for unknown reasons a description.
        at_proxy: whether a failure of TLS concerns the connection to the proxy.
    """
    code, template = _FAILURES.get(reason, ("internal", "{detail}"))
    server = origin_of(request.url)
    proxy = None if request.proxy is None else f"the proxy {origin_of(request.proxy)}"
    message = template.format(
        server=server,
        proxy=proxy,
        next=server if proxy is None else proxy,
        peer=proxy if at_proxy else server,
        route=server if proxy is None else f"{server} through {proxy}",
        system=f": {os.strerror(number)}" if number else "",
        number=number,
        detail=shorten_repr(detail) if reason == "encoding" else detail,
        connect=request.timeout.connect,
        read=request.timeout.read,
        max_body=request.max_body,
    )
    return error_for_code(code, message, method=request.method, url=request.url)


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, without user information."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
