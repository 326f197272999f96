"""Sanitizing of text from providers, which can contain terminal escape sequences or spreadsheet formulas."""

from __future__ import annotations

import json
import re

__all__ = ["escape_json", "neutralize_formula", "replace_controls", "single_line"]

# Format characters that change the order of text or hide a part of it. Joiners are parts of words and emojis.
_FORMAT = "\\u061c\\u180e\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\U000e0001"
_BLANK = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029 ]+")
# C0 and C1 control characters. A lone carriage return would let the text overwrite its line.
_HARMFUL = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_FORMAT}]")
_IN_JSON = re.compile(rf"[\x7f-\x9f{_FORMAT}]")
# Spreadsheets also evaluate full-width signs, and some ignore blanks and line breaks before a sign.
_FORMULA = re.compile(r"[\t\r\n]|[\s\x00-\x1f\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def single_line(text: str) -> str:
    """Return ``text`` in one line. Control characters are replaced by U+FFFD."""
    return _HARMFUL.sub("\ufffd", _BLANK.sub(" ", text)).strip()


def replace_controls(text: str) -> str:
    """Return ``text`` with its line feeds and tabs. Other control characters are replaced by U+FFFD."""
    return _HARMFUL.sub("\ufffd", text.replace("\r\n", "\n"))


def escape_json(text: str) -> str:
    """Escape control characters in JSON text without changing its meaning. json.dumps does not escape C1 controls."""
    return _IN_JSON.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def neutralize_formula(cell: str) -> str:
    """Return a cell that spreadsheets read as text, not as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
