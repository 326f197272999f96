"""Requests to any REST endpoint, decoded into any dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import EllipsisType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ..backend.messages import Response
from ..backend.strict_json import loads
from ..decoding.jsonpath import json_path
from ..errors import ConfigurationError, DecodeError, DecodeFailure, GitFleetError
from ..http.request_validation import JSON_CONTENT, endpoint_path, json_body, validate_headers, validate_method
from ..http.urls import with_query
from ..provider_type import ProviderType
from ..session.call import Call
from ..telemetry.hook import hook

if TYPE_CHECKING:
    from ..decoding.rows import RowDecoder
    from ..decoding.shapes import Shape
    from ..http.urls import QueryParams
    from ..profile import ProviderProfile
    from ..session.listing import Listing
    from ..session.session import Session

__all__ = ["RestRequests"]

T = TypeVar("T")

_PARAMETERS = ("at", "params", "headers", "json", "identity")
"""A placeholder with the name of a parameter takes its value from the keyword with an underscore."""


def _is_decode_error(error: GitFleetError) -> bool:
    # A retry policy must not send a write again whose response is a success.
    return isinstance(error, DecodeError)


class RestRequests:
    """The calls that take a path. A client provides the session, the profile and the shapes."""

    if TYPE_CHECKING:
        shapes: ClassVar[Mapping[str, Shape]]

        profile: ProviderProfile

        @property
        def session(self) -> Session: ...  # noqa: D102

        @property
        def provider_type(self) -> ProviderType: ...  # noqa: D102

    async def fetch(
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
        url, added = self._target(path, segments, params, headers)
        decoder = self._decoder(model)
        return await self.session.get_one(url, decoder, json_path(at, "at"), headers=added)

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
        url, added = self._target(path, segments, params, headers)
        name, size = self.profile.page_size
        if params is None or name not in params:
            url = with_query(url, {name: size})
        decoder = self._decoder(model)
        if identity is not ...:
            decoder = decoder.identified_by((identity,) if isinstance(identity, str) else identity)
        keys = json_path(at, "at")
        decoder.projection(keys, many=True)  # raises now for an invalid path, not when the listing is awaited
        return self.session.listing(url, decoder, keys, headers=added)

    async def request(
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
        method = validate_method(method)
        url, added = self._target(path, segments, params, headers)
        body = None if json is None else json_body("json", json)
        if body is not None and method in ("GET", "HEAD"):
            raise ConfigurationError(f"a {method} has no body; give params= instead of json=")
        if body is not None and "content-type" not in dict(added):
            added = (*added, JSON_CONTENT)

        def parse(response: Response, _now: datetime) -> Any:
            try:
                return loads(response.body) if response.body else None
            except DecodeFailure as failure:
                return self.session.failures.decoding(failure, response, method=method, url=url)

        call = Call(method, url, headers=added, body=body, gives_up=_is_decode_error)
        return await self.session.send(call, parse)

    def _decoder(self, model: type[T]) -> RowDecoder[T]:
        """Return the decoder of a user's model, or of a library model by the provider's shape."""
        shape = next((shape for shape in self.shapes.values() if shape.model is model), None)
        return self.session.decoder_for(model) if shape is None else self.session.decoder(model, shape)

    def _target(
        self,
        path: str,
        segments: Mapping[str, object],
        params: QueryParams | None,
        headers: Mapping[str, str] | None,
    ) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Return the URL of an endpoint and the headers to send."""
        added = validate_headers(headers, self.profile)
        where = endpoint_path(path, segments, _PARAMETERS, nested=self.profile.nested_names)
        if hook.recorder is not None:
            hook.recorder.learn(self.profile, path)
        return with_query(self.session.url(where), {} if params is None else params), added
