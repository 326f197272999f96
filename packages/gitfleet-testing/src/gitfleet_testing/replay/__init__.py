"""Recorded responses of real services, served again."""

from __future__ import annotations

from .exchange import Exchange, Source, first_target, load
from .namespace import Namespace

__all__ = ["Exchange", "Namespace", "Source", "first_target", "load"]
