"""What provider clients call: one object, or the pages of a listing, through all policies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from datetime import datetime
from typing import Any, TypeVar, overload

from .._internal.clock import Clock
from ..auth.source import TokenSource
from ..backend.base import Backend
from ..backend.error_codes import error_for_code
from ..backend.messages import Response
from ..budgets.base import Budgets
from ..decoding.decoder_cache import decoder_for, decoder_of_shape
from ..decoding.rows import RowDecoder
from ..decoding.shapes import Shape
from ..errors import ConfigurationError, DecodeError, DecodeFailure, GitFleetError, ProviderError
from ..events import Event, emit
from ..gaps import Gap, OnIncomplete
from ..http.repository_names import Named, repository_names
from ..http.urls import QueryValue, with_query
from ..profile import ProviderProfile, RateLimitPolicy
from ..ratelimit.server_clock import ServerClock
from ..ratelimit.token_info import TokenInfo
from ..ratelimit.visibility import Choice
from ..telemetry.hook import hook
from .call import Call, SessionConfig
from .exchange import ClientExchange
from .execution import CallExecution
from .failures import Failures
from .listing import Listing, Start
from .minting import discover
from .observing import start_record
from .reading import Parse, whole_response
from .run import ListingRun

__all__ = ["Session"]

T = TypeVar("T")

_EXCHANGE = 10.0
"""Seconds for which a client that is closed waits for requests for tokens."""

MeansEmpty = Callable[[ProviderError], Awaitable[bool]]
"""Whether an error is how the provider says that a listing has no rows."""


class Session:
    """Sends the requests of one client and returns successful results only.

    Authors of providers use it as ``self.session``. Users of a client do not need it.

    Args:
        config: The client's settings.

    Attributes:
        failures: Builds the errors of this session.
    """

    def __init__(self, config: SessionConfig) -> None:
        self._config = config
        self.failures: Failures = Failures(config)
        self._closed = False

    @property
    def backend(self) -> Backend:
        """The engine of this session."""
        return self._config.backend

    def exchange(self) -> ClientExchange:
        """Return an exchange for sign-in code, which sends requests without the tokens of the client."""
        return ClientExchange(self._config)

    @property
    def server_clock(self) -> ServerClock:
        """What is known about the server's clock."""
        return self._config.server_clock

    @property
    def max_concurrency(self) -> int:
        """How many requests may be in flight."""
        return self._config.max_concurrency

    @property
    def include_raw(self) -> bool:
        """Whether models keep the provider's own object in ``raw_data``."""
        return self._config.include_raw

    @property
    def clock(self) -> Clock:
        """The clock of all policies."""
        return self._config.clock

    @property
    def rate_limit_policy(self) -> RateLimitPolicy | None:
        """Published limits on speed that this client observes. None on servers other than the provider's own."""
        return self._config.rate_limit_policy

    @property
    def max_rate_limit_wait(self) -> float:
        """Maximum total seconds that one call waits for rate limits."""
        return self._config.max_rate_limit_wait

    @property
    def own_token(self) -> TokenInfo | None:
        """The token that the client was created with, which its listings prefer. None if it has a pool only."""
        return self._config.own_token

    @property
    def has_cache(self) -> bool:
        """Whether the client has a cache."""
        return self._config.cache is not None

    def calls_left(self, token: TokenInfo | None, resource: str) -> tuple[int | None, float | None]:
        """Return what is known about a budget: the calls left, and the seconds until its window ends; None if unknown.

        Args:
            token: The token; None for requests without one.
            resource: Name of the budget.
        """
        config = self._config
        key = (config.base_url.origin, resource)
        return config.tokens.calls_left(config.profile.type, token, key)

    def emit(self, event: Event) -> None:
        """Send an event to the client's ``on_event`` and to the logger."""
        emit(self._config.on_event, event)

    def close(self) -> None:
        """Refuse further requests. The engine stays open, because other clients may share it."""
        self._closed = True

    async def wait_for_exchanges(self) -> None:
        """Wait for requests for tokens in progress: their responses have the only valid refresh tokens."""
        running = self._config.loops.get().exchanges
        if running:
            await asyncio.wait(list(running), timeout=_EXCHANGE)

    def _check_open(self) -> None:
        if self._closed:
            raise ConfigurationError("this client is closed; create a new one", code="closed")

    # -- URLs and tokens

    def url(self, path: str) -> str:
        """Return the absolute URL of an endpoint."""
        return self._config.base_url.text + path

    def first_page(self, path: str, /, **query: QueryValue) -> str:
        """Return the URL of a listing's first page, with as many rows per page as the provider allows."""
        name, size = self._config.profile.page_size
        return with_query(self.url(path), {**query, name: size})

    def repository_names(self, owner: str | Named, repo: str | None) -> tuple[str, str]:
        """Return the names of the owner and the repository that the first two arguments of a call mean.

        Args:
            owner: ``owner/name``, an object with ``full_name``, or the name of the owner.
            repo: Name of the repository. None if ``owner`` names the repository.

        Raises:
            ConfigurationError: ``owner`` alone does not name one repository of this provider.
        """
        return repository_names(owner, repo, self._config.profile, self._config.base_url.text)

    def tokens(self) -> list[TokenInfo]:
        """Return the tokens, valid or not, that may be sent to the client's server."""
        return self._config.tokens.tokens_for(self._config.profile.type, self._config.base_url.origin)

    def sources(self) -> list[TokenSource]:
        """Return the sources whose tokens may be sent to the client's server."""
        return self._config.tokens.sources_for(self._config.profile.type, self._config.base_url.origin)

    def budgets(self) -> Budgets | None:
        """Return where processes share the budgets of the client's tokens; None if they do not."""
        return self._config.tokens.budgets

    async def discover_tokens(self, owner: str | None = None) -> list[TokenInfo]:
        """Return the tokens that calls may use, with those of all accounts of token sources.

        Args:
            owner: Login of the account that the calls concern. None for all.

        Raises:
            GitFleetError: No source has a token, and there is no other.
        """
        choice = Choice(None if owner is None else owner.lower())
        await discover(self._config, choice)
        found = choice.permitted(self.tokens())
        return [token for token in found if token in choice.home] or found

    def identify(self, token: TokenInfo, login: str) -> None:
        """Note which user a token belongs to, by the server's statement. Tokens of one user share one budget."""
        self._config.tokens.identify(token, login)

    def token_header(self, token: TokenInfo) -> tuple[str, str]:
        """Return the header, name and value, that carries a token."""
        return token.header(self._config.profile)

    # -- decoders

    def decoder(self, model: type[T], shape: Shape) -> RowDecoder[T]:
        """Return the decoder of a model, compiled once per process.

        Args:
            model: The dataclass to create.
            shape: Where the provider's JSON has its fields.
        """
        return decoder_of_shape(model, shape, self._config.profile.type, include_raw=self._config.include_raw)

    def decoder_for(self, model: type[T]) -> RowDecoder[T]:
        """Return the decoder of a user's dataclass, whose fields name their place in the JSON.

        Raises:
            ConfigurationError: It is not a dataclass, or has a field that JSON cannot fill.
        """
        return decoder_for(model, self._config.profile.type, include_raw=self._config.include_raw)

    # -- requests

    @overload
    async def send(self, call: Call) -> Response: ...

    @overload
    async def send(self, call: Call, parse: Parse[T]) -> T: ...

    async def send(self, call: Call, parse: Parse[T] = whole_response) -> T:  # type: ignore[assignment]  # see above
        """Send a call and return its response, or what ``parse`` makes of it.

        Args:
            call: The call.
            parse: Called with a 2xx response and the current time; returns the result, or the error that it really is.

        Raises:
            GitFleetError: Anything but a 2xx response that could be decoded and parsed.
        """
        self._check_open()
        config, loop_state = self._config, self._config.loops.get()
        record = None if hook.recorder is None else start_record(hook.recorder, config, call)
        error: BaseException | None = None
        try:
            with loop_state.deadlines.start(config.timeout.total) as deadline:
                execution = CallExecution(config, self.failures, call, loop_state, deadline, self._check_open, record)
                return await execution.execute(parse)
        except TimeoutError:
            error = self._timeout(call)
            raise error from None
        except BaseException as raised:
            error = raised
            raise
        finally:
            if record is not None:
                record.end(error)
            error = None  # it refers to this frame

    def _timeout(self, call: Call) -> GitFleetError:
        message = f"no complete response within {self._config.timeout.total} s (timeout.total)"
        return error_for_code("timeout_total", message, method=call.method, url=self.failures.text(call.url))

    async def get_one(
        self,
        url: str,
        decoder: RowDecoder[T],
        at: tuple[str, ...] = (),
        *,
        token: TokenInfo | None = None,
        free: bool = False,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> T:
        """Return the object of a GET response.

        Args:
            url: Absolute URL.
            decoder: Decodes the object.
            at: Keys that lead to the object in the response.
            token: The token to use; None for the one with most calls left.
            free: True if the call costs nothing.
            headers: Headers to add to those of every request.

        Raises:
            GitFleetError: The request failed, or the response has no such object.
        """
        projection = decoder.projection(at, many=False)

        def parse(response: Response, _now: datetime) -> T | GitFleetError:
            rows = self.build(decoder, response, url)
            if isinstance(rows, GitFleetError):
                return rows
            if rows:
                return rows[0]
            failure = DecodeFailure("decode_json", f"a response with status {response.status} has no body")
            return self.failures.decoding(failure, response, method="GET", url=url)

        return await self.send(Call("GET", url, projection, headers, token=token, free=free), parse)

    def listing(
        self,
        url: str,
        decoder: RowDecoder[T],
        at: tuple[str, ...] = (),
        *,
        keep: Callable[[T], bool] | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        means_empty: MeansEmpty | None = None,
    ) -> Listing[T]:
        """Return the listing that starts at a URL. Nothing is sent yet.

        Args:
            url: Absolute URL of the first page.
            decoder: Decodes the rows.
            at: Keys that lead to the array of rows in each page.
            keep: Returns False for rows to leave out; None keeps all.
            headers: Headers to add to those of every request.
            means_empty: Returns True for an error by which the provider says that there are no rows.
        """

        async def pages(run: ListingRun, decoder: RowDecoder[T]) -> AsyncGenerator[list[T], None]:
            try:
                async with aclosing(self.get_pages(url, decoder, at, run=run, headers=headers)) as found:
                    async for rows in found:
                        yield rows if keep is None else [row for row in rows if keep(row)]
            except ProviderError as error:
                if means_empty is None or not await means_empty(error):
                    raise
                yield []

        return self.listing_of(pages, decoder)

    def listing_of(self, pages: Start, decoder: RowDecoder[T]) -> Listing[T]:
        """Return a listing of pages that the provider iterates itself, usually with :meth:`get_pages`.

        Args:
            pages: Called with the state of one reading and a decoder; returns an iterator over pages.
            decoder: Decodes the rows.
        """
        return Listing(pages, self._config.max_concurrency, decoder, self._conclude)

    def _conclude(self, gaps: list[Gap], choice: OnIncomplete | None, rows: list[Any] | None) -> None:
        from .conclusion import conclude

        conclude(self._config, gaps, choice, rows)

    async def get_pages(
        self,
        url: str,
        decoder: RowDecoder[T],
        at: tuple[str, ...] = (),
        *,
        run: ListingRun,
        token: TokenInfo | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> AsyncGenerator[list[T], None]:
        """Yield the rows of each page from ``url`` on, fetching up to ``run.ahead`` pages in advance.

        At the end ``run.gaps`` contains what is known to be missing.

        Raises:
            GitFleetError: A page could not be fetched or decoded, or the listing repeats itself.
        """
        from .pages import PageReader  # programs that request single objects do without it

        async with aclosing(PageReader(self, url, decoder, at, run, token, headers).read()) as pages:
            async for rows in pages:
                yield rows

    # -- for the modules of this package

    @property
    def profile(self) -> ProviderProfile:
        """How to talk to the provider."""
        return self._config.profile

    def now(self) -> int:
        """Return the present time in seconds of the epoch."""
        return int(self._config.clock.time())

    def path_of(self, url: str) -> str:
        """Return the path of a URL below the base URL, without its query."""
        return url.removeprefix(self._config.base_url.text).partition("?")[0]

    def resolve(self, link: str, *, seen_at: str, status: int) -> str:
        """Return the absolute URL of a link in a response.

        Raises:
            ProviderError: It leads out of the API.
        """
        absolute = self._config.base_url.resolve(link, seen_at=seen_at)
        if absolute is None:
            raise self.failures.foreign_link(link, seen_at=seen_at, status=status)
        return absolute

    def build(self, decoder: RowDecoder[T], response: Response, url: str) -> list[T] | DecodeError:
        """Return the objects of a response; none if it has no body, as for contributors of an empty repository."""
        if response.columns is None:
            return []
        try:
            return decoder.build(response.columns)
        except DecodeFailure as failure:
            return self.failures.decoding(failure, response, method="GET", url=url)
