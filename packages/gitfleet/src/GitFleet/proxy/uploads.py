"""The body of a client's request: in memory if it is short, otherwise read as it is sent on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

from aiohttp import web

from .exchange import WHOLE
from .patience import Patience

__all__ = ["Upload", "read_upload"]

_PART = 256 * 1024


class Upload(NamedTuple):
    """The body of a request."""

    body: bytes | None
    """The whole body. None if there is none, or if it is long."""
    parts: AsyncIterator[bytes] | None = None
    """The parts of a long body. None for others."""
    length: int | None = None
    """Length of a long body in bytes. None if the client does not state it."""


async def read_upload(request: web.BaseRequest, patience: Patience) -> Upload:
    """Return the body of a request.

    Args:
        request: The request.
        patience: The time that the client may take.

    Raises:
        TooSlow: The client sends too slowly.
        RequestPayloadError: The body is incomplete or has a wrong form.
    """
    if not request.can_read_body:
        return Upload(None)
    parts, length = _parts(request, patience), request.content_length
    if length is not None and length > WHOLE:
        return Upload(None, parts, length)
    found, size = [], 0
    async for part in parts:
        found.append(part)
        size += len(part)
        if size > WHOLE:
            return Upload(None, _joined(b"".join(found), parts))
    return Upload(b"".join(found))


async def _parts(request: web.BaseRequest, patience: Patience) -> AsyncIterator[bytes]:
    while part := await patience.wait(request.content.read(_PART)):
        patience.earn(len(part))
        yield part


async def _joined(begun: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield begun
    async for part in rest:
        yield part
