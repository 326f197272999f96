"""Rate limits per token or address: one quota per resource, with windows as on the services."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["CORE", "GITLAB", "HOUR", "Quota", "QuotaState", "Quotas", "resource_of"]

HOUR = 3600.0
_MINUTE = 60.0
CORE = "core"
#: The only resource of GitLab. All others are GitHub's.
GITLAB = "gitlab"
#: Calls per window and length of the window (seconds) of resources other than ``core``.
_SEPARATE = {
    "search": (30, _MINUTE),
    "code_search": (10, _MINUTE),
    "graphql": (5000, HOUR),
    "integration_manifest": (5000, HOUR),
    "source_import": (100, _MINUTE),
    "code_scanning_upload": (5000, HOUR),
    "dependency_snapshots": (100, _MINUTE),
    "scim": (15000, HOUR),
}
#: Calls per window without a token, if this differs.
_ANONYMOUS = {"search": 10, "graphql": 0}


def resource_of(path: str) -> str:
    """Return the resource that a request to this path counts against."""
    if path == "/search/code":
        return "code_search"
    if path.startswith("/search/"):
        return "search"
    return "graphql" if path == "/graphql" else CORE


class QuotaState(NamedTuple):
    """The state of a quota at one moment.

    Attributes:
        limit: calls per window.
        remaining: calls left in the present window.
        used: calls used in the present window.
        reset: end of the present window, in seconds since 1970.
    """

    limit: int
    remaining: int
    used: int
    reset: int


class Quota:
    """A counter of calls. A window begins with its first call and the count starts again when it ends.

    Args:
        limit: calls per window.
        remaining: calls left in the first window. None: all.
        window: length of a window in seconds.
        ends_in: seconds until the first window ends. None: a full window, from the first call, or from now if
            ``remaining`` is given.
        now: returns the present time in seconds since 1970.

    Raises:
        ValueError: a number is invalid.
    """

    __slots__ = ("_ends", "_now", "_used", "_window", "limit")

    def __init__(
        self,
        limit: int,
        *,
        remaining: int | None = None,
        window: float = HOUR,
        ends_in: float | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        if limit < 0:
            raise ValueError(f"limit must not be negative: {limit}")
        if remaining is not None and not 0 <= remaining <= limit:
            raise ValueError(f"remaining must be from 0 to {limit}: {remaining}")
        if not window > 0:
            raise ValueError(f"window must be more than 0 seconds: {window}")
        if ends_in is not None and not 0 < ends_in < math.inf:
            raise ValueError(f"reset_in must be more than 0 seconds: {ends_in}")
        self.limit: int = limit
        self._window = window
        self._now = now
        self._used = 0 if remaining is None else limit - remaining
        running = remaining is not None or ends_in is not None
        self._ends = now() + (window if ends_in is None else ends_in) if running else 0.0

    def state(self) -> QuotaState:
        """Return the present state."""
        self._roll()
        # Rounded up, so that a client that waits until then is not too early.
        return QuotaState(self.limit, self.limit - self._used, self._used, math.ceil(self._ends))

    def charge(self) -> None:
        """Count one call. Does nothing if no call is left."""
        self._roll()
        self._used = min(self._used + 1, self.limit)

    def reset(self) -> None:
        """Start a new window."""
        self._used = 0
        self._ends = 0.0

    def changed(self, limit: int | None, remaining: int | None, ends_in: float | None) -> Quota:
        """Return a copy with the values that are not None. ValueError if they are invalid."""
        state = self.state()
        limit = state.limit if limit is None else limit
        remaining = min(state.remaining, limit) if remaining is None else remaining
        left = self._ends - self._now() if ends_in is None else ends_in
        return Quota(limit, remaining=remaining, window=self._window, ends_in=left, now=self._now)

    def _roll(self) -> None:
        now = self._now()
        if now >= self._ends:
            self._used = 0
            self._ends = now + self._window


class Quotas:
    """The quotas of one token or address by resource.

    Args:
        make: creates the quota of GitHub's ``core`` and the one of GitLab.
        anonymous: whether the quotas are those of requests without a token.
        now: returns the present time in seconds since 1970.
    """

    __slots__ = ("_quotas",)

    def __init__(
        self, make: Callable[[], Quota], *, anonymous: bool = False, now: Callable[[], float] = time.time
    ) -> None:
        fewer = _ANONYMOUS if anonymous else {}
        separate = {
            name: Quota(fewer.get(name, calls), window=window, now=now) for name, (calls, window) in _SEPARATE.items()
        }
        self._quotas = {CORE: make(), **separate, GITLAB: make()}

    def __getitem__(self, resource: str) -> Quota:
        return self._quotas[resource]

    def states(self) -> dict[str, QuotaState]:
        """Return the state of each of GitHub's resources, ``core`` first."""
        return {name: quota.state() for name, quota in self._quotas.items() if name != GITLAB}

    def change(self, resource: str | None, limit: int | None, remaining: int | None, ends_in: float | None) -> None:
        """Change the values that are not None.

        Args:
            resource: name of the resource. None: ``core`` and ``gitlab``, each with its own count.
            limit: calls in a full window.
            remaining: calls left in the present window.
            ends_in: seconds until the present window ends.

        Raises:
            ValueError: a number is invalid, or the resource does not exist.
        """
        names = (CORE, GITLAB) if resource is None else (resource,)
        if unknown := [name for name in names if name not in self._quotas]:
            raise ValueError(f"no resource {unknown[0]!r}; known are {', '.join(self._quotas)}")
        # Replaced, not changed in place: the server may count a call in the old one at this moment.
        self._quotas |= {name: self._quotas[name].changed(limit, remaining, ends_in) for name in names}

    def reset(self) -> None:
        """Start new windows for all resources."""
        for quota in self._quotas.values():
            quota.reset()
