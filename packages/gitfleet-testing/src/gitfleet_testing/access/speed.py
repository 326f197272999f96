"""Limits on the speed of requests: GitHub's limits of writes, and GitLab's limits per endpoint."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

__all__ = ["WRITES", "SpeedLimits", "gitlab_endpoint"]

#: Name of the limit of GitHub's requests that write.
WRITES = "writes"
_KEPT_SEGMENTS = 3


class SpeedLimits:
    """The limits by name, and when each user has sent requests. No request is limited until a limit is set.

    Args:
        now: returns the present time in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._limits: dict[str, tuple[tuple[int, float], ...]] = {}
        self._sent: dict[tuple[str, str], deque[float]] = {}

    def limit(self, name: str, *windows: tuple[int, float]) -> None:
        """Set a limit per user, or per address for requests without a token.

        Args:
            name: "writes" for GitHub's requests that write, or an endpoint of GitLab as its documentation writes it,
                such as "projects/:id" or "groups/:id/projects", for GET requests.
            windows: pairs of a number of requests and a number of seconds. Each of them applies. None: no limit.

        Raises:
            ValueError: a number is invalid.
        """
        for calls, seconds in windows:
            if calls < 1 or not 0 < seconds < math.inf:
                raise ValueError(f"a window has at least 1 request and more than 0 seconds: {(calls, seconds)}")
        # Replaced, not changed in place: the server may read them at this moment.
        self._limits = {**self._limits, name: windows}

    def refusal(self, name: str | None, user: str) -> int | None:
        """Count a request. Return None, or the seconds after which the user may send one, if the limit is exceeded.

        Args:
            name: name of the limit that applies, or None.
            user: login, or address for requests without a token.
        """
        windows = () if name is None else self._limits.get(name, ())
        if name is None or not windows:
            return None
        now, sent = self._now(), self._sent.setdefault((name, user), deque())
        while sent and sent[0] <= now - max(seconds for _, seconds in windows):
            sent.popleft()
        for calls, seconds in windows:
            recent = [when for when in sent if when > now - seconds]
            if len(recent) >= calls:
                return max(1, math.ceil(recent[-calls] + seconds - now))
        sent.append(now)
        return None


def gitlab_endpoint(path: str) -> str:
    """Return the endpoint of a path as GitLab's documentation writes it, such as ``groups/:id/projects``."""
    parts = path.strip("/").split("/")
    if len(parts) > 1:
        parts[1] = ":id"
    return "/".join(parts[:_KEPT_SEGMENTS]) if len(parts) <= _KEPT_SEGMENTS or parts[0] == "users" else ""
