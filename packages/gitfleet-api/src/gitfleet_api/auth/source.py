"""TokenSource: where tokens come from that change while a program runs."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NoReturn, Protocol

from .._internal.at_fork import renew_after_fork
from .._internal.reference import Reference
from ..backend.messages import Response
from ..errors import ProviderError
from ..provider_type import ProviderType
from .account import AccessToken, Account
from .renewal import Renewal

__all__ = ["Exchange", "TokenSource", "local_now"]


class Exchange(Protocol):
    """How a source talks to a server: through the engine, proxy and certificates of the client that needs a token.

    Nothing of these requests is logged or cached, and they cost none of the calls of a budget.
    """

    origin: str
    """Origin of the client's server, like ``https://api.github.com``."""
    base_url: str
    """Base URL of the client's API."""

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
            NetworkError: There was no complete response. Secrets in it are redacted.
        """
        ...

    def error(self, response: Response, method: str, url: str, secrets: Sequence[str] = ()) -> ProviderError:
        """Return the error for a response whose status is not 2xx, as calls of the client raise it.

        Args:
            response: The response.
            method: HTTP method of the request.
            url: URL of the request.
            secrets: Credentials of the request, which are redacted.
        """
        ...

    def server_time(self) -> float:
        """Return the present time by the clock of the server, in epoch seconds."""
        ...

    def local_time(self, moment: float) -> float:
        """Return a time that the server stated, by the clock of this machine, in epoch seconds."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait, by the clock of the client."""
        ...


def local_now(exchange: Exchange) -> float:
    """Return the present time by the clock of this machine, which tests may plan, in epoch seconds."""
    return exchange.local_time(exchange.server_time())


class TokenSource(ABC):
    """Gives a token when one is needed, and a new one before it expires.

    Clients, pools, threads and event loops may share a source: they use the same tokens. A source has secrets and
    cannot be pickled.

    Attributes:
        provider: The provider whose tokens it gives.
        origin: The only server that they are sent to, like ``https://api.github.com``. None for the server of the
            client.
        may_lag: Whether servers may not know a token yet in the first seconds after :meth:`token` has returned it: a
            401 is then retried with the same token. False for tokens that existed before.
    """

    provider: ClassVar[ProviderType]
    may_lag: bool = True

    def __init__(self, origin: str | None = None) -> None:
        self.origin: str | None = origin
        self._renewals: dict[tuple[str, str], Renewal] = {}
        self._lock = threading.Lock()
        renew_after_fork(self)

    @property
    @abstractmethod
    def name(self) -> str:
        """Its name in messages. It is the same in each process and has no secret."""

    @abstractmethod
    async def accounts(self, exchange: Exchange, owner: str | None) -> Sequence[Account]:
        """Return the accounts whose tokens may be used for a call.

        Clients ask before each call, so what is known must be returned without a request.

        Args:
            exchange: Sends requests.
            owner: Login, in lower case, of the account that the call concerns. None if it concerns none.

        Returns:
            The owner's own account alone, if there is one; else all that see public data.

        Raises:
            GitFleetError: There is none, or that could not be found out.
        """

    @abstractmethod
    async def token(self, exchange: Exchange, account: Account, refused: str | None) -> AccessToken:
        """Return a token of an account.

        One call at a time is made for an account in a process.

        Args:
            exchange: Sends requests.
            account: One that :meth:`accounts` has returned.
            refused: The token that the server has refused, which must not be returned again. None if none was.

        Raises:
            AuthError: The account has no token any more. The message says what to do.
            GitFleetError: The token could not be obtained.
        """

    def reference(self) -> Reference[TokenSource] | None:
        """Return how another process opens a source of the same tokens, without a secret. None if none can."""
        return None

    def header(self, token: str) -> tuple[str, str] | None:
        """Return the header, name and value, that carries a token. None for that of the client."""
        return None

    def renewal(self, account: Account, origin: str) -> Renewal:
        """Return the state of the token of an account on a server. For sessions."""
        with self._lock:
            return self._renewals.setdefault((origin, account.key), Renewal())

    def _after_fork(self) -> None:
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} holds secrets and can't be pickled; create one where it is needed")
