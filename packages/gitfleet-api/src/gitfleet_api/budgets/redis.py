"""Budgets in Redis, for processes on any number of machines."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .._internal.at_fork import renew_after_fork
from .._internal.redacted import RedactedStr
from .._internal.reference import Reference
from .._redis.address import parse_prefix, parse_redis_url
from .._redis.connecting import connect, require_redis, translated
from .base import BudgetReply, BudgetReport, Budgets
from .encoding import decode, encode, for_store, for_worker
from .policy import exchange

if TYPE_CHECKING:
    from redis import Redis

__all__ = ["RedisBudgets"]

# Sets each budget if it still has the version that this worker has seen, and else returns it. A worker that has failed
# several times asks for the next turn: until it has set the budget, or its turn is over, others fail.
_SCRIPT = """
local worker, replies = ARGV[1], {}
for number = 1, #KEYS / 2 do
  local key, turn_key = KEYS[2 * number - 1], KEYS[2 * number]
  local stored, turn = redis.call('GET', key) or '', redis.call('GET', turn_key)
  if (not turn or turn == worker) and string.sub(stored, 1, 12) == ARGV[3 * number] then
    redis.call('SET', key, ARGV[3 * number + 1], 'PX', ARGV[3 * number + 2])
    if turn then redis.call('DEL', turn_key) end
    replies[number] = 1
  else
    if not turn and ARGV[2] == '1' then redis.call('SET', turn_key, worker, 'PX', 500) end
    replies[number] = stored
  end
