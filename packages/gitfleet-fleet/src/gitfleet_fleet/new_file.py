"""Files that appear when they are complete."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["new_file"]


@contextmanager
def new_file(path: str | os.PathLike[str], mark: str | None = None) -> Iterator[Path]:
    """Context manager: a temporary path next to a file, which replaces the file at the end of the block.

    If the block raises, the temporary file is removed and an existing file stays. A symbolic link stays a link.

    Args:
        path: Path of the file.
        mark: Part of the temporary name. The next file with the same mark replaces what a killed process has left. None
            for a random one.
    """
    final = Path(path).resolve()
    part = final.with_name(f".{final.name[:200]}.{mark or secrets.token_hex(4)}.part")
    try:
        yield part
        if final.exists():
            part.chmod(stat.S_IMODE(final.stat().st_mode))
        part.replace(final)
    finally:
        part.unlink(missing_ok=True)
