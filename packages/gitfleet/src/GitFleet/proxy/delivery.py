"""Responses to clients: of the proxy itself, whole, or in parts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from aiohttp import web

from gitfleet_api.backend import Headers, Response

from .filters import BodyFilter
from .headers import for_client
from .patience import Patience
from .routes import Links

__all__ = ["Delivery", "own_response", "plain_text"]

_PART = 256 * 1024
"""Bytes that are written at once."""
_WITHOUT_BODY = frozenset((204, 304))


def own_response(status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a response of the proxy: an object with a message, as GitHub and GitLab send it."""
    body = json.dumps({"message": f"gitfleet proxy: {message}"}).encode()
    return web.Response(status=status, body=body, headers=headers, content_type="application/json")


def plain_text(text: str) -> web.Response:
    """Return a page of text."""
    return web.Response(text=text, content_type="text/plain", charset="utf-8")


class Delivery:
    """Sends the response of a server to the client of one request.

    Args:
        request: The request of the client.
        links: Beginnings of links, and what replaces each.
        secrets: Returns the tokens that no response may contain; called late, as the call may renew some.
        patience: The time that the client may take.
    """

    def __init__(
        self, request: web.BaseRequest, links: Links, secrets: Callable[[], Sequence[str]], patience: Patience
    ) -> None:
        self._request = request
        self._links = links
        self._secrets = secrets
        self._patience = patience

    async def whole(self, response: Response, status: int) -> web.StreamResponse:
        """Send a complete response.

        Args:
            response: The response, without tokens.
            status: The status to send.
        """
        sent = web.StreamResponse(status=status, headers=self._headers(response.headers))
        has_body = self._request.method != "HEAD" and status not in _WITHOUT_BODY
        body = self._filter(response.headers).whole(response.body) if has_body else b""
        if has_body:
            sent.content_length = len(body)
        elif status not in _WITHOUT_BODY:
            sent.content_length = _length(response.headers)
        await sent.prepare(self._request)
        for start in range(0, len(body), _PART):
            await self._write(sent, body[start : start + _PART])
        await self._patience.wait(sent.write_eof())
        return sent

    async def stream(self, status: int, headers: Headers, parts: AsyncIterator[bytes]) -> web.StreamResponse:
        """Send a response part by part, as fast as the client reads."""
        masked = Headers((name, self._masked(value)) for name, value in headers.items)
        sent = web.StreamResponse(status=status, headers=self._headers(masked))
        body = self._filter(headers)
        if body.keeps_length and headers.get("content-encoding") is None:
            sent.content_length = _length(headers)
        await sent.prepare(self._request)
        async for part in parts:
            for start in range(0, len(part), _PART):
                await self._write(sent, body.feed(part[start : start + _PART]))
        await self._write(sent, body.end())
        await self._patience.wait(sent.write_eof())
        return sent

    async def _write(self, sent: web.StreamResponse, data: bytes) -> None:
        if data:
            await self._patience.wait(sent.write(data))
            self._patience.earn(len(data))

    def _headers(self, headers: Headers) -> list[tuple[str, str]]:
        return for_client(headers, self._links)

    def _filter(self, headers: Headers) -> BodyFilter:
        kind = (headers.get("content-type") or "").partition(";")[0].strip().lower()
        is_json = kind == "application/json" or kind.endswith("+json")
        return BodyFilter(self._secrets(), self._links if is_json else ())

    def _masked(self, value: str) -> str:
        for secret in self._secrets():
            value = value.replace(secret, "***") if secret else value
        return value


def _length(headers: Headers) -> int | None:
    text = headers.get("content-length") or ""
    return int(text) if text.isascii() and text.isdecimal() else None
