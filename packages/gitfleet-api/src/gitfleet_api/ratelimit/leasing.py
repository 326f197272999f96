"""What one token pool leases from a store of shared budgets. Private to the library."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Callable
from math import inf
from threading import RLock
from time import monotonic

from ..budgets.base import BudgetReply, Budgets, BudgetWarning, budget_key
from ..budgets.checking import check_replies
from ..errors import ConfigurationError
from ..provider_type import ProviderType
from .buckets import Bucket, Demand
from .keeper import Keeper
from .meters import Meter
from .pacing import Windows
from .shares import Share, Sheet

__all__ = ["Leasing"]

logger: logging.Logger = logging.getLogger("gitfleet")

_SHORTEST_RETRY = 0.5
_LONGEST_RETRY = 5.0
"""Seconds between two attempts to reach a store that is away."""
_PATIENCE = 6.0
"""Seconds without a reply after which a store counts as away: more than the library's own ones take to fail."""
_PROBLEM_FOR = 5.0
"""Seconds for which a store that refuses this process is not asked again."""


class Leasing:
    """The shares of one pool, and its conversation with the store.

    Args:
        budgets: The store.
        lock: The lock of the pool, which guards the shares.
        clock: Returns epoch seconds.
        notify: Called without the lock when waiting calls may be able to go on.

    Attributes:
        is_away: Whether the store can't be used.
    """

    def __init__(self, budgets: Budgets, lock: RLock, clock: Callable[[], float], notify: Callable[[], None]) -> None:
        self._budgets = budgets
        self._lock = lock
        self._clock = clock
        self._notify = notify
        self._worker = os.urandom(12).hex()
        self._shares: dict[str, tuple[Share, Bucket]] = {}
        self.is_away: bool = False
        self._asking_since: float | None = None
        self._retry_at = 0.0
        self._retry_after = _SHORTEST_RETRY
        self._problem: tuple[ConfigurationError, float] | None = None
        self._keeper = Keeper(self.run, budgets.close)

    def attach(
        self,
        candidate: tuple[object, Bucket, Bucket | None],
        provider: ProviderType,
        identity: str,
        demand: Demand,
    ) -> None:
        """Make the buckets that a request counts against shared ones.

        Args:
            candidate: The token, the bucket of the budget and the one of the endpoint.
            provider: The provider.
            identity: Text that is the same in each process for tokens whose calls are counted together.
            demand: What the request needs.
        """
        _, bucket, endpoint = candidate
        if bucket.share is None:
            self._attach(bucket, budget_key(str(provider), *demand.key, identity), demand.windows, counts_calls=True)
        if endpoint is not None and demand.endpoint_key is not None and endpoint.share is None:
            key = budget_key(str(provider), *demand.endpoint_key, identity)
            self._attach(endpoint, key, demand.endpoint_windows, counts_calls=False)

    def _attach(self, bucket: Bucket, key: str, windows: Windows, *, counts_calls: bool) -> None:
        known = self._shares.get(key)
        share = Share(key, self._wake, counts_calls=counts_calls) if known is None else known[0]
        share.meters = [Meter(window) for window in windows]
        if self.is_away:
            share.go_alone()
        bucket.share = share
        self._shares[key] = (share, bucket)

    def check(self) -> None:
        """Raise the error with which the store refuses this process, and go on without a store that is stuck.

        Called when a call has asked for leases.
        """
        if self._problem is not None and self._problem[1] > self._clock():
            raise ConfigurationError(str(self._problem[0]))
        since = self._asking_since
        if since is not None and not self.is_away and monotonic() > since + _PATIENCE:
            self._go_alone(TimeoutError("no reply"))
        elif not (self.is_away or self._budgets.in_process or self._keeper.is_running):
            self._go_alone(RuntimeError("no thread"))

    def try_again(self) -> None:
        """Ask a store that was away whether it is back, if it is time for that."""
        if self._clock() >= self._retry_at:
            self._keeper.wake()

    def ask_at_once(self) -> bool:
        """Ask the store for what is wanted if that takes no time. Return whether it did."""
        if self._budgets.in_process:
            self.run()
            self._keeper.watch()
        return self._budgets.in_process

    def _wake(self) -> None:
        if self._budgets.in_process:  # the call that needs it asks it; the thread sees to the rest
            self._keeper.watch()
        else:
            self._keeper.wake()

    def run(self, *, is_last: bool = False) -> float:
        """Talk to the store about each share for which that is due. Return after how many seconds to do it again.

        Args:
            is_last: Whether to give everything back, because this process or pool ends.
        """
        # Calls ask such a store themselves, and reports must arrive in their order.
        with self._lock if self._budgets.in_process else contextlib.nullcontext():
            return self._run(is_last=is_last)

    def _run(self, *, is_last: bool) -> float:
        with self._lock:
            now = self._clock()
            is_away = self.is_away
            if is_away and now < self._retry_at:
                return self._retry_at - now
            if self._problem is not None and now < self._problem[1] and not is_last:
                return self._problem[1] - now
            due = [item for item, _ in self._shares.values() if is_last or is_away or item.due_at() <= now]
            sheets = [(item, item.report(now, is_last=is_last)) for item in due]
        news = bool(sheets) and self._exchange(sheets, now, is_last=is_last)
        with self._lock:
            after = min((item.due_at() for item, _ in self._shares.values()), default=inf)
            if self.is_away:
                after = self._retry_at
        if news:
            self._notify()
        return after - self._clock()

    def close(self) -> None:
        """Give everything back, soon and in another thread."""
        self._keeper.stop_soon()

    def after_fork(self, lock: RLock) -> None:
        """Be another worker than the parent, without its leases."""
        self._lock, self._worker = lock, os.urandom(12).hex()
        self.is_away, self._problem, self._asking_since = False, None, None
        self._keeper.abandon()
        self._keeper = Keeper(self.run, self._budgets.close)
        for share, _ in self._shares.values():
            share.forget()

    def _exchange(self, sheets: list[tuple[Share, Sheet]], now: float, *, is_last: bool) -> bool:
        """Send reports, and take over the replies. Return whether that matters to calls that wait."""
        try:
            reports = [sheet.report for _, sheet in sheets]
            self._asking_since = monotonic()
            try:
                replies = self._budgets.exchange(self._worker, reports, now)
            finally:
                self._asking_since = None
            check_replies(reports, replies)
        except ConfigurationError as error:
            with self._lock:
                self._problem = (error, now + _PROBLEM_FOR)
                for share, _ in sheets:
                    share.asked = False
            return True
        except Exception as error:  # noqa: BLE001  a user's store may raise anything
            if not is_last:  # then nothing depends on it: the store takes the leases back
                self._go_alone(error)
            return True
        with self._lock:
            arrived = self._clock()
            self.is_away, self._retry_after = False, _SHORTEST_RETRY
            pairs = zip(sheets, replies, strict=True)
            news = [self._apply(share, sheet, reply, arrived) for (share, sheet), reply in pairs]
            for share, _ in self._shares.values():
                if share.is_alone:  # the store counted as away after these reports were written
                    share.has_news = True
        return any(news)

    def _apply(self, share: Share, sheet: Sheet, reply: BudgetReply, now: float) -> bool:
        news = share.apply(sheet, reply, now)
        if share.paused_until > now:
            self._shares[share.key][1].current().pause(share.paused_until)
        return news

    def _go_alone(self, error: Exception) -> None:
        """Go on without the store, and say so once."""
        with self._lock:
            now = self._clock()
            is_first = not self.is_away
            if is_first:
                self.is_away = True
                for share, _ in self._shares.values():
                    share.go_alone()
            self._retry_at = now + self._retry_after * (0.5 + os.urandom(1)[0] / 512)  # not all at once
            self._retry_after = min(_LONGEST_RETRY, 2 * self._retry_after)
        if is_first:
            name = type(error).__name__
            until = "until it is back, each process goes on with its part of the budget"
            message = f"{self._budgets!r} can't be used now ({name}): {until}"
            try:
                warnings.warn(message, BudgetWarning, stacklevel=2)
            except BudgetWarning:  # the program turns warnings into errors, and this thread has no caller
                logger.error(message)  # noqa: TRY400  the text says it all
