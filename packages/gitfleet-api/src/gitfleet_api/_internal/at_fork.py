"""What a forked child has to make anew: locks that another thread of the parent may have held."""

from __future__ import annotations

import os
import weakref
from typing import Protocol

__all__ = ["renew_after_fork"]


class _Renewable(Protocol):
    def _after_fork(self) -> None: ...


_known: weakref.WeakSet[_Renewable] = weakref.WeakSet()


def renew_after_fork(thing: _Renewable) -> None:
    """Call ``thing._after_fork()`` in every child of this process, for as long as it lives."""
    _known.add(thing)


def _renew() -> None:
    for thing in list(_known):
        thing._after_fork()  # noqa: SLF001  what this module exists for


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
