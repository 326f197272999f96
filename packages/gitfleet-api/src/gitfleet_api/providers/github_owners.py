"""Who an owner is on GitHub, and which token is his."""

from __future__ import annotations

from collections.abc import Callable

from ..interface import AccountKind
from ..models import UserInfo
from ..rows import RowReader
from ..session import Session
from ..token_owners import TokenOwners
from ..tokens import TokenInfo

__all__ = ["Owners"]


class Owners(TokenOwners):
    """What is known of owners, and look-ups of tokens, each made once and kept.

    Args:
        session: sends the requests.
        reader: reads an account.
        tokens: gives the tokens that may be sent now.
    """

    def __init__(self, session: Session, reader: RowReader[UserInfo], tokens: Callable[[], list[TokenInfo]]) -> None:
        super().__init__(session, reader, tokens)
        self._kinds: dict[str, AccountKind] = {}

    def kind_of(self, owner: str) -> AccountKind | None:
        """Whether ``owner`` is a user or an organization; None while it is not known."""
        return self._kinds.get(owner.lower())

    def learn(self, owner: str, kind: AccountKind) -> None:
        """Take in what ``owner`` has turned out to be."""
        self._kinds[owner.lower()] = kind