end
return {redis.call('TIME'), replies}
"""
_VERSION_LENGTH = 12
_TURN_AFTER = 2
"""Failed attempts after which a worker asks for a turn."""
_LONGEST_PAUSE = 0.032
"""Seconds between two attempts to change a budget that others change at the same time."""
_PATIENCE = 5.0


class RedisBudgets(Budgets):
    """Budgets that processes on many machines share through a Redis server (or one that speaks its protocol).

    The keys are hashes of tokens or logins; no secret is stored. They expire when they don't matter any more. Times
    are those of the server's clock. Needs ``pip install 'gitfleet[redis]'``.

    Args:
        url: ``redis://HOST:PORT/DB``, ``rediss://...`` with TLS, or ``unix:///PATH``. It may have a name and a
            password.
        prefix: Beginning of all keys. Workers with the same prefix share.
        password: The password, if it is not in the URL. Without both, that of the variable
            ``GITFLEET_REDIS_PASSWORD``.
        reserve: Calls of each window of each budget that are left for other programs; at most half of the window.

    Raises:
        ConfigurationError: The URL or another argument is invalid, or the client of Redis is not installed.
    """

    def __init__(self, url: str, *, prefix: str = "gitfleet", password: str | None = None, reserve: int = 0) -> None:
        super().__init__(reserve=reserve)
        self._address = parse_redis_url(url, None if password is None else RedactedStr(password))
        self.prefix: str = parse_prefix(prefix)
        require_redis()
        connect(self._address).close()  # checks the options of the URL
        self._client: Redis | None = None
        self._process = os.getpid()
        self._offset: tuple[float, float] | None = None  # the server's time when the machine's clock was at 0
        self._seen: dict[str, tuple[str, str]] = {}  # version and state of each budget, as last seen
        self._lock = threading.RLock()  # each token pool has a thread
        renew_after_fork(self)

    def __repr__(self) -> str:
        return f"RedisBudgets({self._address.shown!r}, prefix={self.prefix!r}, reserve={self.reserve})"

    def __reduce__(self) -> str:
        raise TypeError("RedisBudgets may hold a password and can't be pickled; create them where they are needed")

    def reference(self) -> Reference[Budgets] | None:
        """Return how another process opens the same budgets; None if that needs a password that was given as text."""
        if self._address.has_own_password:
            return None
        arguments = (("url", self._address.url_with_name), ("prefix", self.prefix), ("reserve", self.reserve))
        return Reference(RedisBudgets, arguments)

    def exchange(self, worker: str, reports: Sequence[BudgetReport], now: float) -> list[BudgetReply]:
        """Record what a worker says, lease what it wants, and return a reply for each report.

        Raises:
            TimeoutError: Others changed a budget all the time.
        """
        began = time.monotonic()
        with self._lock:
            return self._exchange_all(worker, reports, now, began)

    def _exchange_all(
        self, worker: str, reports: Sequence[BudgetReport], now: float, began: float
    ) -> list[BudgetReply]:
        if self._process != os.getpid():  # the connection belongs to the parent
            self._client, self._process = None, os.getpid()
        try:
            if self._offset is None:
                self._send(worker, [], [], wants_turn=False)
            replies: dict[str, BudgetReply] = {}
            attempt = 0
            while missing := [report for report in reports if report.key not in replies]:
                if attempt > _TURN_AFTER:  # not all at once: at most 4, 8, 16 ... milliseconds
                    time.sleep(min(_LONGEST_PAUSE, 0.0005 * 2**attempt) * os.urandom(1)[0] / 255)
                passed = time.monotonic() - began
                if passed > _PATIENCE:
                    raise TimeoutError("others change the budget all the time")
                replies |= self._try(worker, missing, now + passed, wants_turn=attempt >= _TURN_AFTER)
                attempt += 1
            return [replies[report.key] for report in reports]
        except BaseException:
            self.close()
            raise

    def _try(
        self, worker: str, reports: Sequence[BudgetReport], now: float, *, wants_turn: bool
    ) -> dict[str, BudgetReply]:
        """Apply reports to the states that were last seen. Return the replies of those that no one else has changed."""
        assert self._offset is not None  # noqa: S101  for the type checker
        present = time.monotonic() + self._offset[0]
        offset = present - now
        written: list[tuple[str, str, int]] = []
        replies: list[BudgetReply] = []
        for report in reports:
            _, text = self._seen.get(report.key, ("", ""))
            state = decode(text or None)
            replies.append(exchange(state, worker, for_store(report, offset), self.reserve, present))
            lifetime = max(1000, int((state.expires_at(present) - present) * 1000))
            written.append((os.urandom(_VERSION_LENGTH // 2).hex(), encode(state), lifetime))
        stored = self._send(worker, [report.key for report in reports], written, wants_turn=wants_turn)
        done: dict[str, BudgetReply] = {}
        for report, reply, (version, text, _), found in zip(reports, replies, written, stored, strict=True):
            if found is None:
                self._seen[report.key] = (version, text)
                done[report.key] = for_worker(reply, offset)
            else:
                self._seen[report.key] = (found[:_VERSION_LENGTH], found[_VERSION_LENGTH:])
        return done

    def _send(
        self, worker: str, keys: Sequence[str], written: Sequence[tuple[str, str, int]], *, wants_turn: bool
    ) -> list[str | None]:
        """Run the script. Return for each key None, or its value if that has changed."""
        client = self._client = self._client or connect(self._address)
        names = [f"{{{self.prefix}}}:budget:{key}{suffix}" for key in keys for suffix in ("", ":turn")]
        arguments: list[str | int] = [worker, int(wants_turn)]
        for key, (version, text, lifetime) in zip(keys, written, strict=True):
            arguments += [self._seen.get(key, ("", ""))[0], version + text, lifetime]
        sent = time.monotonic()
        script = client.register_script(_SCRIPT)
        reply = translated(self._address, lambda: script(keys=names, args=arguments))
        received = time.monotonic()
        (seconds, microseconds), stored = reply
        # The middle of the round trip; one that was short is remembered, because it is nearer to the truth.
        error = (received - sent) / 2
        if self._offset is None or error <= self._offset[1] * 1.1 or error < 0.002:
            self._offset = (int(seconds) + int(microseconds) / 1e6 - (sent + received) / 2, error)
        return [None if item == 1 else bytes(item).decode() for item in stored]

    def close(self) -> None:
        """Close the connection. A later exchange opens it again."""
        with self._lock:
            client, self._client = self._client, None
            self._offset = None
            self._seen.clear()
            if client is not None:
                with contextlib.suppress(Exception):
                    client.close()

    def _after_fork(self) -> None:
        self._lock = threading.RLock()
