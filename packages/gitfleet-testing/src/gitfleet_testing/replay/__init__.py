"""Answers that were recorded from real services, given again."""

from __future__ import annotations

from .exchange import Exchange, Source, first_target, load
from .namespace import Namespace

__all__ = ["Exchange", "Namespace", "Source", "first_target", "load"]
