"""The languages of a repository: one JSON object with a number per language."""

from __future__ import annotations

from .._internal.lazy_dataclass import dataclass
from ..decoding.shapes import Convert, Shape

__all__ = ["LANGUAGES", "Languages"]


@dataclass(frozen=True, slots=True)
class Languages:
    """The amount of code per language, in the provider's unit: bytes or percent."""

    amounts: dict[str, float]


def _numbers(value: object) -> dict[str, float]:
    if not isinstance(value, dict) or not all(type(amount) in (int, float) for amount in value.values()):
        raise TypeError("an object of numbers")
    return value


LANGUAGES = Shape(Languages, {"amounts": Convert("", _numbers)}, identity=None)
