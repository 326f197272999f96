"""The providers GitFleet knows."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ProviderType"]


class ProviderType(StrEnum):
    """A Git hosting provider; equal to its lower-case name."""

    GITHUB = "github"
    GITLAB = "gitlab"
