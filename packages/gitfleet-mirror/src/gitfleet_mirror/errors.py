"""The error of a mirror's file."""

from __future__ import annotations

from typing import ClassVar

from gitfleet_api import GitFleetError

__all__ = ["MirrorError"]


class MirrorError(GitFleetError):
    """The file of a mirror cannot be used. What was committed to it stays.

    ``code`` is ``mirror_in_use`` (by another update), ``mirror_locked`` (by another program that writes to it),
    ``mirror_full`` (no space, or the file may not grow), ``mirror_damaged`` or ``mirror_failed``.
    """

    default_code: ClassVar[str] = "mirror_failed"
