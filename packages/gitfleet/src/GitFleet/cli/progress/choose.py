"""The choice of a progress display."""

from __future__ import annotations

import os
import sys

from .displays import Display, PlainDisplay, SilentDisplay
from .tally import Tally

__all__ = ["choose_display"]


def choose_display(tally: Tally, *, verbose: bool, quiet: bool = False) -> Display:
    """Return the display of a command.

    Args:
        tally: the counters to show.
        verbose: print each event that delays the command.
        quiet: print no event and no progress.

    Returns:
        A live display on a terminal; elsewhere plain lines if ``verbose`` is set, otherwise no progress.
    """
    if quiet:
        return SilentDisplay(tally, notices="none")
    if sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        from .live import LiveDisplay

        return LiveDisplay(tally, notices="all" if verbose else "important")
    return PlainDisplay(tally, notices="all") if verbose else SilentDisplay(tally)
