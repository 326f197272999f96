"""Why an exchange came to nothing."""

from __future__ import annotations

__all__ = ["ExchangeError"]


class ExchangeError(Exception):
    """There is no complete answer; ``code`` is one of those in gitfleet_api.errors."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
