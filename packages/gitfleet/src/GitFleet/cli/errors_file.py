"""The file of ``--errors``: one JSON object per line for each target that failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from .exit_codes import OutputError
from .output.sanitize import escape_json

__all__ = ["ErrorsFile"]


class ErrorsFile:
    """A file that is emptied at the start. It gets a line as soon as a target fails, and a killed command leaves it.

    Args:
        path: path of the file.

    Raises:
        OutputError: it cannot be written. This is checked before the first request.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self._file = Path(path).open("w", encoding="utf-8", newline="\n")  # noqa: SIM115  closed by close()
        except (OSError, ValueError) as error:  # ValueError: NUL in the path
            raise self._error(error) from None

    def write(self, entry: Mapping[str, object]) -> None:
        """Write a line.

        Raises:
            OutputError: the file cannot be written.
        """
        try:
            self._file.write(f"{escape_json(json.dumps(entry, ensure_ascii=False))}\n")
            self._file.flush()
        except OSError as error:
            raise self._error(error) from None

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _error(self, error: Exception) -> OutputError:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return OutputError(f"cannot write to {self.path}: {reason}")
