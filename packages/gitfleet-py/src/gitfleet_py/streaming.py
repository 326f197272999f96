"""Responses whose body is read part by part."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import replace

from gitfleet_api.backend import Headers, Request

from .body import Body
from .errors import HTTPX_ERRORS, error_of

__all__ = ["parts_of"]

_STEP = 16 * 1024
"""Compressed bytes that are decompressed at once: zlib makes at most a thousand times as many of them."""
_PARTS_BETWEEN_YIELDS = 64


async def parts_of(
    raw: AsyncIterable[bytes], status: int, headers: Headers, request: Request
) -> AsyncGenerator[bytes, None]:
    """Yield the decompressed parts of a body, none of which is empty.

    Args:
        raw: the parts as they were sent.
        status: HTTP status of the response.
        headers: its headers.
        request: the request, for errors.

    Raises:
        NetworkError: the body is incomplete or cannot be decompressed.
    """
    if request.method == "HEAD" or status in (204, 304):
        async for _ in raw:  # only then the connection serves another request
            pass
        return
    body = Body(headers, replace(request, max_body=sys.maxsize))
    count = 0
    try:
        async for part in raw:
            if not body.is_compressed:
                yield part
            for start in range(0, len(part) if body.is_compressed else 0, _STEP):
                if found := body.take(part[start : start + _STEP]):
                    yield found
            count += 1
            if count % _PARTS_BETWEEN_YIELDS == 0:
                await asyncio.sleep(0)  # parts that were received together come without a wait
    except HTTPX_ERRORS as error:
        raise error_of(error, request, has_head=True) from error
    body.whole()  # raises if the compressed data has no end
