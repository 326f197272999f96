"""Text and URLs from servers, made harmless before they get into the page.

The template escapes all text. This module removes what is harmful as text: characters that hide or reorder other
characters, very long names, and URLs that are not those of web pages.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

__all__ = ["LONGEST", "clean", "web_url"]

LONGEST = 160
"""Characters of a text that are shown."""
_MAX_URL = 2_000
_BLANK = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029 ]+")
# Control characters, and format characters that change the order of text or hide a part of it. Joiners are parts of
# words and emojis. Surrogates and noncharacters cannot be written as UTF-8, or not be parsed.
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
# Marks above and below a letter: more than three of them cover other lines.
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARKS = re.compile(f"({_MARK}{{3}}){_MARK}+")
_NOT_IN_URLS = re.compile(r"[^\x21-\x7e]|[\\<>\"'`{}|^]")


def clean(text: str, longest: int = LONGEST) -> str:
    """Return text in one line, at most a number of characters. Harmful characters are replaced by U+FFFD."""
    shown = _MARKS.sub(r"\1", _HARMFUL.sub("\ufffd", _BLANK.sub(" ", text[: 4 * longest]))).strip()
    return shown if len(shown) <= longest and len(text) <= 4 * longest else f"{shown[: longest - 1].rstrip()}…"


def web_url(text: str | None) -> str | None:
    """Return an absolute URL with http or https. None for any other text: it is not a link in the page."""
    if not text or len(text) > _MAX_URL or _NOT_IN_URLS.search(text):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises if it is no number
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    return text if is_web else None
