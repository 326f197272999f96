"""What GitHub owners are, and which tokens belong to them."""

from __future__ import annotations

from ...client import AccountKind, OwnerLookup, RowDecoder, Session
from ...models import UserInfo

__all__ = ["Owners"]


class Owners(OwnerLookup):
    """What is known about owners. Look-ups of tokens are sent once.

    Args:
        session: Sends the requests.
        decoder: Decodes an account.
    """

    def __init__(self, session: Session, decoder: RowDecoder[UserInfo]) -> None:
        super().__init__(session, decoder)
        self._kinds: dict[str, AccountKind] = {}

    def kind_of(self, owner: str) -> AccountKind | None:
        """Return whether an owner is a user or an organization; None if that is unknown.

        Args:
            owner: Login of the owner.
        """
        return self._kinds.get(owner.lower())

    def learn(self, owner: str, kind: AccountKind) -> None:
        """Remember what an owner is.

        Args:
            owner: Login of the owner.
            kind: What it is.
        """
        self._kinds[owner.lower()] = kind
