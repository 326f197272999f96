"""Reference: how another process opens the same thing, without a secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from .lazy_dataclass import dataclass

__all__ = ["Reference"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reference(Generic[T]):
    """How another process opens an object that uses the same tokens or the same file. It can be pickled."""

    opener: Callable[..., T]
    """A class, or a function of a module. Pickles have its name."""
    arguments: tuple[tuple[str, object], ...]
    """Its keyword arguments, as pairs of name and value. None of them is a secret."""

    def open(self) -> T:
        """Return a new object.

        Raises:
            ConfigurationError: This process lacks what the arguments name.
        """
        return self.opener(**dict(self.arguments))
