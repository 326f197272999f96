"""Hosts of web pages and pictures."""

from __future__ import annotations

__all__ = ["AVATARS", "WEB"]

# The forge does not serve these pages. Names below .invalid never resolve.
#: Origin of web pages.
WEB = "https://forge.invalid"
#: Origin of the pictures of accounts.
AVATARS = "https://avatars.forge.invalid"
