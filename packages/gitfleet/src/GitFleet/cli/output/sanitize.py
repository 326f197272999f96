"""Sanitizing of text from providers, which can contain terminal escape sequences or spreadsheet formulas."""

from __future__ import annotations

import re

__all__ = ["escape_json", "neutralize_formula", "replace_controls", "single_line"]

# C0 and C1 control characters, and bidirectional controls, which change the visible order of text.
_BLANK = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029 ]+")
_HARMFUL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_IN_JSON = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# Spreadsheets also evaluate full-width signs, and some ignore blanks and line breaks before a sign.
_FORMULA = re.compile(r"[\t\r\n]|[\s\x00-\x1f\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def single_line(text: str) -> str:
    """Return ``text`` in one line. Control characters are replaced by U+FFFD."""
    return _HARMFUL.sub("\ufffd", _BLANK.sub(" ", text)).strip()


def replace_controls(text: str) -> str:
    """Return ``text`` with its line breaks and tabs. Other control characters are replaced by U+FFFD."""
    return _HARMFUL.sub("\ufffd", text.replace("\r\n", "\n"))


def escape_json(text: str) -> str:
    """Escape control characters in JSON text without changing its meaning. json.dumps does not escape C1 controls."""
    return _IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def neutralize_formula(cell: str) -> str:
    """Return a cell that spreadsheets read as text, not as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
