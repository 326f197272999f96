"""Numbers with nouns: ``1 branch``, ``2,431 branches``."""

from __future__ import annotations

__all__ = ["counted", "singular"]


def singular(plural: str) -> str:
    """Return the singular of a noun of messages, such as ``repositories``, ``branches`` or ``pull requests``."""
    if plural.endswith("ies"):
        return f"{plural[:-3]}y"
    return plural[: -2 if plural.endswith("ches") else -1]


def counted(number: int, plural: str) -> str:
    """Return a number and its noun.

    Args:
        number: the number.
        plural: the noun in the plural.
    """
    return f"{number:,} {singular(plural) if number == 1 else plural}"
