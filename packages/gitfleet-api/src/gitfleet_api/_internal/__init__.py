"""Helpers without a subject of Git hosting. Private."""
