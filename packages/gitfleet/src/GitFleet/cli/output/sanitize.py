"""What providers send, made harmless: a description may hold anything that a terminal or a spreadsheet would obey."""

from __future__ import annotations

import re

__all__ = ["escape_json", "neutralize_formula", "replace_controls", "single_line"]

# C0 and C1 controls, and what turns the direction of text around, so that it reads differently from what it is.
_BLANK = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029 ]+")
_HARMFUL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_IN_JSON = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def single_line(text: str) -> str:
    """``text`` in a single line, each control character as U+FFFD."""
    return _HARMFUL.sub("\ufffd", _BLANK.sub(" ", text)).strip()


def replace_controls(text: str) -> str:
    """``text`` with its lines and tabs, each other control character as U+FFFD."""
    return _HARMFUL.sub("\ufffd", text.replace("\r\n", "\n"))


def escape_json(text: str) -> str:
    """JSON that means the same and that a terminal obeys in nothing: json.dumps leaves C1 controls as they are."""
    return _IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def neutralize_formula(cell: str) -> str:
    """A cell that spreadsheets take for text, not for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
