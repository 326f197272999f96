"""Writes the report of a mirror."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version

from gitfleet_fleet.files import sqlite_file
from gitfleet_fleet.new_file import new_file

from ..file import MIRROR, check_output, existing_path, open_read_only
from .data.report import read_report
from .page import render

__all__ = ["report_page", "write_report"]


def report_page(mirror: object) -> str:
    """Return the report of a mirror as HTML. An update can run meanwhile.

    Args:
        mirror: Path of the mirror.

    Raises:
        ConfigurationError: There is no such file, it is not a mirror, or of a newer release; or the libraries of
            reports are not installed (``pip install gitfleet[report]``).
        MirrorError: The mirror is damaged.
    """
    path = existing_path(mirror)
    with sqlite_file.file_errors(MIRROR, path), closing(open_read_only(path)) as connection:
        # Text that is not valid UTF-8 cannot come from the writer, but from another program.
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        data = read_report(connection, datetime.now(UTC))
    return render(data, version("gitfleet-mirror"))


def write_report(mirror: object, output: str | os.PathLike[str]) -> None:
    """Write the report of a mirror. The file appears when it is complete.

    Args:
        mirror: Path of the mirror.
        output: Path of the HTML file. An existing one is replaced.

    Raises:
        ConfigurationError: As for :func:`report_page`, or ``output`` belongs to the mirror.
        MirrorError: The mirror is damaged.
        OSError: The file cannot be written.
    """
    check_output(mirror, output)
    page = report_page(mirror)
    with new_file(output) as part:
        part.write_text(page, "utf-8")
