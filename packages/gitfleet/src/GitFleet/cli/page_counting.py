"""A backend that reads the page count of a listing from its first response."""

from __future__ import annotations

import re
from collections.abc import Callable

from gitfleet_api import PROTOCOL, Backend
from gitfleet_api.backend import Authorities, Request, Response
from gitfleet_api.backend.discovery import find_backend
from gitfleet_api.http.links import page_links

__all__ = ["PageCountingBackend"]

_PAGE = re.compile(r"[?&]page=([0-9]{1,9})(?=&|$)")


class PageCountingBackend(Backend):
    """Wraps a backend and reads the ``Link`` header of first pages.

    Args:
        inner: the backend that sends the requests.
        on_page_count: called with the number of pages of a listing, once per listing.
    """

    protocol = PROTOCOL

    def __init__(self, inner: Backend, on_page_count: Callable[[int], None]) -> None:
        self._inner = inner
        self._on_page_count = on_page_count
        self.name: str = inner.name

    @classmethod
    def create(cls, *, verify: bool | Authorities = True) -> PageCountingBackend:
        """Create a wrapper around the default backend that ignores page counts."""
        return cls(find_backend().create(verify=verify), lambda _: None)

    async def send(self, request: Request) -> Response:
        """Send a request; if the response is the first page of a listing, report its page count."""
        response = await self._inner.send(request)
        if 200 <= response.status < 300 and "per_page=" in request.url and _PAGE.search(request.url) is None:
            links = page_links(response.headers, request.url)
            last = _PAGE.search(links.get("last", ""))
            if last is not None or "next" not in links:
                self._on_page_count(1 if last is None else int(last[1]))
        return response

    async def aclose(self) -> None:
        """Close the backend."""
        await self._inner.aclose()
