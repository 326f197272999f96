"""Which token belongs to whom."""

from __future__ import annotations

from .._internal.single_flight import SingleFlight
from ..decoding.rows import RowDecoder
from ..errors import AuthError, NotFoundError, PermissionDeniedError, RateLimitError
from ..models import UserInfo
from ..ratelimit.tokens import TokenInfo
from ..session.session import Session

__all__ = ["OwnerLookup"]


class OwnerLookup:
    """Asks for the owner of each token (``GET /user``), once.

    Args:
        session: sends the requests.
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
        """The token that belongs to the user ``owner``, or None.

        Raises:
            RateLimitError: it may be one that can't be asked now whose it is. Listing as somebody else would leave
                out private repositories without a word.
        """
        unknown: RateLimitError | None = None
        for token in self.tokens():
            try:
                login = (token.username or await self._login_of(token)) if token.is_valid else None
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
                return (await self._session.get_one(url, self._decoder, token=token)).login
            except (PermissionDeniedError, NotFoundError):
                return None  # an app's or a workflow's token acts for nobody

        try:
            return await self._logins.get(token.token, look_up)
        except AuthError:
            return None  # refused, and out of the pool by now
