"""The owners of tokens."""

from __future__ import annotations

from .._internal.single_flight import SingleFlight
from ..decoding.rows import RowDecoder
from ..errors import AuthError, NotFoundError, PermissionDeniedError, RateLimitError
from ..models import UserInfo
from ..ratelimit.tokens import TokenInfo
from ..session.session import Session

__all__ = ["OwnerLookup"]


class OwnerLookup:
    """Looks up the login of each token once (``GET /user``).

    Args:
        session: Sends the requests.
        decoder: Decodes an account.
    """

    def __init__(self, session: Session, decoder: RowDecoder[UserInfo]) -> None:
        self._session = session
        self._decoder = decoder
        self._logins: SingleFlight[str, str | None] = SingleFlight()

    def tokens(self) -> list[TokenInfo]:
        """Return the tokens that may belong to a user."""
        return self._session.tokens()

    async def token_of(self, owner: str) -> TokenInfo | None:
        """Return the token that belongs to a user, or None.

        Args:
            owner: Login of the user.

        Raises:
            RateLimitError: A token that may be the right one has no calls left to look up its login. Another token
                would silently omit private repositories.
        """
        unknown: RateLimitError | None = None
        for token in self.tokens():
            if not token.is_valid and not token.health.is_suspect:
                continue
            try:
                login = token.principal.login or await self._login_of(token)
            except RateLimitError as error:
                unknown = error
                continue
            if login is not None and login.lower() == owner.lower():
                return token
        if unknown is not None:
            raise unknown
        return None

    async def _login_of(self, token: TokenInfo) -> str | None:
        async def look_up() -> str | None:
            url = self._session.url("/user")
            try:
                login = (await self._session.get_one(url, self._decoder, token=token)).login
            except (PermissionDeniedError, NotFoundError):
                return None  # the token of an app or a workflow belongs to no user
            self._session.identify(token, login)  # two tokens of one user share a budget from now on
            return login

        try:
            return await self._logins.get(token.identity, look_up)
        except AuthError:
            return None  # the token is invalid by now
