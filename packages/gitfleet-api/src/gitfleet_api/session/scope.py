"""One listing, one visibility: who sends the requests of one reading of a listing."""

from __future__ import annotations

from ..errors import GitFleetError
from ..ratelimit.token_info import TokenInfo

__all__ = ["ListingScope"]

_MOST_STARTS = 6
"""How often one reading may start: with the first choice and up to five others."""


class ListingScope:
    """Who sends the requests of one reading of a listing.

    The first page that arrives decides it. All later pages are requested with tokens that see the same.

    Attributes:
        owner: The account whose objects are listed, in lower case; None decides by the path of the first page.
        is_public: Whether every token may know that the listed object exists, so that the first 404 is final. Set by
            the provider's client.
        is_fixed: Whether a page has arrived.
        token: The token of that page; None for requests without a token.
        refused: Tokens that were refused in the middle of this reading, each with the error. A new start avoids them.
        failed: Whether the reading failed with a refusal.
    """

    __slots__ = ("_known", "failed", "is_fixed", "is_public", "owner", "refused", "token")

    def __init__(self, refused: tuple[tuple[TokenInfo, GitFleetError], ...] = ()) -> None:
        self.owner: str | None = None
        self.is_public: bool = False
        self.is_fixed: bool = False
        self.token: TokenInfo | None = None
        self.refused: tuple[tuple[TokenInfo, GitFleetError], ...] = refused
        self.failed: bool = False
        self._known = len(refused)

    @property
    def principal(self) -> str | None:
        """Label of the token that shows what this reading sees; None before the first page, or without a token."""
        return None if self.token is None else self.token.label

    def fix(self, token: TokenInfo | None) -> None:
        """Decide the visibility by the first page that has arrived."""
        if not self.is_fixed:
            self.is_fixed, self.token = True, token

    def lose(self, token: TokenInfo, error: GitFleetError) -> None:
        """Note that a token was refused in the middle."""
        if self.is_fixed and all(token is not known for known, _ in self.refused):
            self.refused += ((token, error),)

    def restarted(self) -> ListingScope | None:
        """Return the scope of a new start with other tokens; None if there is no reason or no start left."""
        if not self.failed or not self._known < len(self.refused) < _MOST_STARTS:
            return None
        again = ListingScope(self.refused)
        again.owner = self.owner
        return again
