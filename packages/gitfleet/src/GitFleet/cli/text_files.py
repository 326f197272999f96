"""Text from files and stdin, in the encodings that editors and shells write."""

from __future__ import annotations

import codecs
import errno
import sys
from pathlib import Path

__all__ = ["BYTE_ORDER_MARK", "read_text"]

BYTE_ORDER_MARK = "\ufeff"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_text(path: str) -> str:
    """Return the text of a file, without a byte order mark. Without one it is UTF-8.

    Args:
        path: path of the file, ``-`` for stdin.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not text.
    """
    if path == "-" and sys.stdin is None:  # the shell closed it (<&-)
        raise OSError(errno.EBADF, "it is closed")
    data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    return data.decode(encoding)
