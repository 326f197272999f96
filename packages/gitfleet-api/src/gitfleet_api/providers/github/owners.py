"""Who an owner is on GitHub, and which token is his."""

from __future__ import annotations

from ...client import AccountKind, OwnerLookup, RowDecoder, Session
from ...models import UserInfo

__all__ = ["Owners"]


class Owners(OwnerLookup):
    """What is known of owners, and look-ups of tokens, each made once and kept.

    Args:
        session: sends the requests.
        decoder: Decodes an account.
    """

    def __init__(self, session: Session, decoder: RowDecoder[UserInfo]) -> None:
        super().__init__(session, decoder)
        self._kinds: dict[str, AccountKind] = {}

    def kind_of(self, owner: str) -> AccountKind | None:
        """Whether ``owner`` is a user or an organization; None while it is not known."""
        return self._kinds.get(owner.lower())

    def learn(self, owner: str, kind: AccountKind) -> None:
        """Take in what ``owner`` has turned out to be."""
        self._kinds[owner.lower()] = kind
