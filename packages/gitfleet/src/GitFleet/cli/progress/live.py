"""Live progress on a terminal, drawn by Rich. Imported only on a terminal, because the import takes 25 ms."""

from __future__ import annotations

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from ..output.sanitize import single_line
from .displays import Display, Notices
from .tally import Tally

__all__ = ["LiveDisplay"]


class LiveDisplay(Display):
    """One line that is redrawn eight times per second and removed at the end.

    Args:
        tally: the counters to show.
        notices: the events to print above the progress.
    """

    def __init__(self, tally: Tally, *, notices: Notices = "important") -> None:
        super().__init__(tally, notices=notices)
        self._console = Console(stderr=True, highlight=False)
        self._spinner = Spinner("dots")
        # Rich draws in a separate thread, so the line is also updated while a page is decoded.
        self._live = Live(
            console=self._console,
            get_renderable=self._render,
            refresh_per_second=8,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def start(self) -> None:
        """Start to draw the line."""
        self._live.start(refresh=True)

    def stop(self) -> None:
        """Remove the line from the screen."""
        self._live.stop()

    def print_line(self, text: str) -> None:
        """Write a line above the progress."""
        self._console.print(Text(f"gitfleet: {single_line(text)}"), soft_wrap=True)

    def _render(self) -> Spinner:
        self._spinner.update(text=Text(" · ".join(self.tally.parts()), no_wrap=True, overflow="ellipsis"))
        return self._spinner
