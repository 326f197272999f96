"""Any endpoint, into any dataclass: what the fetch methods do not cover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ..backend.strict_json import loads
from ..decoding.jsonpath import json_path
from ..errors import ConfigurationError, DecodeFailure
from ..http.request_validation import JSON_CONTENT, endpoint_path, json_body, validate_headers, validate_method
from ..http.urls import with_query
from ..provider_type import ProviderType
from ..session.call import Call

if TYPE_CHECKING:
    from ..decoding.rows import RowDecoder
    from ..decoding.shapes import Shape
    from ..http.urls import QueryParams
    from ..profile import ProviderProfile
    from ..session.listing import Listing
    from ..session.session import Session

__all__ = ["RestRequests"]

T = TypeVar("T")


class RestRequests:
    """The calls that take a path. A client adds what they need: its session, its profile and its settings."""

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
        url, added = self._place(path, segments, params, headers)
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
        url, added = self._place(path, segments, params, headers)
        name, size = self.profile.page_size
        if params is None or name not in params:
            url = with_query(url, {name: size})
        decoder = self._decoder(model)
        keys = json_path(at, "at")
        decoder.projection(keys, many=True)  # refuses what can't be found, now and not when the listing is awaited
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
        method = validate_method(method)
        url, added = self._place(path, segments, params, headers, own=("json", "params", "headers"))
        body = None if json is None else json_body("json", json)
        if body is not None and method in ("GET", "HEAD"):
            raise ConfigurationError(f"a {method} has no body; give params= instead of json=")
        if body is not None and "content-type" not in dict(added):
            added = (*added, JSON_CONTENT)
        response = await self.session.send(Call(method, url, headers=added, body=body))
        if not response.body:
            return None
        try:
            return loads(response.body)
        except DecodeFailure as failure:
            raise self.session.failures.decoding(failure, response, method=method, url=url) from None

    def _decoder(self, model: type[T]) -> RowDecoder[T]:
        """Return the decoder of a user's model, or of a library model by the provider's shape."""
        shape = next((shape for shape in self.shapes.values() if shape.model is model), None)
        return self.session.decoder_for(model) if shape is None else self.session.decoder(model, shape)

    def _place(
        self,
        path: str,
        segments: Mapping[str, object],
        params: QueryParams | None,
        headers: Mapping[str, str] | None,
        own: tuple[str, ...] = ("at", "params", "headers"),
    ) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The URL of an endpoint and the headers to send there."""
        added = validate_headers(headers, self.profile)
        where = endpoint_path(path, segments, own, nested=self.profile.nested_names)
        return with_query(self.session.url(where), {} if params is None else params), added
