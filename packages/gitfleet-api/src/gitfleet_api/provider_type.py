"""The providers that GitFleet supports."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ProviderType"]


class ProviderType(StrEnum):
    """A Git hosting provider. Each member is equal to its lower-case name, as ``"github"``."""

    GITHUB = "github"
    GITLAB = "gitlab"
