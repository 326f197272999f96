"""Tokens and the calls they have left."""

__all__: list[str] = []
