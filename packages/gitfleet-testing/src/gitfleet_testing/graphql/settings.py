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
        left_out: full names of repositories for which a response has null (GitLab: nothing), without an error.
        removed: type and name of fields that the schema does not have, as on an older server.
        broken: type, name and full name of the repository of fields that fail, and the message.
        failures: how many of the next queries fail with status 200.
    """

    def __init__(self) -> None:
        self.max_repositories: int | None = None
        self.failure: QueryFailure = 502
        self.protected: frozenset[str] = frozenset()
        self.left_out: frozenset[str] = frozenset()
        self.removed: frozenset[tuple[str, str]] = frozenset()
        self.broken: dict[tuple[str, str, str], str] = {}
        self.failures: int = 0

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

    def leave_out(self, *full_names: str) -> None:
        """Leave these repositories out of every response, without an error.

        Args:
            full_names: ``owner/name``. None of them: no repository is left out.
        """
        self.left_out = frozenset(name.lower() for name in full_names)

    def remove_fields(self, type_name: str, *names: str) -> None:
        """Refuse queries that use these fields, as an older server does.

        Args:
            type_name: ``Repository`` on GitHub, ``Project`` on GitLab, or another type of the schema.
            names: the fields. None of them: the type has all its fields.
        """
        others = {item for item in self.removed if item[0] != type_name}
        self.removed = frozenset((*others, *((type_name, name) for name in names)))

    def break_field(self, type_name: str, name: str, full_name: str, message: str = "Internal server error") -> None:
        """Let a field of one repository fail: it is null, and ``errors`` has its path.

        Args:
            type_name: ``Repository`` on GitHub, ``Project`` on GitLab.
            name: the field. If it cannot be null, the repository is null.
            full_name: ``owner/name`` of the repository.
            message: the message of the error.
        """
        self.broken[type_name, name, full_name.lower()] = message

    def fail_next(self, times: int = 1) -> None:
        """Let the next queries fail with status 200 and "Something went wrong while executing your query".

        Args:
            times: number of queries. 0: the next one succeeds.

        Raises:
            ValueError: the number is negative.
        """
        if times < 0:
            raise ValueError(f"times must not be negative: {times}")
        self.failures = times
