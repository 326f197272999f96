"""What tests can set about the GraphQL APIs."""

from __future__ import annotations

from typing import Literal

__all__ = ["GraphQLSettings", "QueryFailure"]

QueryFailure = Literal[502, 504, "timedout", "complexity"]
_WAYS = (502, 504, "timedout", "complexity")


class GraphQLSettings:
    """How the GraphQL APIs of a forge behave; may be changed at any time.

    Attributes:
        largest: repositories above which a query is too much; None: none is.
        way: how the forge gives up on such a query: a status, or an answer with status 200 and this kind of error.
        protected: logins of organizations that ask for single sign-on: what is in them is FORBIDDEN to every token.
    """

    def __init__(self) -> None:
        self.largest: int | None = None
        self.way: QueryFailure = 502
        self.protected: frozenset[str] = frozenset()

    def time_out(self, above: int | None, way: QueryFailure = 502) -> None:
        """Give up on queries for more than ``above`` repositories; None: on none any more.

        Raises:
            ValueError: an argument makes no sense.
        """
        if above is not None and above < 0:
            raise ValueError(f"above must not be negative: {above}")
        if way not in _WAYS:
            raise ValueError(f"way must be one of {', '.join(map(repr, _WAYS))}: {way!r}")
        self.largest, self.way = above, way

    def protect(self, *organizations: str) -> None:
        """Answer FORBIDDEN for what these organizations have, as where single sign-on is enforced."""
        self.protected = frozenset(login.lower() for login in organizations)
