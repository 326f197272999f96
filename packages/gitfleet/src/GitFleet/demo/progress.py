"""Progress of the demo, on stderr: a bar in a terminal, five lines elsewhere."""

from __future__ import annotations

import sys

__all__ = ["Progress"]

_WIDTH = 30
_LINES = 5


class Progress:
    """Shows how much of some work is done.

    Args:
        label: What works, such as an engine.
        total: The amount of work.
    """

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = max(total, 1)
        self._shown = 0

    def show(self, done: int, detail: str = "") -> None:
        """Show that `done` of the total is done."""
        if sys.stderr.isatty():
            filled = min(_WIDTH * done // self._total, _WIDTH)
            bar = "#" * filled + "-" * (_WIDTH - filled)
            print(
                f"\r{self._label:<7} [{bar}] {done} of {self._total} {detail:<30}", end="", file=sys.stderr, flush=True
            )
            return
        step = done * _LINES // self._total
        if step > self._shown:
            self._shown = step
            print(f"{self._label:<7} {done} of {self._total} {detail}".rstrip(), file=sys.stderr, flush=True)

    def end(self) -> None:
        """End the line of the bar."""
        if sys.stderr.isatty():
            print(file=sys.stderr, flush=True)
