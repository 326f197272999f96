"""Requests of a GitHub App: signed with its key by the clock of the server, and their errors."""

from __future__ import annotations

import json
from typing import Any

from .._internal.redacted import RedactedBytes, RedactedStr
from ..backend.messages import Response
from ..errors import AuthError, DecodeError, GitFleetError
from ..http.links import page_links
from ..http.urls import BaseUrl
from ..provider_type import ProviderType
from .app_key import AppKey
from .source import Exchange

__all__ = ["AppRequests"]

_BEFORE = 60
"""Seconds from the issue of a JSON web token, as it states it, to its signing: clocks differ a little."""
_LIFE = 540
"""Seconds from the stated issue to the end. GitHub accepts 600 at most."""
_LEFT = 30
"""Seconds to the end with which a token is not sent any more."""
_SAME_CLOCK = 5.0
"""Seconds by which the estimate of the server's clock may change before the token is signed again."""
_HEADERS = (("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28"))
_UNAUTHORIZED, _NOT_FOUND = 401, 404
_MOST_PAGES = 1000


class AppRequests:
    """Sends the requests of an app to one server.

    Args:
        key: Its private key.
        issuer: Its client id or its number.
        name: Its name in messages.
    """

    def __init__(self, key: AppKey, issuer: str, name: str) -> None:
        self._key = key
        self._issuer = issuer
        self._name = name
        # The token, when it was issued by the server's clock, and the estimate of that clock.
        self._signed: tuple[RedactedStr, float, float] | None = None

    async def send(self, exchange: Exchange, method: str, url: str, body: bytes | None = None) -> Response:
        """Return the response to a request.

        The first one may be refused because the clock of the server is not known yet; then its response states the
        time, and the request is sent once more.

        Raises:
            AuthError: The server does not accept the key or the id of the app (``app_refused``).
            NetworkError: There was no complete response.
        """
        is_second = False
        while True:
            offset = _offset(exchange)
            signed = self._token(exchange)
            headers = (*_HEADERS, ("authorization", RedactedStr(f"Bearer {signed}")))
            response = await exchange.send(method, url, headers, body)
            if response.status != _UNAUTHORIZED:
                return response
            if is_second or abs(_offset(exchange) - offset) <= _SAME_CLOCK:
                error = self.refused(exchange, response, method, url)
                self._signed = None
                raise error
            self._signed = None
            is_second = True

    async def listing(self, exchange: Exchange, url: str) -> list[Any]:
        """Return the rows of all pages from a URL on.

        Raises:
            AuthError: The server does not accept the key or the id of the app (``app_refused``).
            GitFleetError: The rows could not be read.
        """
        base, rows, requested = BaseUrl.parse(exchange.base_url), list[Any](), set[str]()
        while url not in requested:
            if len(requested) == _MOST_PAGES:
                break
            requested.add(url)
            response = await self.send(exchange, "GET", url)
            if response.status == _NOT_FOUND:  # "Integration not found": no app has this id
                raise self.refused(exchange, response, "GET", url)
            found = self.json(exchange, response, "GET", url)
            if not isinstance(found, list):
                raise DecodeError(f"GET {url}: the response is no list", ProviderType.GITHUB, status=response.status)
            if found and found == rows[-len(found) :]:
                break  # a server that repeats a page, under another address, would do so without end
            rows += found
            link = page_links(response.headers, url).get("next")
            following = None if link is None else base.resolve(link, seen_at=url)
            if following is None:
                break
            url = following
        return rows

    def json(self, exchange: Exchange, response: Response, method: str, url: str) -> Any:
        """Return the JSON of a response. Tokens in it have a redacted ``repr``.

        Raises:
            GitFleetError: It is no success, or no JSON.
        """
        if not 200 <= response.status < 300:
            raise self.error(exchange, response, method, url)
        try:
            return json.loads(RedactedBytes(response.body), object_hook=_hidden)
        except (ValueError, RecursionError):
            pass  # the error of the parser has the text
        raise DecodeError(
            f"{method} {url}: the response is no JSON", ProviderType.GITHUB, status=response.status, url=url
        )

    def error(self, exchange: Exchange, response: Response, method: str, url: str) -> GitFleetError:
        """Return the error for a response that is no success."""
        signed = self._signed
        return exchange.error(response, method, url, () if signed is None else (signed[0],))

    def refused(self, exchange: Exchange, response: Response, method: str, url: str) -> AuthError:
        """Return the error for an app that the server does not know, or whose key it does not accept."""
        said = self.error(exchange, response, method, url).message
        return AuthError(
            f"the server does not accept {self._name}: check the id and the private key of the app ({said})",
            ProviderType.GITHUB,
            status=response.status,
            code="app_refused",
            url=url,
        )

    def _token(self, exchange: Exchange) -> RedactedStr:
        """Return a JSON web token that the server accepts now."""
        now, offset, signed = exchange.server_time(), _offset(exchange), self._signed
        if signed is not None:
            token, issued, estimate = signed
            if issued <= now < issued + _LIFE - _LEFT and abs(offset - estimate) <= _SAME_CLOCK:
                return token
        issued = int(now) - _BEFORE
        token = self._key.sign({"iat": issued, "exp": issued + _LIFE, "iss": self._issuer})
        self._signed = (token, issued, offset)
        return token


def _offset(exchange: Exchange) -> float:
    """Return by how many seconds the clock of the server is ahead of ours."""
    now = exchange.server_time()
    return now - exchange.local_time(now)


def _hidden(values: dict[str, Any]) -> dict[str, Any]:
    token = values.get("token")
    return {**values, "token": RedactedStr(token)} if isinstance(token, str) else values
