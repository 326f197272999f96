"""Renewal of locks in forked children: another thread of the parent may have acquired them."""

from __future__ import annotations

import os
import weakref
from typing import Protocol

__all__ = ["renew_after_fork"]


class _Renewable(Protocol):
    def _after_fork(self) -> None: ...


_registered: weakref.WeakSet[_Renewable] = weakref.WeakSet()


def renew_after_fork(thing: _Renewable) -> None:
    """Call ``thing._after_fork()`` in every forked child of this process. Keeps only a weak reference."""
    _registered.add(thing)


def _renew() -> None:
    for thing in list(_registered):
        thing._after_fork()  # noqa: SLF001  the protocol of this module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
