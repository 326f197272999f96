"""Live progress on a terminal, by Rich; imported only where there is one (25 ms)."""

from __future__ import annotations

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from gitfleet_api import Event

from .progress import Display, Tally, delay_told
from .safe_text import one_line

__all__ = ["LiveDisplay"]


class LiveDisplay(Display):
    """A line that is renewed eight times a second, and goes away at the end.

    Args:
        tally: what it shows.
        verbose: also tell what delays the work, above it.
    """

    def __init__(self, tally: Tally, *, verbose: bool) -> None:
        super().__init__(tally)
        self._verbose = verbose
        self._console = Console(stderr=True, highlight=False)
        self._spinner = Spinner("dots")
        # Its own thread draws it, so that it also lives while a page is being decoded.
        self._live = Live(
            console=self._console,
            get_renderable=self._line,
            refresh_per_second=8,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def start(self) -> None:
        """Begin to show it."""
        self._live.start(refresh=True)

    def stop(self) -> None:
        """Take it off the screen."""
        self._live.stop()

    def heard(self, event: Event) -> None:
        """Show, and with -v tell, what delays the work."""
        super().heard(event)
        told = delay_told(event) if self._verbose else None
        if told is not None:
            self.line(told)

    def line(self, text: str) -> None:
        """Write a line above the progress."""
        self._console.print(Text(f"gitfleet: {one_line(text)}"), soft_wrap=True)

    def _line(self) -> Spinner:
        self._spinner.update(text=Text(" · ".join(self.tally.parts()), no_wrap=True, overflow="ellipsis"))
        return self._spinner
