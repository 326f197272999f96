"""Accounts that tokens act for, and tokens as sources give them."""

from __future__ import annotations

from typing import NoReturn

from .._internal.lazy_dataclass import dataclass, field
from ..http.credentials import check_token

__all__ = ["AccessToken", "Account"]


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as a source gives it. ``repr`` and pickles leave the secret out.

    Raises:
        ConfigurationError: The text cannot be a token.
    """

    token: str = field(repr=False)
    """The secret."""
    expires_at: float | None = None
    """When it expires, in epoch seconds by this machine's clock. None if it does not expire, or if that is unknown."""

    obtained_at: float | None = None
    """When the server issued it, by this machine's clock, if that was earlier. None if it is new. Servers may not know
    a new one yet, and a 401 in its first seconds is then no refusal."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "token", check_token(self.token))

    def __reduce__(self) -> NoReturn:
        raise TypeError("an AccessToken is a secret and can't be pickled")


@dataclass(frozen=True, slots=True)
class Account:
    """Who a token acts for: a user, or the installation of an app on one account."""

    key: str
    """Stable text that identifies it within its source, like the id of an installation."""
    label: str
    """Its name in events and messages."""
    owners: frozenset[str] | None = None
    """Logins, in lower case, whose private data it sees because it belongs to them. None for a user."""
    login: str | None = None
    """Login of the user. None if that is unknown, or if it is no user."""

    def serves(self, owner: str | None) -> bool:
        """Return whether this is an account of an owner's own."""
        return owner is not None and self.owners is not None and owner.lower() in self.owners
