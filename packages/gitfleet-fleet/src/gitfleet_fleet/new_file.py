"""Files that appear when they are complete."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["new_file"]

_NAME = 50
"""Characters of the name in a temporary name: at most 200 of the 255 bytes that file systems allow."""


@contextmanager
def new_file(path: str | os.PathLike[str], mark: str | None = None) -> Iterator[Path]:
    """Context manager: a temporary path next to a file, which replaces the file at the end of the block.

    If the block raises, the temporary file is removed and an existing file stays. A symbolic link stays a link. A
    device or a named pipe cannot be replaced: it is yielded itself.

    Args:
        path: Path of the file.
        mark: Part of the temporary name. The next file with the same mark replaces what a killed process has left. None
            for a random one.
    """
    final = Path(path).resolve()
    if final.exists() and not final.is_file():
        yield final
        return
    part = final.with_name(f".{final.name[:_NAME]}.{mark or secrets.token_hex(4)}.part")
    try:
        yield part
        if final.exists():
            part.chmod(stat.S_IMODE(final.stat().st_mode))
        part.replace(final)
    finally:
        part.unlink(missing_ok=True)
