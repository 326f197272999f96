"""Searches for repositories, issues and users."""

__all__: list[str] = []
