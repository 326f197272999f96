"""The device flow: a program shows a code, and the user enters it elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..access.clock import ServerClock
from . import values
from .clients import GITHUB, OAuthClient

__all__ = ["DeviceRequest", "DeviceRequests", "PollState"]

PollState = Literal["pending", "slow_down", "expired", "denied", "approved"]
_SLOWER = 5.0
#: Seconds by which two times can differ because they are rounded.
_ROUNDING = 0.01


@dataclass
class DeviceRequest:
    """A sign-in that waits for the user."""

    client: OAuthClient
    """The program."""
    scopes: tuple[str, ...]
    """The requested scopes."""
    user_code: str
    """The code that the user enters."""
    device_code: str = field(repr=False)
    """The code that the program sends."""
    ends: float
    """End of both codes by the forge's time, in seconds since 1970."""
    interval: float
    """Seconds to wait between two requests. Each request that comes too early adds 5."""
    login: str | None = None
    """The user who has approved. None before."""
    denied: bool = False
    """Whether the user has denied."""
    polled: float | None = None
    """Time of the last request. None before the first one."""
    polls: int = 0
    """Number of requests for the token."""


class DeviceRequests:
    """The sign-ins of the device flow.

    Args:
        clock: the forge's clock.
    """

    def __init__(self, clock: ServerClock) -> None:
        self._clock = clock
        self.all: list[DeviceRequest] = []

    def begin(self, client: OAuthClient, scopes: tuple[str, ...]) -> DeviceRequest:
        """Begin a sign-in."""
        github = client.service == GITHUB
        created = DeviceRequest(
            client,
            scopes,
            values.user_code("-" if github else ""),
            values.gitlab_token()[: 40 if github else 64],
            self._clock.now() + client.code_expires_in,
            client.interval,
        )
        self.all.append(created)
        return created

    def of_user_code(self, code: str) -> DeviceRequest:
        """Return the sign-in with this code. ValueError if there is none, or the code has expired."""
        found = next((one for one in self.all if one.user_code == code.upper()), None)
        if found is None:
            raise ValueError(f"no sign-in has the code {code!r}")
        if self._clock.now() >= found.ends:
            raise ValueError(f"the code {code!r} has expired")
        return found

    def of_device_code(self, client: OAuthClient, code: str) -> DeviceRequest | None:
        """Return the sign-in of this program with this code, or None."""
        return next((one for one in self.all if one.device_code == code and one.client is client), None)

    def poll(self, request: DeviceRequest) -> PollState:
        """Count a request for the token, and return what to respond."""
        now = self._clock.now()
        last, request.polled = request.polled, now
        request.polls += 1
        if now >= request.ends:
            return "expired"
        if request.denied:
            return "denied"
        if last is not None and now - last < request.interval - _ROUNDING:
            request.interval += _SLOWER
            return "slow_down"
        return "pending" if request.login is None else "approved"

    def finish(self, request: DeviceRequest) -> None:
        """Remove a sign-in: its code cannot be used again."""
        self.all.remove(request)
