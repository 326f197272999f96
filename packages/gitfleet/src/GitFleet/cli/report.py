"""The errors of targets, and the line at the end: what was written and what is missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from gitfleet_api import GitFleetError
from gitfleet_fleet.outcome import status_of

from .credentials import token_hint
from .errors_file import ErrorsFile
from .plurals import counted

__all__ = ["Report", "error_text", "status_text", "written_line"]

_REQUEST = re.compile(r"^[A-Z]+ https?://\S+: ")
_NAME = re.compile(r"'[^']*'|\"[^\"]*\"|https?://\S+|\d+")
_EXAMPLES = 3
_MAX_MISSING = 100
"""Missing targets for which names are suggested."""


@dataclass(slots=True)
class _Group:
    """Equal errors.

    Attributes:
        text: the message that was printed for the first one, without its target.
        others: the targets of the others: at most three examples.
        count: the number of the others.
    """

    text: str
    others: list[str] = field(default_factory=list)
    count: int = 0


class Report:
    """Prints the error of a target at once, and equal errors of other targets at the end, with their count.

    Args:
        kind: name of the command, for the file of errors.
        print_line: prints a line to stderr.
        file: the file of errors, or None.

    Attributes:
        statuses: the number of failed targets by status.
        missing: the first targets that were not found.
        hints: lines to print at the end.
    """

    def __init__(self, kind: str, print_line: Callable[[str], None], file: ErrorsFile | None = None) -> None:
        self._kind = kind
        self._print_line = print_line
        self._file = file
        self._groups: dict[tuple[str, str, str], _Group] = {}
        self.statuses: Counter[str] = Counter()
        self.missing: list[str] = []
        self.hints: list[str] = []

    def add(self, target: str, error: Exception, *, status: str | None = None, kind: str = "", after: str = "") -> None:
        """Report that a target failed.

        Args:
            target: the target, as ``github:owner/repo``.
            error: its error.
            status: the status of its outcome; None derives it from the error.
            kind: name of the call, if it is not the name of the command.
            after: what arrived before the error, as ``1 row``; empty for nothing.

        Raises:
            OutputError: the file of errors cannot be written.
        """
        status = status or status_of(error)
        self.statuses[status] += 1
        if status == "gone" and len(self.missing) < _MAX_MISSING:
            self.missing.append(target)
        text = error_text(error, status)
        if self._file is not None:
            code = error.code if isinstance(error, GitFleetError) else "error"
            entry = {"target": target, "kind": kind or self._kind, "status": status, "code": code, "message": text}
            self._file.write(entry)
        key = (type(error).__name__, status, _NAME.sub("", _REQUEST.sub("", text)))
        group = self._groups.get(key)
        if group is None:
            self._groups[key] = _Group(text)
            self._print_line(f"{target}: {text}{f' (after {after})' if after else ''}")
            return
        group.count += 1
        if group.count <= _EXAMPLES:
            group.others.append(target)

    def finish(self) -> None:
        """Print the counts of equal errors, and the hints. Call it once, after the last error."""
        for group in self._groups.values():
            if group.count:
                rest = group.count - len(group.others)
                more = f" and {rest:,} more" if rest else ""
                brief = _REQUEST.sub("", group.text)
                self._print_line(f"{', '.join(group.others)}{more}: the same error: {brief}")
        for hint in self.hints:
            self._print_line(hint)


def error_text(error: Exception, status: str) -> str:
    """Return the message for an error of a target. It has the same words for each provider."""
    text = status_text(str(error), status)
    return f"{text}{token_hint(error)}" if isinstance(error, GitFleetError) else f"{type(error).__name__}: {text}"


def status_text(message: str, status: str) -> str:
    """Return the message of an error; for ``gone`` in the same words for each provider and each kind of request."""
    return f"not found, or not visible to this token ({_REQUEST.sub('', message)})" if status == "gone" else message


def written_line(
    rows: str, *, done: int, targets: int, noun: str, output: str | None, statuses: Counter[str], errors: str | None
) -> str:
    """Return the line at the end of a command, as ``wrote 5 branches of 2 of 3 repositories; 1 repository gone``.

    Args:
        rows: the rows and their noun.
        done: the number of targets whose rows are written.
        targets: the number of all targets.
        noun: what a target is, in the plural.
        output: the file that was written, or None for stdout.
        statuses: the number of failed targets by status.
        errors: the file of errors, or None.
    """
    missing = statuses.most_common()
    of = "" if targets == 1 else f" of {f'{done:,} of ' if missing else ''}{counted(targets, noun)}"
    line = f"wrote {rows}{of}" if output is None else f"wrote {rows}{of} to {output}"
    if not missing:
        return line
    (first, number), *others = missing
    found = ", ".join((f"{counted(number, noun)} {first}", *(f"{count:,} {status}" for status, count in others)))
    return f"{line}; {found}: see {errors or '--errors FILE'}"
