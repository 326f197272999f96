"""Any endpoint, into any dataclass: what the fetch methods do not cover.

Written by tools/write_sync.py from client/endpoints.py: change that one, and run the script again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from ..client.endpoints import RestRequests as AsyncRestRequests
from ..http.urls import QueryParams
from .background import run
from .listing import Listing

__all__ = ["RestRequests"]

T = TypeVar("T")


class RestRequests:
    """The calls that take a path. A client adds what they need: its session, its profile and its settings."""

    _async: AsyncRestRequests

    def fetch(
        self,
        path: str,
        model: type[T],
        /,
        *,
        at: str | tuple[str, ...] = "",
        params: QueryParams | None = None,
        headers: Mapping[str, str] | None = None,
        **segments: str | int,
    ) -> T:
        """The object that a GET answers with, as a ``model``.

        Args:
            path: of the endpoint below ``base_url``, as the provider's documentation writes it:
                ``/repos/{owner}/{repo}/license``. ``{+name}`` takes a value with slashes, as the path of a file.
            model: a dataclass; see :class:`JsonPath` for fields that lie elsewhere than their name says. The library's
                own models are filled as by its own methods.
            at: JSON path of the object in the answer; empty for the answer itself.
            params: the query; None leaves one out, a list gives one several times.
            headers: besides those of every request, or in place of them (``accept``).
            segments: a value for each placeholder. One called ``at``, ``params`` or ``headers`` takes the keyword
                ``at_``, ``params_`` or ``headers_``.

        Raises:
            ConfigurationError: an argument that can't work; nothing was sent.
            ProviderError: as for every other call; :class:`DecodeError` when the answer is not of the model's shape.
        """
        return run(self._async.fetch(path, model, at=at, params=params, headers=headers, **segments))

    def fetch_all(
        self,
        path: str,
        model: type[T],
        /,
        *,
        at: str | tuple[str, ...] = "",
        params: QueryParams | None = None,
        headers: Mapping[str, str] | None = None,
        **segments: str | int,
    ) -> Listing[T]:
        """The rows of all pages of a listing, each as a ``model``; asks for pages of 100 unless ``params`` says else.

        Args:
            path: as for :meth:`fetch`.
            model: a dataclass.
            at: JSON path of the array in each page, like ``workflow_runs``; empty for the page itself.
            params: the query.
            headers: besides those of every request, or in place of them.
            segments: a value for each placeholder.

        Raises:
            ConfigurationError: an argument that can't work; raised at once.
        """
        return Listing(self._async.fetch_all(path, model, at=at, params=params, headers=headers, **segments))

    def request(
        self,
        method: str,
        path: str,
        /,
        *,
        json: object = None,
        params: QueryParams | None = None,
        headers: Mapping[str, str] | None = None,
        **segments: str | int,
    ) -> Any:
        """The parsed JSON that an endpoint answers with; None for an answer without a body.

        GET and HEAD are tried again after failures that may pass, others are sent once.

        Args:
            method: GET, POST, PUT, PATCH, DELETE or another.
            path: as for :meth:`fetch`.
            json: what to send; None sends no body.
            params: the query.
            headers: besides those of every request, or in place of them.
            segments: a value for each placeholder.

        Raises:
            ConfigurationError: an argument that can't work; nothing was sent.
            ProviderError: anything but a 2xx answer; :class:`DecodeError` when its body is not JSON.
        """
        return run(self._async.request(method, path, json=json, params=params, headers=headers, **segments))
