"""How objects of a dataclass are made: quickly where nobody can tell, by its constructor elsewhere."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable, Sequence
from typing import Any

from .errors import ConfigurationError, DecodeFailure
from .late import is_made_as_usual

__all__ = ["Maker", "maker_of"]


class Maker:
    """Makes objects by calling their class, which may have a ``__post_init__`` or an ``__init__`` of its own."""

    def __init__(self, model: type, names: Sequence[str]) -> None:
        self._model = model
        self._names = names

    def make(self, rows: Iterable[tuple[object, ...]]) -> list[Any]:
        """An object for each row of values.

        Raises:
            DecodeFailure: the class refused the values with a ValueError or TypeError; other exceptions pass.
        """
        made: list[Any] = []
        model, names = self._model, self._names
        try:
            for row in rows:
                made.append(model(**dict(zip(names, row, strict=True))))  # noqa: PERF401  tells the row
        except DecodeFailure:  # of the values, which are taken row by row
            raise
        except (ValueError, TypeError) as error:
            what = f"{model.__name__} refused it: {type(error).__name__}: {error}"
            raise DecodeFailure("decode_shape", f"row {len(made)}: {what}", row=len(made)) from None
        return made


class _PlainMaker(Maker):
    """Makes objects without their constructor.

    A frozen dataclass sets each field through ``object.__setattr__``: 3.0 µs for 24 fields, where a plain one takes
    0.5 µs (CPython 3.11; 3.9 and 0.7 on 3.13). So objects are made plain and then declared frozen.
    """

    def __init__(self, model: type, names: Sequence[str]) -> None:
        super().__init__(model, names)
        plain: Any = dataclasses.make_dataclass("Plain", [(name, object) for name in names], repr=False, eq=False)
        # Both, as they share one slot of the type: with only __setattr__ put back each store goes through Python's
        # look-up of __delattr__'s owner and takes five times as long.
        thawed = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
        namespace = {"__slots__": (), "__init__": plain.__init__, **thawed}
        self._maker: Any = type(model.__name__, (model,), namespace)

    def make(self, rows: Iterable[tuple[object, ...]]) -> list[Any]:
        maker, model = self._maker, self._model
        made = [maker(*row) for row in rows]
        for item in made:
            item.__class__ = model
        return made


def maker_of(model: type, names: Sequence[str]) -> Maker:
    """What makes objects of ``model`` from values of the fields ``names``.

    Raises:
        ConfigurationError: the class can't be made from these.
    """
    if len(names) == len(dataclasses.fields(model)) and _is_plain(model):
        return _PlainMaker(model, names)
    if inspect.isabstract(model):
        raise ConfigurationError(f"{model.__name__} is abstract; give a class that can be made")
    try:
        inspect.signature(model).bind(**dict.fromkeys(names))
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{model.__name__} can't be made from its fields: {error}") from None
    return Maker(model, names)


def _is_plain(model: type) -> bool:
    """Whether nothing of ``model``'s own runs when an object of it is made."""
    found: Any = model
    return (
        type(model) is type
        and not hasattr(found, "__post_init__")
        and found.__new__ is object.__new__
        and (is_made_as_usual(model) or _has_generated(model))
        and not hasattr(found.__init_subclass__, "__func__")  # the class would hear of another one
        and not hasattr(found, "__del__")
    )


def _has_generated(model: type) -> bool:
    found: Any = model
    return _is_generated(found.__init__) and (
        found.__setattr__ is object.__setattr__ or _is_generated(found.__setattr__)
    )


def _is_generated(function: object) -> bool:
    """Whether dataclasses have made a function; one that is not recognised is only called more slowly."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_qualname.startswith("__create_fn__.")
