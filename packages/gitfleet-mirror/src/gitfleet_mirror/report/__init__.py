"""A report about a mirror: one HTML file with plots and tables that loads nothing."""

from __future__ import annotations

from .write import report_page, write_report

__all__ = ["report_page", "write_report"]
