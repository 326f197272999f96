"""The methods of a forge that make it misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Unpack

from ..data.fleet import Fleet
from .connections import Drop, Reset, Stall, Trickle, Truncate
from .effect import Effect
from .pages import Endless, HideTotals, OnPage, Relink, RepeatPage
from .responses import Content, Corrupt, Fail, Garbage, RetryAfter, SecondaryLimit
from .rules import EffectFault, Every, Fault, FaultOptions, FaultRules, Scope

__all__ = ["FaultInjection"]

_NOW = "2099-01-01T00:00:00Z"


class FaultInjection:
    """Faults that requests meet, by rules tried in the order in which they were added; the first that fits counts.

    Each method takes a path below ``forge.url``, or below ``forge.gitlab_url`` (with "/api/v4" in front it is about
    GitLab alone): exact, or a pattern ("/repos/*": ``*`` stands for slashes too), or None or "*" for any; and the
    further arguments of ``Which``: times (default 1), skip, lasts, method, when, after. A path with a login or a name
    is also that of the further pages, which have numbers instead; on GitLab "/projects/acme%2Ftool/issues" is also
    "/projects/7/issues", and the other way round.
    Each returns a Fault, which counts its ``hits`` and can be cancelled. ValueError: an argument makes no sense.
    """

    fleet: Fleet
    _rules: FaultRules

    def clear_faults(self) -> None:
        """Cancel all faults, those about pages too."""
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
        """Let 1 of n matching requests meet one of the faults, which take turns; for ever, unless ``times`` says else.

        Args:
            n: how many requests a fault.
            faults: of gitfleet_testing.faults: ``[Fail(502), Reset(), Truncate()]``.
            path: see the class.
            seed: None: each nth request; a number: at random, but the same ones for the same number.
            which: see the class.
        """
        options.setdefault("times", None)
        return self._added(Every(n, faults, Scope(path, **options), seed))

    # -- answers

    def fail(
        self,
        path: str | None = None,
        status: int = 502,
        *,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        body: Content = b"",
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Answer with this instead: bytes and text as they are, a dict or list as JSON."""
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
        """Answer as GitHub does when too much comes at once.

        Args:
            path: see the class.
            retry_after: seconds, an aware datetime, "date" (a date one second ahead), None (no header).
            status: 403 or 429.
            message: whether the body says what it is.
            requests_to_trip: so many requests pass first; another name for ``skip``.
            which: see the class; ``times=None, lasts=2`` is a limit of 2 seconds from its first hit.
        """
        if requests_to_trip is not None:
            options["skip"] = requests_to_trip
        return self._effect(SecondaryLimit(status, retry_after, message), path, options)

    def garbage(self, path: str | None = None, *, data: bytes | None = None, **options: Unpack[FaultOptions]) -> Fault:
        """Send bytes that are not HTTP, and close the connection."""
        return self._effect(Garbage() if data is None else Garbage(data), path, options)

    def corrupt(self, path: str | None = None, **options: Unpack[FaultOptions]) -> Fault:
        """Cut the JSON of the answer in the middle; the answer is whole as HTTP."""
        return self._effect(Corrupt(), path, options)

    # -- connections

    def drop(self, path: str | None = None, **options: Unpack[FaultOptions]) -> Fault:
        """Take the request and close the connection without an answer."""
        return self._effect(Drop(), path, options)

    def reset(
        self, path: str | None = None, *, after_bytes: int | None = None, **options: Unpack[FaultOptions]
    ) -> Fault:
        """Reset the connection (TCP RST): before the answer, or after so many bytes of its body."""
        return self._effect(Reset(after_bytes), path, options)

    def stall(
        self,
        path: str | None = None,
        *,
        seconds: float | None = 1.0,
        where: Literal["head", "body"] = "head",
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Be silent so long before the answer or in the middle of its body, then go on.

        ``seconds=None``: until the client leaves or the forge stops. A client that leaves before the head finds
        nothing done, unless ``after=True``.
        """
        return self._effect(Stall(seconds, where), path, options)

    def trickle(
        self, path: str | None = None, *, bytes_per_second: float = 1000.0, **options: Unpack[FaultOptions]
    ) -> Fault:
        """Send the body slowly."""
        return self._effect(Trickle(bytes_per_second), path, options)

    def truncate(self, path: str | None = None, *, keep: float = 0.5, **options: Unpack[FaultOptions]) -> Fault:
        """Promise the whole body, send so many bytes (int) or such a share (float) of it, and close the connection."""
        return self._effect(Truncate(keep), path, options)

    # -- pages

    def on_page(self, path: str, page: int, do: Callable[[], object], **options: Unpack[FaultOptions]) -> Fault:
        """Call ``do()`` just before that page of the listing is served; in the server's thread, once.

        What ``do`` raises becomes a 500.
        """
        return self._added(OnPage(page, do, Scope(path, **options)))

    def shift_pages(
        self,
        path: str,
        page: int = 2,
        *,
        add: str | None = None,
        remove: str | None = None,
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Add or remove a repository ("owner/name") before that page of a listing is served, so that its rows move.

        The added one is the newest, which in the lists of organizations makes it the first.

        Raises:
            ValueError: not one of ``add`` and ``remove``.
        """
        if (add is None) == (remove is None):
            raise ValueError("either add=OWNER/NAME or remove=OWNER/NAME")

        def shift() -> None:
            if add is not None:
                owner, _, name = add.rpartition("/")
                self.fleet.add_repository(owner, name, created_at=_NOW, updated_at=_NOW, pushed_at=_NOW)
            if remove is not None:
                self.fleet.remove(remove)

        return self.on_page(path, page, shift, **options)

    def repeat_page(self, path: str, page: int = 3, **options: Unpack[FaultOptions]) -> Fault:
        """Give that page again for all that follow it, each with a link to a next one; for ever."""
        options.setdefault("times", None)
        return self._added(RepeatPage(page, Scope(path, **options)))

    def endless(self, path: str, *, with_last: bool = False, **options: Unpack[FaultOptions]) -> Fault:
        """Make the listing one without an end: copies of its first row, with rising ids; for ever.

        Each page is full and has a next one; ``with_last``: and a last one, ten pages on from each.
        """
        options.setdefault("times", None)
        return self._added(Endless(Scope(path, **options), with_last=with_last))

    def hide_totals(self, path: str | None = None, **options: Unpack[FaultOptions]) -> Fault:
        """Link to the next and the previous page, but not to the last; for ever."""
        options.setdefault("times", None)
        return self._added(HideTotals(Scope(path, **options)))

    def relink(
        self,
        path: str | None = None,
        *,
        origin: str | None = None,
        target: str | None = None,
        rels: Iterable[str] = ("next", "prev", "last", "first"),
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Lead links (Link) and redirects (Location) to another origin, another path, or both; for ever."""
        options.setdefault("times", None)
        return self._added(Relink(origin, target, rels, Scope(path, **options)))

    # -- within

    def _effect(self, effect: Effect, path: str | None, options: FaultOptions) -> Fault:
        return self._added(EffectFault([effect], Scope(path, **options)))

    def _added(self, rule: Fault) -> Fault:
        self._rules.add(rule)
        return rule
