"""The pool of tokens that sessions draw from: leases, observations, pauses. Private to the library."""

from __future__ import annotations

import platform
import threading
import weakref
from collections.abc import Callable, Iterator

from .._internal.at_fork import renew_after_fork
from .._internal.clock import steady_time
from ..auth.account import Account
from ..auth.source import TokenSource
from ..budgets.base import Budgets
from ..provider_type import ProviderType
from .buckets import Bucket, BucketKey, Demand, Lease, NoUsableToken, choose_bucket
from .choosing import TokenCheck, TokenLease, choose, due_check
from .leasing import Leasing
from .principals import ANY_HOST, Principal
from .server_clock import ServerClock
from .token_info import TokenInfo
from .visibility import Choice, Seers, preferred
from .waits import Wait

__all__ = ["TokenCheck", "TokenLease", "TokenPool"]


_LONGEST_WINDOW = 7200.0
"""Seconds to the end of a limit that are believed: no provider has windows above an hour."""
_UNBELIEVED_PAUSE = 60.0


class TokenPool:
    """Tokens and their buckets, safe to use from any number of threads and event loops.

    Args:
        clock: Returns epoch seconds.
        budgets: Where other processes state what they use of the same budgets; None if there are none.
    """

    def __init__(self, clock: Callable[[], float] = steady_time, budgets: Budgets | None = None) -> None:
        self.clock = clock
        self.budgets = budgets
        self._tokens: dict[ProviderType, dict[str, TokenInfo]] = {member: {} for member in ProviderType}
        # Each with the only server that it is used for.
        self._sources: dict[ProviderType, list[tuple[TokenSource, str | None]]] = {kind: [] for kind in ProviderType}
        self._principals: dict[tuple[ProviderType, str], Principal] = {}
        self._seers = Seers()
        # Providers count requests without a token too: by address.
        self._anonymous: dict[tuple[ProviderType, BucketKey], Bucket] = {}
        self._server_clocks: dict[str, ServerClock] = {}
        self._lock = threading.RLock()
        self._callbacks: list[Callable[[], None]] = []
        self._leasing: Leasing | None = None
        if budgets is not None:
            notify = weakref.WeakMethod(self._notify)
            self._leasing = Leasing(budgets, self._lock, clock, lambda: _call(notify))
            weakref.finalize(self, self._leasing.close).atexit = False  # the end of the process waits for it elsewhere
        renew_after_fork(self)

    def add(
        self,
        token: str,
        provider: ProviderType,
        username: str | None,
        origin: str | None,
        visibility: str | None = None,
    ) -> TokenInfo:
        """Add a token. A known one keeps its budget, may get a username and a visibility, and is trusted again."""
        with self._lock:
            tokens = self._tokens[provider]
            if token not in tokens:
                tokens[token] = TokenInfo(token, provider, origin=origin, number=len(tokens) + 1)
                tokens[token].use_clock(self.clock)
            known = tokens[token]
            known.visibility = visibility or known.visibility
            if username is not None:
                known.username = username
                self._identify(known, username)
            if known.origin != origin:  # added for two servers, or for any
                known.origin = None
            known.revive()
        self._notify()
        return known

    def add_source(self, source: TokenSource, origin: str | None) -> None:
        """Add a source. A known one may be used for a second server from now on."""
        with self._lock:
            entry, sources = (source, source.origin or origin), self._sources[source.provider]
            if entry not in sources:
                sources.append(entry)
        self._notify()

    def sources_for(self, provider: ProviderType, origin: str) -> list[TokenSource]:
        """Return the sources whose tokens may be sent to ``origin``."""
        return list(dict.fromkeys(source for source, only in self._sources[provider] if only in (None, origin)))

    def account_token(self, source: TokenSource, account: Account, origin: str) -> TokenInfo:
        """Return the token of an account on a server. It is created once; its secret comes later."""
        key = f"{id(source)} {origin} {account.key}"
        tokens = self._tokens[source.provider]
        with self._lock:
            known = tokens.get(key)
            if known is None or known.account != account:
                known = known or TokenInfo("", source.provider, account.login, origin, number=len(tokens) + 1)
                known.use_clock(self.clock)
                known.renew_from(source, account, source.renewal(account, origin))
                name = account.login if account.owners is None else account.label
                if name is not None:  # else the login of the user is looked up when it matters
                    self._identify(known, name)
                tokens[key] = known
        return known

    def identify(self, token: TokenInfo, login: str) -> None:
        """Note the login of a token's user. Tokens of one user share budgets from now on."""
        with self._lock:
            self._identify(token, login)
        self._notify()

    def _identify(self, token: TokenInfo, login: str) -> None:
        key = (token.provider, login.lower())
        former, principal = token.principal, self._principals.get(key)
        if former is principal:
            return
        if former.login is None:  # it belonged to this token alone
            if principal is not None:
                principal.absorb(former)
            else:
                principal = former
        principal = self._principals.setdefault(key, principal or Principal())
        principal.login = login
        token.belong_to(principal)

    def get(self, token: str, provider: ProviderType) -> TokenInfo | None:
        """Return a known token, or None."""
        with self._lock:
            return self._tokens[provider].get(token)

    def all_tokens(self, provider: ProviderType) -> list[TokenInfo]:
        """Return every token of a provider, in the order in which they were added."""
        with self._lock:
            return list(self._tokens[provider].values())

    def has_several(self, provider: ProviderType) -> bool:
        """Return whether there is a choice between tokens."""
        return len(self._tokens[provider]) > 1 or bool(self._sources[provider])

    def has_sources(self, provider: ProviderType) -> bool:
        """Return whether there is a source of tokens."""
        return bool(self._sources[provider])

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
            info.health.forbid_checks()
        self._notify()

    def acquire(
        self, provider: ProviderType, demand: Demand, pinned: TokenInfo | None, choice: Choice | None = None
    ) -> TokenLease | Wait | NoUsableToken | TokenCheck:
        """Lease a token for one request, or return how long to wait, what to check, or that no token works.

        A lease must be given back with :meth:`release`, and a check ended with :meth:`end_check`.

        Args:
            provider: The provider.
            demand: What the request needs.
            pinned: The only token that it may use, or None.
            choice: Which other tokens it may use; None for any.
        """
        with self._lock:
            outcome = self._acquire(provider, demand, pinned, choice)
            leasing = self._leasing
            if leasing is None:
                return outcome
            if leasing.is_away:
                leasing.try_again()
            if not isinstance(outcome, Wait) or not outcome.until_lease:
                return outcome
            leasing.check()
            return self._acquire(provider, demand, pinned, choice) if leasing.ask_at_once() else outcome

    def _acquire(
        self, provider: ProviderType, demand: Demand, pinned: TokenInfo | None, choice: Choice | None
    ) -> TokenLease | Wait | NoUsableToken | TokenCheck:
        now = self.clock()
        known = self._tokens_for(provider, demand.host) if pinned is None else [pinned]
        if not known or (choice is not None and choice.is_fixed and choice.fixed is None):
            anonymous: list[tuple[TokenInfo | None, Bucket, Bucket | None]] = [
                (None, self._bucket(provider, None, demand.key), self._endpoint(provider, None, demand))
            ]
            if self._leasing is not None:
                # By address: other machines have budgets of their own.
                self._leasing.attach(anonymous[0], provider, f"address of {platform.node()}", demand)
            return choose_bucket(anonymous, demand, now)
        tokens = known if choice is None else choice.permitted(known)
        usable = [item for item in tokens if item.is_valid]
        if len(usable) < len(tokens):
            check = due_check([item for item in tokens if not item.is_valid], now, others=bool(usable))
            if check is not None:
                return check
        if not usable:
            return NoUsableToken()
        if len(usable) == 1:
            return choose(usable, demand, now, self._leasing)
        return self._choose_among(usable, demand, choice or Choice(None), now)

    def _choose_among(self, usable: list[TokenInfo], demand: Demand, choice: Choice, now: float) -> TokenLease | Wait:
        """Lease the best of several tokens that the provider does not refuse."""
        host, owner = demand.host, choice.owner
        if choice.home and (own := [item for item in usable if item in choice.home]):
            return self._choose_equal(own, demand, choice, now)
        fit = [item for item in usable if not item.health.is_aside(host, owner, now)] or usable
        seers = self._seers.among(fit, host, owner, now)
        if seers:
            outcome = self._choose_equal(seers, demand, choice, now)
            if isinstance(outcome, Lease) or choice.waits_for_seer or outcome.until_reply:
                return outcome
        elif choice.first in fit:
            outcome = choose([item for item in fit if item is choice.first], demand, now, self._leasing)
            if isinstance(outcome, Lease) or outcome.until_reply:
                return outcome
        return self._choose_equal(fit, demand, choice, now)

    def _choose_equal(self, tokens: list[TokenInfo], demand: Demand, choice: Choice, now: float) -> TokenLease | Wait:
        """Lease one of several tokens: one that sent this request before, as long as it has calls left."""
        if len(tokens) > 1:
            first = [item for item in tokens if item in choice.cached]
            if not first and choice.affinity is not None:
                first = [preferred(tokens, choice.affinity)]
            outcome = choose(first, demand, now, self._leasing) if first else None
            if outcome is not None and (isinstance(outcome, Lease) or outcome.is_short):
                return outcome
        return choose(tokens, demand, now, self._leasing)

    def others(self, provider: ProviderType, origin: str, choice: Choice) -> bool:
        """Return whether there is a token that a request may still use."""
        with self._lock:
            permitted = choice.permitted(self._tokens_for(provider, origin))
            return any(item.is_valid or item.health.is_suspect for item in permitted)

    def release(self, lease: TokenLease) -> None:
        """Give a lease back after its request ended; a rejected token is refused until a check accepts it."""
        with self._lock:
            lease.end(self.clock)
            if lease.rejected and lease.token is not None:
                self._refuse(lease.token)
            if not self._callbacks:
                return
        self._notify()

    def refuse(self, token: TokenInfo) -> None:
        """Use a token no more until a check accepts it."""
        with self._lock:
            self._refuse(token)
        self._notify()

    def _refuse(self, token: TokenInfo) -> None:
        if token.is_valid:
            token.is_valid = False
            token.health.refuse(self.clock())

    def end_check(self, token: TokenInfo, *, accepted: bool | None) -> None:
        """Record whether the provider accepts a token that it had refused; None if that remains unknown."""
        with self._lock:
            token.is_valid = token.health.end_check(self.clock(), accepted=accepted) or token.is_valid
        self._notify()

    def remember(self, token: TokenInfo, origin: str, owner: str) -> None:
        """Note that a token has seen an owner which others did not see."""
        with self._lock:
            self._seers.remember(token, origin, owner, self.clock())

    def set_aside(self, token: TokenInfo, origin: str, owner: str) -> None:
        """Avoid a token for an owner, or altogether (``EVERY_OWNER``), for some time while there are others."""
        with self._lock:
            token.health.set_aside(origin, owner, self.clock())

    def note_success(self, token: TokenInfo, origin: str) -> None:
        """Note that a token works, of which refusals are remembered."""
        with self._lock:
            token.health.note_success(origin)

    def note_refusal(self, token: TokenInfo, origin: str) -> None:
        """Note a 403 without a known reason. A token that is refused again and again is not preferred."""
        with self._lock:
            token.health.note_refusal(origin, self.clock())

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
        *,
        refused: bool = False,
        lease: TokenLease | None = None,
    ) -> None:
        """Update the bucket that the limit headers of a response name; see :meth:`Bucket.observe`.

        Args:
            provider: The provider.
            token: The token of the request.
            key: Server and resource of the bucket.
            remaining: Calls left.
            reset_at: End of the window, in epoch seconds.
            refused: Whether the server refused the request for the limit.
            lease: The lease of the request.
        """
        with self._lock:
            now = self.clock()
            bucket, end = self._bucket(provider, token, key), _believed(reset_at, now)
            bucket.observe(remaining, end, now, refused=refused)
            if bucket.share is not None:
                own = lease is not None and lease.share is bucket.share
                bucket.share.observe(remaining, end, lease.generation if own and lease is not None else None, now)
                if own and lease is not None:
                    lease.answer()

    def note_uncounted(self, lease: TokenLease) -> None:
        """Note that the server did not count the request of a lease."""
        with self._lock:
            if lease.share is not None:
                lease.share.unspend(lease.generation)

    def note_unlimited(self, lease: TokenLease) -> None:
        """Note that the server states no limit for the request of a lease."""
        with self._lock:
            if lease.share is not None:
                lease.share.note_unlimited()

    def calls_left(
        self, provider: ProviderType, token: TokenInfo | None, key: BucketKey
    ) -> tuple[int | None, float | None]:
        """Return the calls left in a bucket, and the seconds until its window ends; None if unknown."""
        with self._lock:
            now, bucket = self.clock(), self._bucket(provider, token, key)
            bucket.expire(now)
            end = max(bucket.reset_at or 0.0, bucket.paused_until)
            if bucket.paused_until > now:
                return 0, end - now
            return bucket.remaining, None if bucket.reset_at is None else bucket.reset_at - now

    def server_clock(self, origin: str) -> ServerClock:
        """Return what is known about the clock of a server. All clients of the pool share it."""
        with self._lock:
            return self._server_clocks.setdefault(origin, ServerClock())

    def shift_resets(self, origin: str, seconds: float) -> None:
        """Correct the known ends of windows after the clock of a server turned out to be ``seconds`` further ahead."""
        with self._lock:
            for (host, _), bucket in self._buckets():
                if host == origin:
                    bucket.shift(seconds)
                    if bucket.share is not None:
                        bucket.share.shift(seconds)

    def _buckets(self) -> Iterator[tuple[BucketKey, Bucket]]:
        for (_, key), bucket in self._anonymous.items():
            yield key, bucket
        for principal in {item.principal for known in self._tokens.values() for item in known.values()}:
            yield from principal.buckets().items()

    def known_buckets(self) -> list[tuple[ProviderType, str | None, BucketKey, Bucket]]:
        """Return the buckets: provider, label of a token that spends from it (or None), key, and the bucket itself."""
        with self._lock:
            found: list[tuple[ProviderType, str | None, BucketKey, Bucket]]
            found = [(kind, None, key, bucket) for (kind, key), bucket in self._anonymous.items()]
            for kind, known in self._tokens.items():
                for item in known.values():
                    found += [(kind, item.label, key, bucket) for key, bucket in item.buckets().items()]
        return found

    def _bucket(self, provider: ProviderType, token: TokenInfo | None, key: BucketKey) -> Bucket:
        return token.bucket(key) if token is not None else self._anonymous.setdefault((provider, key), Bucket())

    def _endpoint(self, provider: ProviderType, token: TokenInfo | None, demand: Demand) -> Bucket | None:
        """Return the bucket of the endpoint that a request counts against as well, or None."""
        return None if demand.endpoint_key is None else self._bucket(provider, token, demand.endpoint_key)

    def block_until(self, lease: TokenLease, until: float, *, endpoint: bool = False) -> None:
        """Forbid requests on the bucket of a lease, or of its endpoint, before ``until`` (epoch seconds)."""
        bucket = lease.endpoint if endpoint and lease.endpoint is not None else lease.bucket
        with self._lock:
            bucket = bucket.current()
            bucket.pause(_believed(until, self.clock()))
            if bucket.share is not None:
                bucket.share.pause(bucket.paused_until)

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
        if self._leasing is not None:
            self._leasing.after_fork(self._lock)
        for known in self._tokens.values():
            for item in known.values():
                item.health.is_checking = False
        for _, bucket in self._buckets():
            bucket.in_flight = 0


def _believed(until: float, now: float) -> float:
    """Return when a limit ends. A distant end is not believed: the next call after a pause shows the truth."""
    return until if until <= now + _LONGEST_WINDOW else now + _UNBELIEVED_PAUSE


def _call(method: weakref.WeakMethod[Callable[[], None]]) -> None:
    alive = method()
    if alive is not None:
        alive()
