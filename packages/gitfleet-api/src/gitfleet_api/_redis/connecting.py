"""Clients of Redis servers: bounded in time, without retries, and with clear errors for wrong settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ..errors import ConfigurationError
from .address import RedisAddress

if TYPE_CHECKING:
    from redis import Redis

__all__ = ["TIMEOUT", "connect", "describe", "require_redis", "translated"]

T = TypeVar("T")

_LONGEST_TEXT = 200
TIMEOUT = 2.0
"""Seconds to connect, and to wait for a reply."""


def require_redis() -> None:
    """Import the client of Redis.

    Raises:
        ConfigurationError: It is not installed.
    """
    try:
        import redis  # noqa: F401  an extra, and an import of 60 ms
    except ImportError:
        message = "Redis needs its client, which is not installed: pip install 'gitfleet[redis]'"
        raise ConfigurationError(message) from None


def connect(address: RedisAddress, timeout: float = TIMEOUT) -> Redis:
    """Return a client for one thread. It connects with the first command, and must be closed.

    Args:
        address: The server.
        timeout: Seconds to connect, and to wait for a reply.

    Raises:
        ConfigurationError: Redis's client is not installed, or the URL has an option that it does not know.
    """
    require_redis()
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    try:
        client = Redis.from_url(
            address.url,
            username=address.username,
            password=address.password,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            decode_responses=False,
        )
        client.connection_pool.make_connection()  # checks the options, and does not connect
    except (TypeError, ValueError):
        raise ConfigurationError(f"{address.shown} has an option that the client of Redis does not know") from None
    return client


def translated(address: RedisAddress, command: Callable[[], T]) -> T:
    """Return what a command of a client returns.

    Raises:
        ConfigurationError: The server refuses this client, whatever it does: a wrong password, for instance.
        redis.RedisError: The server can't be used now.
    """
    from redis.exceptions import RedisError

    refusal: str | None = None
    try:
        return command()
    except RedisError as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
    # Raised here, without a context: local variables of its frames may have the password.
    raise ConfigurationError(f"{address.shown} refuses this client ({refusal})")


def describe(address: RedisAddress, error: Exception) -> str:
    """Return what an error of a command says, for a message: without the password, and short."""
    refusal = _refusal(error)
    if refusal is not None:
        return refusal
    text = " ".join(str(error).split()) or "no reply in time"
    if address.password is not None:
        text = text.replace(address.password, "***")
    return f"{type(error).__name__}: {text[:_LONGEST_TEXT]}"


def _refusal(error: Exception) -> str | None:
    """Return what is wrong with the settings, or None if it is something else, which may end by itself."""
    from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError

    text = str(error).lower()
    if isinstance(error, NoPermissionError):
        return "its user may not run the commands that are needed"
    if isinstance(error, AuthenticationError) or text.startswith(("noauth", "wrongpass", "err auth")):
        if "without any password" in text:
            return "it has no password, but one was given"
        return "wrong or missing password; set GITFLEET_REDIS_PASSWORD"
    if isinstance(error, ResponseError) and "db index" in text:
        return "wrong number of the database"
    return None
