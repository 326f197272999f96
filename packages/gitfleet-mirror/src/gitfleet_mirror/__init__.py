"""Mirrors: a fleet of repositories in one SQLite file, updated incrementally.

Users import it from ``GitFleet``.
"""

from __future__ import annotations

from .changes import Changes
from .errors import MirrorError
from .export import Exported
from .mirror import Mirror
from .update.summary import UpdateSummary

__all__ = ["Changes", "Exported", "Mirror", "MirrorError", "UpdateSummary"]
