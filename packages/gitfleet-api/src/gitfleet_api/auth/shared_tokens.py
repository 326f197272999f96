"""SharedTokens: tokens that the processes of one machine share, so that one of them requests each."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from .._internal.redacted import RedactedBytes
from ..errors import ConfigurationError
from .account import AccessToken
from .locked_store import LockedStore, locked
from .private_file import PrivateFile
from .sign_in import hide_texts

__all__ = ["SharedTokens"]

_EARLY = 0.101
"""Part of a token's life that is left when it is renewed: a little more than that of ``Renewal``, which asks."""
_LONGEST_EARLY = 301.0


class SharedTokens:
    """A folder with one file and one lock for each token.

    Args:
        folder: The folder. It is created with mode 0700 when the first token is stored.

    Raises:
        ConfigurationError: It is no path.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        path = os.fspath(folder) if isinstance(folder, str | os.PathLike) else None
        if not isinstance(path, str) or not path:
            raise ConfigurationError("shared must be the path of a folder")
        self._folder = Path(path)

    async def obtain(
        self,
        subject: tuple[str, ...],
        refused: str | None,
        now: Callable[[], float],
        mint: Callable[[], Awaitable[AccessToken]],
    ) -> AccessToken:
        """Return a stored token, or a new one, which is stored for the other processes.

        Args:
            subject: What the token is for: equal subjects share it.
            refused: The token that the server has refused. None if none was.
            now: Returns the present time, in epoch seconds.
            mint: Requests a new token.

        Raises:
            StoreError: The folder cannot be used.
            GitFleetError: There is no new token.
        """
        name = hashlib.sha256(json.dumps(subject).encode()).hexdigest()[:32]
        file = _TokenFile(self._folder / f"{name}.json")
        if (found := await asyncio.to_thread(file.read, refused, now())) is not None:
            return found
        async with locked(file):
            if (found := await asyncio.to_thread(file.read, refused, now())) is not None:
                return found  # another process has obtained it meanwhile
            start = now()
            created = await mint()
            await asyncio.to_thread(file.write, created, start)
            return created


class _TokenFile(LockedStore):
    """The file of one token."""

    def __init__(self, path: Path) -> None:
        self._file = PrivateFile(path)

    @property
    def name(self) -> str:
        """The file in messages."""
        return self._file.name

    @property
    def lock_path(self) -> Path:
        """Path of the lock file."""
        return self._file.path.with_suffix(".lock")

    def read(self, refused: str | None, now: float) -> AccessToken | None:
        """Return the token if it is not due for renewal. A file that is damaged is like none: it is replaced.

        Raises:
            StoreError: Others may read or write the file, or it cannot be read.
        """
        content = self._file.read()
        with suppress(ValueError, TypeError, KeyError, RecursionError, ConfigurationError):
            values = json.loads(content or b"", object_hook=hide_texts)
            start, end = float(values["obtained_at"]), float(values["expires_at"])
            early = min(_LONGEST_EARLY, (end - start) * _EARLY)
            token = values["token"]
            if isinstance(token, str) and token != refused and start <= now < end - early:
                return AccessToken(token, end, start)
        return None

    def write(self, token: AccessToken, now: float) -> None:
        """Store a token. One without an end is not stored. The caller has the lock.

        Raises:
            StoreError: The file cannot be written.
        """
        if token.expires_at is not None:
            values = {"token": token.token, "obtained_at": now, "expires_at": token.expires_at}
            self._file.write(RedactedBytes(json.dumps(values).encode()))
