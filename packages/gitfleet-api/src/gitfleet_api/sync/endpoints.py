"""Requests to any REST endpoint, decoded into any dataclass.

Written by tools/write_sync.py from client/endpoints.py: change that one, and run the script again.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import Any, TypeVar

from ..client.endpoints import RestRequests as AsyncRestRequests
from ..http.urls import QueryParams
from .background import run
from .listing import Listing

__all__ = ["RestRequests"]

T = TypeVar("T")


class RestRequests:
    """The calls that take a path. A client provides the session, the profile and the shapes."""

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
        """Return the object of a GET response as a ``model``.

        Args:
            path: Path of the endpoint below ``base_url``, as the provider documents it:
                ``/repos/{owner}/{repo}/license``. ``{+name}`` takes a value with slashes, like the path of a file.
            model: A dataclass. :class:`JsonPath` names the place of a field whose name differs from its JSON key. The
                models of this library are filled as by its own methods.
            at: JSON path of the object in the response. Empty for the whole response.
            params: Query parameters. None omits a parameter, a list repeats it.
            headers: Headers to add to those of every request, or to replace them (``accept``).
            segments: Value of each placeholder. For a placeholder that has the name of a parameter of these methods
                (``at``, ``params``, ``headers``, ``json``, ``identity``) use the keyword with an underscore: ``at_``.

        Raises:
            ConfigurationError: An invalid argument. Nothing was sent.
            ProviderError: As for every other call. :class:`DecodeError` if the response does not match the model.
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
        identity: str | tuple[str, ...] | EllipsisType | None = ...,
        **segments: str | int,
    ) -> Listing[T]:
        """Return the rows of all pages of a listing, each as a ``model``.

        Requests 100 rows per page unless ``params`` sets another size.

        Args:
            path: Path of the endpoint, as for :meth:`fetch`.
            model: A dataclass, as for :meth:`fetch`.
            at: JSON path of the array in each page, like ``workflow_runs``. Empty if the page is the array.
            params: Query parameters.
            headers: Headers to add to those of every request, or to replace them.
            identity: Field of ``model``, or tuple of fields, whose value recognizes a row that moved to another page
                during the listing, so that it is returned once. By default such a row must have an ``id`` and be
                equal in everything. None returns every row that the provider sends.
            segments: Value of each placeholder.

        Raises:
            ConfigurationError: An invalid argument. Raised at once.
        """
        return Listing(
            self._async.fetch_all(path, model, at=at, params=params, headers=headers, identity=identity, **segments)
        )

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
        """Send a request and return the parsed JSON of the response; None if it has no body.

        GET and HEAD are retried after temporary failures. Other methods are sent once.

        Args:
            method: GET, POST, PUT, PATCH, DELETE or another HTTP method.
            path: Path of the endpoint, as for :meth:`fetch`.
            json: Value to send as JSON. None sends no body.
            params: Query parameters.
            headers: Headers to add to those of every request, or to replace them.
            segments: Value of each placeholder.

        Raises:
            ConfigurationError: An invalid argument. Nothing was sent.
            ProviderError: Anything but a 2xx response. :class:`DecodeError` if its body is not JSON.
        """
        return run(self._async.request(method, path, json=json, params=params, headers=headers, **segments))
