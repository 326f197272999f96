"""The providers GitFleet knows."""

from __future__ import annotations

from enum import StrEnum

from ..errors import ConfigurationError
from ..wording import brief

__all__ = ["ProviderType"]


class ProviderType(StrEnum):
    """A Git hosting provider; equal to its lower-case name."""

    GITHUB = "github"
    GITLAB = "gitlab"

    @classmethod
    def of(cls, value: ProviderType | str) -> ProviderType:
        """``value`` as a ProviderType.

        Raises:
            ConfigurationError: it is none; the message lists those there are.
        """
        try:
            return cls(value)
        except ValueError:
            known = ", ".join(repr(str(member)) for member in cls)
            raise ConfigurationError(f"unknown provider {brief(value)}; known are {known}") from None
