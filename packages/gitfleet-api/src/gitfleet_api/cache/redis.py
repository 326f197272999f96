"""A cache in Redis, which processes on many machines share."""

from __future__ import annotations

import asyncio
import warnings
import weakref
from collections.abc import Collection

from .._internal.redacted import RedactedStr
from .._internal.reference import Reference
from .._internal.text import shorten_repr
from .._redis.address import parse_prefix, parse_redis_url
from .._redis.connecting import TIMEOUT, describe
from .._redis.pause import Pause
from .._redis.sender import Command, Sender
from ..errors import ConfigurationError
from .entry import Cache, CacheEntry, CacheWarning
from .packing import pack, unpack

__all__ = ["RedisCache"]

_PATIENCE = 2 * TIMEOUT
"""Seconds that a call waits at most: to connect, and for a reply."""
_LONGEST_TTL = 10 * 365 * 86_400


class RedisCache(Cache):
    """A cache in a Redis server (or one that speaks its protocol), which processes on many machines share.

    Entries expire by themselves; what a full server does with them is its own setting (``maxmemory-policy``). They
    contain no tokens, but data that only their owners may see. Needs ``pip install 'gitfleet[redis]'``.

    No failure of the server is an error of a call: such calls find nothing and store nothing, and a
    :class:`CacheWarning` reports each kind of failure once. A call waits at most 4 seconds for the server. After a
    failure it is not asked for 1 to 60 seconds. One object serves any number of event loops and threads with one
    connection, which is closed when it has not been used for 10 seconds.

    Args:
        url: ``redis://HOST:PORT/DB``, ``rediss://...`` with TLS, or ``unix:///PATH``. It may have a name and a
            password.
        prefix: Beginning of all keys. Processes with the same prefix share their entries.
        password: The password, if it is not in the URL. Without one there, that of the variable
            ``GITFLEET_REDIS_PASSWORD`` is used.
        ttl: Seconds after its last use after which an entry expires.
        max_entry_bytes: Largest entry, in bytes. A larger one is neither stored nor read.

    Raises:
        ConfigurationError: An argument is invalid, or the client of Redis is not installed.
    """

    def __init__(
        self,
        url: str,
        *,
        prefix: str = "gitfleet",
        password: str | None = None,
        ttl: int = 14 * 86_400,
        max_entry_bytes: int = 8 * 1024 * 1024,
    ) -> None:
        self._address = parse_redis_url(url, RedactedStr(password) if isinstance(password, str) else password)
        self._prefix = parse_prefix(prefix)
        self._ttl = _checked("ttl", ttl, _LONGEST_TTL)
        self._max = _checked("max_entry_bytes", max_entry_bytes, 512 * 1024 * 1024)
        self._sender = Sender(self._address)
        weakref.finalize(self, self._sender.stop).atexit = False  # the sender itself ends with the process
        self._pause = Pause(_PATIENCE)
        self._write_pause = Pause(_PATIENCE)
        self._reported: set[str] = set()

    def __repr__(self) -> str:
        return f"<RedisCache {self._address.shown!r}, prefix {self._prefix!r}>"

    def __reduce__(self) -> str:
        raise TypeError("a RedisCache may hold a password and can't be pickled; create it where it is needed")

    def reference(self) -> Reference[Cache] | None:
        """Return how another process opens the same entries. None if the password was given as text.

        A worker takes the password from the variable ``GITFLEET_REDIS_PASSWORD``.
        """
        if self._address.has_own_password:
            return None
        url, limits = self._address.url_with_name, (("ttl", self._ttl), ("max_entry_bytes", self._max))
        return Reference(RedisCache, (("url", url), ("prefix", self._prefix), *limits))

    async def get(self, key: str) -> CacheEntry | None:
        """Return the entry that is stored under ``key``, or None. It expires later then.

        Args:
            key: 64 hexadecimal digits. It contains no token.
        """
        name = self._name(key)
        # No more than the bound is read, whatever is stored there.
        replies = await self._send(("GETRANGE", name, 0, self._max), ("EXPIRE", name, self._ttl))
        return self._entry(key, replies[0]) if replies else None

    async def put(self, key: str, entry: CacheEntry) -> None:
        """Store an entry.

        Args:
            key: 64 hexadecimal digits. It contains no token.
            entry: The response to store.
        """
        try:
            data = pack(key, entry)
        except (TypeError, ValueError, RecursionError) as error:
            self._report("entry", f"cannot store an entry: {error}")
            return
        if len(data) <= self._max and self._write_pause.may_try():
            for reply in await self._send(("SET", self._name(key), data, "EX", self._ttl)):
                if isinstance(reply, Exception):  # such as a full server, from which entries can be read
                    self._failed(reply, self._write_pause)
                else:
                    self._write_pause.succeed()

    async def stored(self, keys: Collection[str]) -> set[str]:
        """Return those of some keys under which an entry is stored.

        Args:
            keys: Keys, as for :meth:`get`.
        """
        keys = list(keys)
        replies = await self._send(*(("EXISTS", self._name(key)) for key in keys))
        for reply in replies:
            if isinstance(reply, Exception):
                self._failed(reply, self._pause)
                return set()
        return {key for key, reply in zip(keys, replies, strict=False) if reply}

    async def aclose(self) -> None:
        """Close the connections. Later calls find nothing and store nothing."""
        await asyncio.to_thread(self._sender.close)

    def _name(self, key: str) -> str:
        return f"{self._prefix}:response:{key}"

    async def _send(self, *commands: Command) -> list[object]:
        """Return a reply to each command, which may be an exception; nothing if the server cannot be used now."""
        if not self._pause.may_try():
            return []
        running = self._sender.send(commands)
        if running is None:
            return []
        try:
            async with asyncio.timeout(_PATIENCE):
                replies = await asyncio.wrap_future(running)
        except TimeoutError as error:
            replies = error
        if isinstance(replies, Exception):
            self._failed(replies, self._pause)
            return []
        self._pause.succeed()
        return replies

    def _entry(self, key: str, reply: object) -> CacheEntry | None:
        """Return the entry in a reply of the server, or None."""
        if isinstance(reply, Exception) and not str(reply).startswith("WRONGTYPE"):
            self._failed(reply, self._pause)
            return None
        if reply == b"":
            return None
        entry = unpack(key, reply) if isinstance(reply, bytes) and len(reply) <= self._max else None
        if entry is None:
            self._report("entry", "has an entry that is damaged or of another program; it is not used")
        return entry

    def _failed(self, error: Exception, pause: Pause) -> None:
        """Handle a failure of the server. Nothing but a warning leaves this cache."""
        pause.fail()
        self._report("unusable", f"cannot be used: {describe(self._address, error)}")

    def _report(self, kind: str, problem: str) -> None:
        if kind not in self._reported:
            self._reported.add(kind)
            warnings.warn(f"the cache {self._address.shown} {problem}", CacheWarning, stacklevel=2)


def _checked(name: str, value: object, largest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= largest:
        raise ConfigurationError(f"{name} must be an integer from 1 to {largest}, not {shorten_repr(value)}")
    return value
