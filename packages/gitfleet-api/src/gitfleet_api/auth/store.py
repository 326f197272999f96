"""SignInStore: where sign-ins are stored."""

from __future__ import annotations

from abc import abstractmethod

from .locked_store import LockedStore, StoreError
from .sign_in import SignIn

__all__ = ["SignInStore", "StoreError"]


class SignInStore(LockedStore):
    """Sign-ins by server. Threads and processes may share a store.

    The methods block; in a coroutine, run them with ``asyncio.to_thread``.
    """

    @abstractmethod
    def read(self, server: str) -> SignIn | None:
        """Return the sign-in on a server, or None.

        Args:
            server: URL of the web pages; see :func:`web_origin`.

        Raises:
            StoreError: The store cannot be used.
        """

    @abstractmethod
    def all(self) -> list[SignIn]:
        """Return all sign-ins, sorted by server.

        Raises:
            StoreError: The store cannot be used.
        """

    @abstractmethod
    def write_locked(self, sign_in: SignIn) -> None:
        """Replace the sign-in on its server. The caller has the lock."""

    @abstractmethod
    def remove_locked(self, server: str) -> bool:
        """Remove the sign-in on a server, and return whether there was one. The caller has the lock."""

    def write(self, sign_in: SignIn) -> None:
        """Store a sign-in. It replaces the one on the same server.

        Raises:
            StoreError: The store cannot be used.
        """
        with self.lock():
            self.write_locked(sign_in)

    def remove(self, server: str) -> bool:
        """Remove the sign-in on a server, and return whether there was one.

        Raises:
            StoreError: The store cannot be used.
        """
        with self.lock():
            return self.remove_locked(server)
