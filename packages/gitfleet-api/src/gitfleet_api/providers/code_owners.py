"""The file ``CODEOWNERS``: its lines, in the form of JSON objects for a decoder."""

from __future__ import annotations

import re

from ..decoding.shapes import Shape
from ..models import CodeOwnersRule

__all__ = ["CODE_OWNERS", "decode_text", "parse_code_owners"]

CODE_OWNERS = Shape(CodeOwnersRule, identity=None)
_SECTION = re.compile(r"(\^)?\[([^\]]+)\](?:\[([0-9]+)\])?(?:\s+(.*))?")
_WORD = re.compile(r"(?:\\.|[^\s\\])+")
"""A word: a backslash keeps the character after it, as a blank in a path."""


def decode_text(content: bytes) -> str:
    """Return the text of a file. Bytes that are not UTF-8 are replaced."""
    return content.decode("utf-8", "replace")


def parse_code_owners(text: str, path: str, *, sections: bool) -> list[dict[str, object]]:
    """Return the lines that have a pattern.

    Args:
        text: Content of the file.
        path: Path of the file in the repository.
        sections: Whether lines like ``[Documentation][2] @docs`` begin a section, as on GitLab. Lines in a section that
            name no owner have its default owners.
    """
    section: dict[str, object] = {}
    default: list[str] = []
    found: list[dict[str, object]] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        header = _SECTION.fullmatch(line.strip()) if sections else None
        if header is not None:
            optional, name, approvals, rest = header.groups()
            # An optional section requires no approval, whatever its number.
            count = 0 if optional else int(approvals or 1)
            section = {"section": name.strip(), "optional": optional is not None, "approvals": count}
            default = _words(rest or "")
            continue
        words = _words(line)
        if words:
            owners = words[1:] or default
            found.append({"pattern": words[0], "owners": owners, "line": number, "path": path, **section})
    return found


def _words(line: str) -> list[str]:
    """Return the words of a line without its comment."""
    words = _WORD.findall(line)
    comment = next((index for index, word in enumerate(words) if word.startswith("#")), len(words))
    return words[:comment]
