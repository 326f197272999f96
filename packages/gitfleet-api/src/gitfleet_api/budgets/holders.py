"""The workers that share one budget: what each was given and has spent in the present window."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["Holder", "Holders"]

_ACTIVE_FOR = 5.0
"""Seconds after its last wish for which a worker counts as one that needs calls."""
_AHEAD = 1.2
"""Multiple of an equal part from which on a worker is ahead of the others."""
_MOST_SILENT = 32
"""Workers without leases that are remembered separately, in case they were only stopped for a while."""


class Holder:
    """One worker.

    Attributes:
        leased: Calls that it was given in this window.
        spent: Calls that it has sent in this window.
        seen_at: When it last said something.
        wanted_at: When it last wanted calls.
    """

    __slots__ = ("leased", "seen_at", "spent", "wanted_at")

    def __init__(self, leased: int = 0, spent: int = 0, seen_at: float = 0.0, wanted_at: float = 0.0) -> None:
        self.leased: int = leased
        self.spent: int = spent
        self.seen_at: float = seen_at
        self.wanted_at: float = wanted_at

    def taken(self) -> int:
        """Return the calls that no other worker may use."""
        return max(self.leased, self.spent)


class Holders:
    """All workers of one budget.

    Attributes:
        gone: Calls that were spent in this window by workers that are not remembered any more.
    """

    __slots__ = ("_by_name", "gone")

    def __init__(self, gone: int = 0) -> None:
        self._by_name: dict[str, Holder] = {}
        self.gone: int = gone

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def __iter__(self) -> Iterator[tuple[str, Holder]]:
        return iter(self._by_name.items())

    def add(self, name: str, holder: Holder) -> None:
        """Add a worker as it was stored."""
        self._by_name[name] = holder

    def seen(self, name: str, now: float, *, wants: bool) -> Holder:
        """Return a worker that says something now."""
        holder = self._by_name.setdefault(name, Holder())
        holder.seen_at = now
        if wants:
            holder.wanted_at = now
        return holder

    def taken(self) -> int:
        """Return the calls of the window that workers were given or have spent."""
        return self.gone + sum(holder.taken() for holder in self._by_name.values())

    def spent(self) -> int:
        """Return the calls of the window that workers have spent."""
        return self.gone + sum(holder.spent for holder in self._by_name.values())

    def active(self, now: float) -> int:
        """Return how many workers need calls at present; at least 1."""
        return max(1, sum(holder.wanted_at > now - _ACTIVE_FOR for holder in self._by_name.values()))

    def begin_window(self, *, is_early: bool = False) -> None:
        """Start to count anew.

        Args:
            is_early: Whether the last window has ended before the time that was stated. Then workers may use their
                leases of it until they know, and the calls count in the new window.
        """
        self.gone = 0
        for holder in self._by_name.values():
            holder.leased = max(0, holder.leased - holder.spent) if is_early else 0
            holder.spent = 0

    def is_ahead(self, holder: Holder, now: float) -> bool:
        """Return whether a worker was given clearly more than the others that need calls."""
        active = [item for item in self._by_name.values() if item.wanted_at > now - _ACTIVE_FOR]
        return len(active) > 1 and holder.taken() * len(active) > _AHEAD * sum(item.taken() for item in active)

    def take_back(self, before: float) -> None:
        """Take back the unspent leases of workers that said nothing since ``before``."""
        silent = [(holder.seen_at, name) for name, holder in self._by_name.items() if holder.seen_at < before]
        for _, name in silent:
            holder = self._by_name[name]
            holder.leased = holder.spent
        # One that was only stopped reports its total again, which must not count twice; those without one can go.
        silent.sort(reverse=True)
        for position, (_, name) in enumerate(silent):
            if position >= _MOST_SILENT or not self._by_name[name].spent:
                self.gone += self._by_name.pop(name).spent
