"""Who an owner is on GitHub, and which token is his."""

from __future__ import annotations

from collections.abc import Callable

from ..interface import AccountKind
from ..memo import Memo
from ..models import UserInfo
from ..rows import RowReader
from ..session import Session
from ..token_owners import TokenOwners
from ..tokens import TokenInfo
from ..urls import expand

__all__ = ["Owners"]


class Owners(TokenOwners):
    """Look-ups of owners, each made once and kept.

    Args:
        session: sends the requests.
        reader: reads an account.
        tokens: gives the tokens that may be sent now.
    """

    def __init__(self, session: Session, reader: RowReader[UserInfo], tokens: Callable[[], list[TokenInfo]]) -> None:
        super().__init__(session, reader, tokens)
        self._kinds: Memo[str, AccountKind] = Memo()

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
