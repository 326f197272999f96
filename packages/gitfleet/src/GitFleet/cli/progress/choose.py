"""The choice of a progress display."""

from __future__ import annotations

import os
import sys

from .displays import Display, PlainDisplay, SilentDisplay
from .tally import Tally

__all__ = ["choose_display"]


def choose_display(tally: Tally, *, verbose: bool) -> Display:
    """Return a live display on a terminal; elsewhere plain lines if ``verbose`` is set, otherwise no output."""
    if sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        from .live import LiveDisplay

        return LiveDisplay(tally, verbose=verbose)
    return PlainDisplay(tally) if verbose else SilentDisplay(tally)
