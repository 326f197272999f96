"""The methods of a forge that inject faults of listings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Unpack

from ..data.fleet import Fleet
from .pages import Endless, HideTotals, OnPage, Relink, RepeatPage
from .rules import Fault, FaultOptions, FaultRules, FaultScope

__all__ = ["ListingFaultInjection"]

#: Times of repositories that ``shift_pages`` adds, later than all others.
_LATEST = "2099-01-01T00:00:00Z"


class ListingFaultInjection:
    """Methods that inject faults of listings. Paths and options are those of ``FaultInjection``."""

    fleet: Fleet
    _rules: FaultRules

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
                self.fleet.add_repository(owner, name, created_at=_LATEST, updated_at=_LATEST, pushed_at=_LATEST)
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

    def _add_rule(self, rule: Fault) -> Fault:
        self._rules.add(rule)
        return rule
