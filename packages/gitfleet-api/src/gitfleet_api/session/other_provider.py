"""Responses of a server of another provider: a client whose base_url is wrong."""

from __future__ import annotations

from ..backend.messages import Headers
from ..profile import ProviderProfile

__all__ = ["other_provider"]


def other_provider(headers: Headers, profile: ProviderProfile) -> str:
    """Return a hint, for the end of a message, if the headers show that the server belongs to another provider.

    Args:
        headers: Headers of a response that is an error or cannot be decoded.
        profile: The provider that the client is for.
    """
    for name, _ in headers.items:
        for beginning, provider in profile.foreign_headers:
            if name.startswith(beginning):
                remedy = f"use the client for {provider}, or another base_url"
                return f"; the server is {provider}, not {profile.name}: {remedy}"
    return ""
