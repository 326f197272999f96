"""The methods of a forge for tokens and their rate limits."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from ..data.fleet import ADMIN
from .quotas import HOUR
from .tokens import DEFAULT_LIMIT, Access

__all__ = ["TokenMethods"]


class TokenMethods:
    """Methods that add tokens and change their rate limits."""

    _access: Access

    def add_token(
        self,
        token: str,
        *,
        login: str = ADMIN,
        limit: int = DEFAULT_LIMIT,
        remaining: int | None = None,
        window: float = HOUR,
        shares: str | None = None,
        scopes: Sequence[str] | None = None,
        expires_in: float | None = None,
    ) -> None:
        """Add a token. A token that exists starts with a new rate limit.

        Args:
            token: printable ASCII without spaces.
            login: the user of the token. A user that does not exist is added to the fleet.
            limit: calls per window, on GitHub and on GitLab each.
            remaining: calls left in the first window. None: all.
            window: length of a window in seconds.
            shares: an existing token whose rate limit this one shares, as tokens of one user do on the services. The
                numbers above are then those of that token. None: a rate limit for this token alone.
            scopes: the scopes that responses state. GitLab refuses requests that they do not include. None: all.
            expires_in: seconds until the token is refused. None: it does not expire.

        Raises:
            ValueError: an argument has an invalid value, or the login belongs to an organization.
        """
        self._access.add(token, login, limit, remaining, window, shares, scopes, expires_in)

    def add_job_token(self, token: str, login: str = ADMIN) -> None:
        """Add the token of a CI job of GitLab.

        As on the service, only the header JOB-TOKEN carries it, and it reads ``/job`` and releases only: for other
        paths the request has no token. (Any other token in this header acts for its user, except for ``/user``.)

        Args:
            token: printable ASCII without spaces.
            login: the user who has started the job. A user that does not exist is added to the fleet.

        Raises:
            ValueError: an argument has an invalid value, or the login belongs to an organization.
        """
        self._access.add(token, login)
        added = self._access.known(token)
        if added is not None:
            self._access.issue(dataclasses.replace(added, service="gitlab", kind="job"))

    def revoke(self, token: str) -> None:
        """Respond with 401 to the token from now on. ``add_token`` adds it again.

        Args:
            token: an existing token.

        Raises:
            ValueError: the token does not exist.
        """
        self._access.revoke(token)

    def limit(
        self,
        token: str | None,
        *,
        remaining: int | None = None,
        reset_in: float | None = None,
        resource: str | None = None,
        limit: int | None = None,
    ) -> None:
        """Change the rate limit of a token. Values that are None do not change.

        Args:
            token: an existing token. None: requests without a token.
            remaining: calls left in the present window.
            reset_in: seconds until the present window ends. Later windows have their full length.
            resource: "core", "search", "graphql" or another resource of GitHub's /rate_limit, or "gitlab". None: "core"
                and "gitlab".
            limit: calls in a full window.

        Raises:
            ValueError: an argument has an invalid value, or the token does not exist.
        """
        self._access.limit(token, resource, limit, remaining, reset_in)

    @property
    def tokens(self) -> list[str]:
        """All tokens."""
        return self._access.tokens

    def reset_limits(self) -> None:
        """Give every token and every address its full rate limit again."""
        self._access.reset()
