"""The pool of tokens that sessions draw from: leases, observations, pauses. Private to the library."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from .._internal.at_fork import renew_after_fork
from ..provider_type import ProviderType
from .buckets import Bucket, BucketKey, Demand, Lease, NoUsableToken, Wait, choose_bucket
from .token_info import ANY_HOST, TokenInfo

__all__ = ["TokenLease", "TokenPool"]

TokenLease = Lease["TokenInfo | None"]
"""Permission to send one request with a token, or without one if there is none."""


class TokenPool:
    """Tokens and their buckets, safe to use from any number of threads and event loops.

    Args:
        clock: Returns epoch seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._tokens: dict[ProviderType, dict[str, TokenInfo]] = {member: {} for member in ProviderType}
        # Providers count requests without a token too: by address.
        self._anonymous: dict[tuple[ProviderType, BucketKey], Bucket] = {}
        self._lock = threading.RLock()
        self._callbacks: list[Callable[[], None]] = []
        renew_after_fork(self)

    def add(self, token: str, provider: ProviderType, username: str | None, origin: str | None) -> None:
        """Add a token. A known one keeps its state, but may get a username."""
        with self._lock:
            tokens = self._tokens[provider]
            if token not in tokens:
                tokens[token] = TokenInfo(token, provider, origin=origin, number=len(tokens) + 1)
                tokens[token].use_clock(self.clock)
            known = tokens[token]
            known.username = username or known.username
            if known.origin != origin:  # added for two servers, or for any
                known.origin = None
        self._notify()

    def get(self, token: str, provider: ProviderType) -> TokenInfo | None:
        """Return a known token, or None."""
        with self._lock:
            return self._tokens[provider].get(token)

    def all_tokens(self, provider: ProviderType) -> list[TokenInfo]:
        """Return every token of a provider, in the order in which they were added."""
        with self._lock:
            return list(self._tokens[provider].values())

    def counts(self) -> dict[ProviderType, int]:
        """Return the number of tokens of each provider that has any."""
        return {member: len(tokens) for member, tokens in self._tokens.items() if tokens}

    def set_budget(self, info: TokenInfo, remaining: int, reset_at: float) -> None:
        """Set the ``core`` budget of a token on every server, or on the first one that it is sent to."""
        with self._lock:
            keys = [key for key in info.buckets() if key[1] == "core"] or [(ANY_HOST, "core")]
            for key in keys:
                bucket = info.bucket(key)
                bucket.remaining, bucket.reset_at = remaining, reset_at
        self._notify()

    def invalidate(self, info: TokenInfo) -> None:
        """Mark a token as refused, so that no request uses it."""
        with self._lock:
            info.is_valid = False
        self._notify()

    def acquire(
        self, provider: ProviderType, demand: Demand, pinned: TokenInfo | None
    ) -> TokenLease | Wait | NoUsableToken:
        """Lease a token for one request, or return how long to wait, or that no token works.

        A lease must be given back with :meth:`release`.
        """
        with self._lock:
            now = self.clock()
            tokens = self._tokens[provider].values() if pinned is None else (pinned,)
            candidates: list[tuple[TokenInfo | None, Bucket, Bucket | None]] = [
                (item, item.bucket(demand.key), self._endpoint(provider, item, demand))
                for item in tokens
                if item.is_valid and (item is pinned or item.origin in (None, demand.host))
            ]
            if not candidates:
                if pinned is not None or self._tokens_for(provider, demand.host):
                    return NoUsableToken()
                endpoint = self._endpoint(provider, None, demand)
                candidates.append((None, self._bucket(provider, None, demand.key), endpoint))
            return choose_bucket(candidates, demand, now)

    def release(self, lease: TokenLease) -> None:
        """Give a lease back after its request ended; a rejected token becomes invalid."""
        with self._lock:
            lease.bucket.in_flight -= 1
            if lease.rejected and lease.token is not None:
                lease.token.is_valid = False
            if not self._callbacks:
                return
        self._notify()

    def tokens_for(self, provider: ProviderType, origin: str) -> list[TokenInfo]:
        """Return the tokens, valid or not, that may be sent to ``origin``."""
        with self._lock:
            return self._tokens_for(provider, origin)

    def _tokens_for(self, provider: ProviderType, origin: str) -> list[TokenInfo]:
        return [item for item in self._tokens[provider].values() if item.origin in (None, origin)]

    def observe(
        self,
        provider: ProviderType,
        token: TokenInfo | None,
        key: BucketKey,
        remaining: int,
        reset_at: float,
    ) -> None:
        """Update the bucket that the limit headers of a response name; ``reset_at`` in epoch seconds."""
        with self._lock:
            self._bucket(provider, token, key).observe(remaining, reset_at, self.clock())

    def _bucket(self, provider: ProviderType, token: TokenInfo | None, key: BucketKey) -> Bucket:
        return token.bucket(key) if token is not None else self._anonymous.setdefault((provider, key), Bucket())

    def _endpoint(self, provider: ProviderType, token: TokenInfo | None, demand: Demand) -> Bucket | None:
        """Return the bucket of the endpoint that a request counts against as well, or None."""
        return None if demand.endpoint_key is None else self._bucket(provider, token, demand.endpoint_key)

    def block_until(self, lease: TokenLease, until: float, *, endpoint: bool = False) -> None:
        """Forbid requests on the bucket of a lease, or of its endpoint, before ``until`` (epoch seconds)."""
        bucket = lease.endpoint if endpoint and lease.endpoint is not None else lease.bucket
        with self._lock:
            bucket.pause(until)

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` once, in any thread, when a lease is released or a token changes."""
        with self._lock:
            self._callbacks.append(callback)

    def _notify(self) -> None:
        with self._lock:
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def _after_fork(self) -> None:
        # Another thread may have held the lock, and requests in flight belong to the parent.
        self._lock = threading.RLock()
        self._callbacks = []
        tokens = [item for known in self._tokens.values() for item in known.values()]
        buckets = [bucket for item in tokens for bucket in item.buckets().values()]
        for bucket in (*buckets, *self._anonymous.values()):
            bucket.in_flight = 0
