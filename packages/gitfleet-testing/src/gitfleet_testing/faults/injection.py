"""The methods of a forge that inject faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Unpack

from ..data.fleet import Fleet
from .connections import Drop, Reset, Stall, Trickle, Truncate
from .effect import Effect
from .pages import Endless, HideTotals, OnPage, Relink, RepeatPage
from .responses import Content, Corrupt, Fail, Garbage, RetryAfter, SecondaryLimit
from .rules import EffectFault, Every, Fault, FaultOptions, FaultRules, FaultScope

__all__ = ["FaultInjection"]

_NOW = "2099-01-01T00:00:00Z"


class FaultInjection:
    """Methods that inject faults. Rules are tried in the order in which they were added; the first match applies.

    Each method takes a path and the options of ``FaultOptions``: times (default 1), skip, lasts, method, when, after.
    The path is below ``forge.url`` or ``forge.gitlab_url``; with "/api/v4" in front it applies to GitLab only. It is
    exact, a pattern (``*`` also matches slashes: "/repos/*"), or None or "*" for any path.
    Links to further pages contain numeric ids instead of names. A path with a name also matches them:
    "/projects/acme%2Ftool/issues" matches "/projects/7/issues", and the other way round.

    Each method returns a ``Fault``, which counts its ``hits`` and can be cancelled. Invalid arguments raise ValueError.
    """

    fleet: Fleet
    _rules: FaultRules

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

    # -- pages

    def on_page(self, path: str, page: int, do: Callable[[], object], **options: Unpack[FaultOptions]) -> Fault:
        """Call a function just before a page of the listing is served, once by default.

        Args:
            path: see the class.
            page: number of the page, from 1.
            do: the function. It runs in the server's thread; an exception becomes a response with status 500.
            options: see the class.

        Returns:
            The fault.
        """
        return self._add_rule(OnPage(page, do, FaultScope(path, **options)))

    def shift_pages(
        self,
        path: str,
        page: int = 2,
        *,
        add: str | None = None,
        remove: str | None = None,
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Add or remove a repository just before a page of a listing is served, so that its rows move.

        Args:
            path: see the class.
            page: number of the page, from 1.
            add: "owner/name" of a repository to add. It is the newest, so it comes first in listings of organizations.
            remove: "owner/name" of a repository to remove.
            options: see the class.

        Returns:
            The fault.

        Raises:
            ValueError: not exactly one of ``add`` and ``remove`` is given.
        """
        if (add is None) == (remove is None):
            raise ValueError("shift_pages needs either add='owner/name' or remove='owner/name'")

        def shift() -> None:
            if add is not None:
                owner, _, name = add.rpartition("/")
                self.fleet.add_repository(owner, name, created_at=_NOW, updated_at=_NOW, pushed_at=_NOW)
            if remove is not None:
                self.fleet.remove(remove)

        return self.on_page(path, page, shift, **options)

    def repeat_page(self, path: str, page: int = 3, **options: Unpack[FaultOptions]) -> Fault:
        """Serve the same page for all later ones, each with a link to a next page. Without ``times`` this does not end.

        Args:
            path: see the class.
            page: number of the page to repeat, from 1.
            options: see the class.

        Returns:
            The fault.
        """
        options.setdefault("times", None)
        return self._add_rule(RepeatPage(page, FaultScope(path, **options)))

    def endless(self, path: str, *, with_last: bool = False, **options: Unpack[FaultOptions]) -> Fault:
        """Make the listing endless: every page is full of copies of the first row with rising ids.

        Args:
            path: see the class.
            with_last: whether each page links to a last page, which is always ten pages ahead.
            options: see the class; ``times`` is None by default.

        Returns:
            The fault.
        """
        options.setdefault("times", None)
        return self._add_rule(Endless(FaultScope(path, **options), with_last=with_last))

    def hide_totals(self, path: str | None = None, **options: Unpack[FaultOptions]) -> Fault:
        """Link to the next and the previous page, but not to the last one, and send no totals.

        Args:
            path: see the class.
            options: see the class; ``times`` is None by default.

        Returns:
            The fault.
        """
        options.setdefault("times", None)
        return self._add_rule(HideTotals(FaultScope(path, **options)))

    def relink(
        self,
        path: str | None = None,
        *,
        origin: str | None = None,
        target: str | None = None,
        rels: Iterable[str] = ("next", "prev", "last", "first"),
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Change the origin, the path or both of links (Link) and redirects (Location).

        Args:
            path: see the class.
            origin: scheme, host and port, such as "http://other:8080". None: unchanged.
            target: the path. None: unchanged.
            rels: the relations of the Link header to change.
            options: see the class; ``times`` is None by default.

        Returns:
            The fault.
        """
        options.setdefault("times", None)
        return self._add_rule(Relink(origin, target, rels, FaultScope(path, **options)))

    # -- internal

    def _effect(self, effect: Effect, path: str | None, options: FaultOptions) -> Fault:
        return self._add_rule(EffectFault([effect], FaultScope(path, **options)))

    def _add_rule(self, rule: Fault) -> Fault:
        self._rules.add(rule)
        return rule
