"""What happens at forks: locks are renewed in the child, and files that must not be inherited are closed before."""

from __future__ import annotations

import os
import weakref
from typing import Protocol

__all__ = ["hold_at_fork", "renew_after_fork"]


class _Renewable(Protocol):
    def _after_fork(self) -> None: ...


_registered: weakref.WeakSet[_Renewable] = weakref.WeakSet()


def renew_after_fork(thing: _Renewable) -> None:
    """Call ``thing._after_fork()`` in every forked child of this process. Keeps only a weak reference."""
    _registered.add(thing)


class _Holdable(Protocol):
    def _before_fork(self) -> None: ...

    def _after_fork(self) -> None: ...


_held: weakref.WeakSet[_Holdable] = weakref.WeakSet()
_holding: list[_Holdable] = []


def hold_at_fork(thing: _Holdable) -> None:
    """Call ``thing._before_fork()`` before every fork, and ``thing._after_fork()`` then in the parent and in the child.

    Keeps only a weak reference.
    """
    _held.add(thing)


def _hold() -> None:
    for thing in list(_held):
        thing._before_fork()  # noqa: SLF001  the protocol of this module
        _holding.append(thing)


def _release() -> None:
    while _holding:
        _holding.pop()._after_fork()  # noqa: SLF001


def _renew() -> None:
    for thing in list(_registered):
        thing._after_fork()  # noqa: SLF001  the protocol of this module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
    os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_release)
