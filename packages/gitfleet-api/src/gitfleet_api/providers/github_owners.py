"""Who an owner is on GitHub, and which token is his."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ..errors import AuthError, NotFoundError, PermissionDeniedError, RateLimitError
from ..memo import Memo
from ..models import UserInfo
from ..rows import RowReader
from ..session import Session
from ..tokens import TokenInfo
from ..urls import expand

__all__ = ["AccountKind", "Owners"]

AccountKind = Literal["user", "organization"]


class Owners:
    """Look-ups of owners, each made once and kept.

    Args:
        session: sends the requests.
        reader: reads an account.
        tokens: gives the tokens that may be sent now.
    """

    def __init__(self, session: Session, reader: RowReader[UserInfo], tokens: Callable[[], list[TokenInfo]]) -> None:
        self._session = session
        self._reader = reader
        self._tokens = tokens
        self._kinds: Memo[str, AccountKind] = Memo()
        self._logins: Memo[str, str | None] = Memo()

    async def kind_of(self, owner: str) -> AccountKind:
        """Whether ``owner`` is a user or an organization (``GET /users/{username}``).

        Raises:
            NotFoundError: there is no such owner.
        """

        async def look_up() -> AccountKind:
            url = self._session.url(expand("/users/{owner}", {"owner": owner}))
            found = await self._session.get_one(url, self._reader)
            return "organization" if found.type == "Organization" else "user"

        return await self._kinds.get(owner.lower(), look_up)

    async def token_of(self, owner: str) -> TokenInfo | None:
        """The token that belongs to the user ``owner``, or None.

        Raises:
            RateLimitError: it may be one that can't be asked now whose it is. Listing as somebody else would leave
                out private repositories without a word.
        """
        unknown: RateLimitError | None = None
        for token in self._tokens():
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
                return (await self._session.get_one(url, self._reader, token=token)).login
            except (PermissionDeniedError, NotFoundError):
                return None  # an app's or a workflow's token acts for nobody

        try:
            return await self._logins.get(token.token, look_up)
        except AuthError:
            return None  # refused, and out of the pool by now
