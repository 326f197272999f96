"""Who an owner is on GitHub, and which token is his."""

from __future__ import annotations

from collections.abc import Callable

from ...client.owners import OwnerLookup
from ...client.provider import AccountKind
from ...decoding.rows import RowDecoder
from ...models import UserInfo
from ...ratelimit.tokens import TokenInfo
from ...session.session import Session

__all__ = ["Owners"]


class Owners(OwnerLookup):
    """What is known of owners, and look-ups of tokens, each made once and kept.

    Args:
        session: sends the requests.
        decoder: the decoder of an account.
        tokens: gives the tokens that may be sent now.
    """

    def __init__(self, session: Session, decoder: RowDecoder[UserInfo], tokens: Callable[[], list[TokenInfo]]) -> None:
        super().__init__(session, decoder, tokens)
        self._kinds: dict[str, AccountKind] = {}

    def kind_of(self, owner: str) -> AccountKind | None:
        """Whether ``owner`` is a user or an organization; None while it is not known."""
        return self._kinds.get(owner.lower())

    def learn(self, owner: str, kind: AccountKind) -> None:
        """Take in what ``owner`` has turned out to be."""
        self._kinds[owner.lower()] = kind
