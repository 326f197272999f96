"""The methods of a forge that inject faults of responses and connections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Unpack

from .connections import Drop, Reset, Stall, Trickle, Truncate
from .effect import Effect
from .listing_injection import ListingFaultInjection
from .refusals import RefusalReason, TokenRefusal
from .responses import Content, Corrupt, Fail, Garbage, RetryAfter, SecondaryLimit
from .rules import EffectFault, Every, Fault, FaultOptions, FaultScope

__all__ = ["FaultInjection"]


class FaultInjection(ListingFaultInjection):
    """Methods that inject faults. Rules are tried in the order in which they were added; the first match applies.

    Each method takes a path and the options of ``FaultOptions``: times (default 1), skip, lasts, method, when, after.
    The path is below ``forge.url`` or ``forge.gitlab_url``; with "/api/v4" in front it applies to GitLab only. It is
    exact, a pattern (``*`` also matches slashes: "/repos/*"), or None or "*" for any path.
    Links to further pages contain numeric ids instead of names. A path with a name also matches them:
    "/projects/acme%2Ftool/issues" matches "/projects/7/issues", and the other way round.

    Each method returns a ``Fault``, which counts its ``hits`` and can be cancelled. Invalid arguments raise ValueError.
    """

    def clear_faults(self) -> None:
        """Cancel all faults, including those of listings."""
        self._rules.clear()

    def faults_every(
        self,
        n: int,
        faults: Sequence[Effect],
        path: str | None = None,
        *,
        seed: int | None = None,
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Apply one of the faults to 1 of n matching requests. Without ``times`` this does not end.

        Args:
            n: number of requests per fault.
            faults: objects of gitfleet_testing.faults, which take turns: ``[Fail(502), Reset(), Truncate()]``.
            path: see the class.
            seed: None: each nth request. A number: random requests, the same ones for the same seed.
            options: see the class.

        Returns:
            The fault.
        """
        options.setdefault("times", None)
        return self._add_rule(Every(n, faults, FaultScope(path, **options), seed))

    def refuse(self, token: str, reason: RefusalReason = "suspended", *, owner: str | None = None) -> Fault:
        """Respond with 403 to all requests of a token, until the fault is cancelled.

        Args:
            token: the token.
            reason: "suspended" (the account), "sso" (the token is not authorized for the organization), "lifetime" (of
                the token, which the organization forbids), "ip" (the address is not on the organization's list),
                "scope" (the token has too few scopes) or "forbidden" (the response states no reason).
            owner: the account whose resources are refused: "acme". None: every request.

        Returns:
            The fault.
        """
        return self._add_rule(TokenRefusal(token, reason, owner))

    # -- responses

    def fail(
        self,
        path: str | None = None,
        status: int = 502,
        *,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        body: Content = b"",
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Send this response instead of the service's own.

        Args:
            path: see the class.
            status: from 200 to 599.
            headers: additional headers.
            body: bytes and text are sent unchanged, a dict or list as JSON.
            options: see the class.

        Returns:
            The fault.
        """
        return self._effect(Fail(status, headers, body), path, options)

    def secondary_limit(
        self,
        path: str | None = None,
        *,
        retry_after: RetryAfter = None,
        status: int = 403,
        message: bool = True,
        requests_to_trip: int | None = None,
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Respond with GitHub's secondary rate limit.

        Args:
            path: see the class.
            retry_after: seconds, an aware datetime, "date" (an HTTP date one second ahead), or None (no header).
            status: 403 or 429.
            message: whether the message of the body names the secondary limit.
            requests_to_trip: number of requests that pass first; another name for ``skip``.
            options: see the class. ``times=None, lasts=2`` is a limit of 2 seconds from its first hit.

        Returns:
            The fault.
        """
        if requests_to_trip is not None:
            options["skip"] = requests_to_trip
        return self._effect(SecondaryLimit(status, retry_after, message), path, options)

    def garbage(self, path: str | None = None, *, data: bytes | None = None, **options: Unpack[FaultOptions]) -> Fault:
        """Send bytes that are not HTTP and close the connection.

        Args:
            path: see the class.
            data: the bytes. None: a default.
            options: see the class.

        Returns:
            The fault.
        """
        return self._effect(Garbage() if data is None else Garbage(data), path, options)

    def corrupt(self, path: str | None = None, **options: Unpack[FaultOptions]) -> Fault:
        """Cut the JSON of the response in the middle. The HTTP message is complete.

        Args:
            path: see the class.
            options: see the class.

        Returns:
            The fault.
        """
        return self._effect(Corrupt(), path, options)

    # -- connections

    def drop(self, path: str | None = None, **options: Unpack[FaultOptions]) -> Fault:
        """Close the connection without a response.

        Args:
            path: see the class.
            options: see the class.

        Returns:
            The fault.
        """
        return self._effect(Drop(), path, options)

    def reset(
        self, path: str | None = None, *, after_bytes: int | None = None, **options: Unpack[FaultOptions]
    ) -> Fault:
        """Reset the connection (TCP RST).

        Args:
            path: see the class.
            after_bytes: bytes of the body to send first. None: reset before the response.
            options: see the class.

        Returns:
            The fault.
        """
        return self._effect(Reset(after_bytes), path, options)

    def stall(
        self,
        path: str | None = None,
        *,
        seconds: float | None = 1.0,
        where: Literal["head", "body"] = "head",
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Stay silent before the response or in the middle of its body, then continue.

        Args:
            path: see the class.
            seconds: duration. None: until the client closes the connection or the forge stops.
            where: "head" or "body". If the client closes the connection during a stall of the head, the request is not
                handled, unless ``after=True``.
            options: see the class.

        Returns:
            The fault.
        """
        return self._effect(Stall(seconds, where), path, options)

    def trickle(
        self, path: str | None = None, *, bytes_per_second: float = 1000.0, **options: Unpack[FaultOptions]
    ) -> Fault:
        """Send the body slowly.

        Args:
            path: see the class.
            bytes_per_second: speed of the body.
            options: see the class.

        Returns:
            The fault.
        """
        return self._effect(Trickle(bytes_per_second), path, options)

    def truncate(self, path: str | None = None, *, keep: float = 0.5, **options: Unpack[FaultOptions]) -> Fault:
        """Send the full Content-Length and only a part of the body, then close the connection.

        Args:
            path: see the class.
            keep: an int is a number of bytes, a float below 1 is a share.
            options: see the class.

        Returns:
            The fault.
        """
        return self._effect(Truncate(keep), path, options)

    # -- internal

    def _effect(self, effect: Effect, path: str | None, options: FaultOptions) -> Fault:
        return self._add_rule(EffectFault([effect], FaultScope(path, **options)))
