"""A process's token pool and a server with a quota, without sockets: one call is one function call."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence

from gitfleet_api import ProviderType, TokenManager
from gitfleet_api.budgets import Budgets
from gitfleet_api.ratelimit.buckets import Demand, Lease
from gitfleet_api.ratelimit.tokens import pool_of
from gitfleet_api.ratelimit.waits import Wait

__all__ = ["HOST", "Quota", "Spender", "spend_together"]

HOST = "https://api.example.org"
_PATIENCE = 40.0


class Quota:
    """A server that counts the calls of each token in windows that begin with a call."""

    def __init__(self, limit: int, window: float = 3600.0) -> None:
        self.limit, self.window = limit, window
        self.used: Counter[str] = Counter()
        self.refused = 0
        self._ends: dict[str, float] = {}
        self._lock = threading.Lock()

    def call(self, token: str) -> tuple[int, float, bool]:
        """Count a call. Return the calls left, the end of the window and whether the call was refused."""
        with self._lock:
            now = time.time()
            if now >= self._ends.get(token, 0.0):
                self._ends[token], self.used[token] = now + self.window, 0
            refused = self.used[token] >= self.limit
            self.refused += refused
            self.used[token] += not refused
            return self.limit - self.used[token], self._ends[token], refused


class Spender:
    """A worker: a token pool that shares its budgets.

    Args:
        budgets: The store.
        quota: The server.
        tokens: Its tokens.
    """

    def __init__(self, budgets: Budgets | None, quota: Quota, *tokens: str) -> None:
        self.manager = TokenManager(budgets=budgets)
        for token in tokens or ("one-token",):
            self.manager.add_token(token, "github")
        self.pool = pool_of(self.manager)
        self.quota = quota
        self.calls = 0

    def acquire(self, *, reads: bool = True, patience: float = _PATIENCE) -> Lease | Wait:  # type: ignore[type-arg]
        """Lease a call; the reason to wait if there is none within some seconds, or before the window ends."""
        end = time.monotonic() + patience
        while True:
            changed = threading.Event()
            self.pool.on_change(changed.set)
            outcome = self.pool.acquire(ProviderType.GITHUB, Demand(HOST, "core", reads=reads), None)
            if isinstance(outcome, Lease):
                return outcome
            assert isinstance(outcome, Wait)
            if (outcome.reason == "rate_limit" and not outcome.until_reply) or time.monotonic() > end:
                return outcome
            changed.wait(0.5)

    def call(self) -> bool:
        """Send one call. Return False if the budget allows none in this window."""
        lease = self.acquire()
        if isinstance(lease, Wait):
            assert lease.reason == "rate_limit", "no lease, and no reason"
            return False
        assert lease.token is not None
        remaining, reset_at, refused = self.quota.call(lease.token.token)
        self.pool.observe(
            ProviderType.GITHUB, lease.token, (HOST, "core"), remaining, reset_at, refused=refused, lease=lease
        )
        self.pool.release(lease)
        self.calls += 1
        return True

    def spend(self, most: int = 1_000_000) -> int:
        """Call until the budget allows no more, or a number of times. Return how often."""
        before = self.calls
        while self.calls - before < most and self.call():
            pass
        return self.calls - before


def spend_together(spenders: Sequence[Spender]) -> int:
    """Spend what the budget allows with all workers at the same time, each in a thread. Return the number of calls."""
    threads = [threading.Thread(target=spender.spend) for spender in spenders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(spender.calls for spender in spenders)
