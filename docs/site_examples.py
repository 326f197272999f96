"""The plot of the example page: drawn by the cells of that page while the documentation is built."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DOCS = Path(__file__).parent
PAGE = DOCS / "example-analysis.md"
_TEXT = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
STYLES: dict[str, dict[Any, str]] = {
    "light": {},
    "dark": {**dict.fromkeys(_TEXT, "#ced6dd"), "legend.facecolor": "#1a1c1e"},
}


def draw(_app: Sphinx) -> None:
    """Run the cells once for each theme, check their output, and keep the image that they save."""
    os.environ["MPLBACKEND"] = "agg"
    os.environ["GITFLEET_BACKEND"] = "python"  # the native one may be a mock here, for autodoc
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    import matplotlib as mpl

    from support.documented import run_page

    target = DOCS / "_generated"
    target.mkdir(exist_ok=True)
    for theme, style in STYLES.items():
        with tempfile.TemporaryDirectory() as folder, chdir(folder), mpl.rc_context({**style, "svg.hashsalt": "docs"}):
            run_page(PAGE, f"example_{theme}", {}, {})
            shutil.copy("pull-requests.svg", target / f"pull-requests-{theme}.svg")
