"""Requests of token sources, sent through the engine of the client that needs a token."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from .._internal.redacted import RedactedBytes, RedactedStr
from ..auth.secret_fields import SECRET_FIELDS
from ..backend.messages import Request, Response
from ..errors import GitFleetError, NetworkError, ProviderError
from ..events import RequestDone, emit
from ..http.credentials import is_safe_for_tokens, reject_plain_http
from ..http.redaction import redact, redact_error, redact_response
from ..http.urls import BaseUrl
from .call import SessionConfig
from .status import error_from_response

__all__ = ["ClientExchange"]


class ClientExchange:
    """The :class:`Exchange` of one client.

    Args:
        config: The session's settings.
    """

    def __init__(self, config: SessionConfig) -> None:
        self._config = config
        self.origin: str = config.base_url.origin
        self.base_url: str = config.base_url.text

    async def send(
        self, method: str, url: str, headers: Sequence[tuple[str, str]] = (), body: bytes | None = None
    ) -> Response:
        """Return the response to a request, whatever its status.

        Args:
            method: HTTP method.
            url: Absolute URL.
            headers: Headers, with the credentials.
            body: Bytes to send, or None.

        Raises:
            ConfigurationError: The credentials would be sent unencrypted to another machine.
            NetworkError: There was no complete response.
        """
        config = self._config
        target = BaseUrl.parse(url.partition("?")[0])
        if not config.tokens_allowed and not is_safe_for_tokens(target, config.proxy):
            reject_plain_http(target)
        secrets = _secrets(headers, body)
        shown = redact(url, secrets)
        hidden = tuple((name, RedactedStr(value)) for name, value in (*_agent(config), *headers))
        content = None if body is None else RedactedBytes(body)
        request = Request(method, url, hidden, content, config.timeout, None, config.proxy, config.max_body)
        running, ended = config.loops.get().exchanges, asyncio.get_running_loop().create_future()
        running.add(ended)
        start = config.tokens.clock()
        status: int | None = None
        code: str | None = None
        try:
            response = await config.backend.send(request)
            status = response.status
        except NetworkError as error:
            redact_error(error, secrets)
            code = error.code
            raise _without_frames(error) from error.__cause__
        except GitFleetError as error:
            code = error.code
            raise _without_frames(error) from error.__cause__
        finally:
            running.discard(ended)
            ended.set_result(None)
            seconds = config.tokens.clock() - start
            emit(config.on_event, RequestDone(method, shown, status, seconds, None, None, code))
        if target.origin == self.origin:
            config.note_arrival(response.headers, start)
        return replace(response, body=RedactedBytes(response.body))

    def error(self, response: Response, method: str, url: str, secrets: Sequence[str] = ()) -> ProviderError:
        """Return the error for a response whose status is not 2xx, as calls of the client raise it.

        Args:
            response: The response.
            method: HTTP method of the request.
            url: URL of the request.
            secrets: Credentials of the request, which are redacted.
        """
        config = self._config
        for secret in secrets:
            response = redact_response(response, secret)
        now = datetime.fromtimestamp(config.tokens.clock(), UTC)
        return error_from_response(response, config.profile, method=method, url=redact(url, list(secrets)), now=now)

    def server_time(self) -> float:
        """Return the present time by the clock of the server, in epoch seconds."""
        return self._config.tokens.clock() + self._config.server_clock.offset

    def local_time(self, moment: float) -> float:
        """Return a time that the server stated, by the clock of this machine, in epoch seconds."""
        return moment - self._config.server_clock.offset

    async def sleep(self, seconds: float) -> None:
        """Wait, by the clock of the client."""
        await self._config.clock.sleep(seconds)


def _without_frames(error: GitFleetError) -> GitFleetError:
    """Return an error without the frames of the engine: their local variables may have a part of the response."""
    part: BaseException | None = error
    seen: list[BaseException] = []
    while part is not None and part not in seen:
        part.__traceback__ = None
        seen.append(part)
        part = part.__cause__ or part.__context__
    return error


def _agent(config: SessionConfig) -> list[tuple[str, str]]:
    """Return the header that names the program. The provider's others are the source's business."""
    return [(name, value) for name, value in config.headers if name == "user-agent"]


def _secrets(headers: Sequence[tuple[str, str]], body: bytes | None) -> list[str]:
    """Return what must not be shown: credentials in headers, with and without their scheme, and in the body."""
    values = [value for name, value in headers if name.lower() in ("authorization", "private-token", "job-token")]
    found = [RedactedStr(part) for value in values for part in (value, value.rpartition(" ")[2])]
    if body is not None:
        found += [RedactedStr(value) for name, value in _fields(body) if name in SECRET_FIELDS and value]
    return sorted(found, key=len, reverse=True)  # one may contain another


def _fields(body: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form or of a JSON object."""
    text = body.decode("utf-8", "replace")
    if text.startswith("{"):
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            return []
        return [(name, value) for name, value in values.items() if isinstance(value, str)]
    return parse_qsl(text)
