"""What the session reports to while a program records its calls. Imports nothing of OpenTelemetry."""

from __future__ import annotations

from typing import Protocol

from ..http.urls import BaseUrl
from ..profile import ProviderProfile
from ..ratelimit.pool import TokenPool

__all__ = ["CallRecord", "Hook", "Recorder", "hook"]


class CallRecord(Protocol):
    """The record of one call."""

    def sent(self, status: int | None, seconds: float, principal: str | None, code: str | None) -> None:
        """Note that a request was sent, and its result.

        Args:
            status: HTTP status. None if there was no complete response.
            seconds: Time from sending the request to the end of the response.
            principal: Label of the token. None if the request had none.
            code: Code of the error. None if there was none.
        """

    def retries(self, code: str, seconds: float) -> None:
        """Note that the call is sent again after ``seconds``, because of an error."""

    def waited(self, reason: str, seconds: float, principal: str | None) -> None:
        """Note that the call has waited for a rate limit.

        Args:
            reason: As in the event ``Waiting``.
            seconds: Time that it has waited.
            principal: Label of the token whose limit it was. None if unknown.
        """

    def end(self, error: BaseException | None = None) -> None:
        """Note that the call has ended, with an error or without."""


class Recorder(Protocol):
    """Records calls."""

    def start(
        self, method: str, url: str, profile: ProviderProfile, base_url: BaseUrl, pool: TokenPool
    ) -> CallRecord | None:
        """Return the record of a call that starts now. None if nothing is recorded.

        Args:
            method: HTTP method, in capitals.
            url: Absolute URL, of which only the template is recorded.
            profile: How to talk to the provider.
            base_url: Base URL of the API.
            pool: The tokens of the client.
        """

    def learn(self, profile: ProviderProfile, template: str) -> None:
        """Note the path template of a user's call, so that calls with such a path are recorded with it."""


class Hook:
    """Where the session finds the recorder of this process.

    Attributes:
        recorder: The recorder. None unless the program asked for one.
    """

    __slots__ = ("recorder",)

    def __init__(self) -> None:
        self.recorder: Recorder | None = None


hook: Hook = Hook()
