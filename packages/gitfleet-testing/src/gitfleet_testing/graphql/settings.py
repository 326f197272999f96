"""Settings of the GraphQL APIs."""

from __future__ import annotations

from typing import Literal

__all__ = ["GraphQLSettings", "QueryFailure"]

QueryFailure = Literal[502, 504, "timedout", "complexity"]
_FAILURES = (502, 504, "timedout", "complexity")


class GraphQLSettings:
    """The behaviour of a forge's GraphQL APIs. It can be changed at any time.

    Attributes:
        max_repositories: a query for more repositories fails. None: no limit.
        failure: how such a query fails: a status, or an error of this kind with status 200.
        protected: logins of organizations that require single sign-on. Their data is FORBIDDEN for every token.
    """

    def __init__(self) -> None:
        self.max_repositories: int | None = None
        self.failure: QueryFailure = 502
        self.protected: frozenset[str] = frozenset()

    def time_out(self, above: int | None, failure: QueryFailure = 502) -> None:
        """Let queries for more than ``above`` repositories fail.

        Args:
            above: the largest number of repositories that works. None: no limit.
            failure: 502 or 504: this status; "timedout" or "complexity": status 200 with this kind of error.

        Raises:
            ValueError: an argument has an invalid value.
        """
        if above is not None and above < 0:
            raise ValueError(f"above must not be negative: {above}")
        if failure not in _FAILURES:
            raise ValueError(f"failure must be one of {', '.join(map(repr, _FAILURES))}: {failure!r}")
        self.max_repositories, self.failure = above, failure

    def protect(self, *organizations: str) -> None:
        """Respond FORBIDDEN for the data of these organizations, as with enforced single sign-on.

        Args:
            organizations: logins. None of them: no organization is protected.
        """
        self.protected = frozenset(login.lower() for login in organizations)
