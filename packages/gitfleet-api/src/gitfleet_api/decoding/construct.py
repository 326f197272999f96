"""How objects of a dataclass are made: quickly where nobody can tell, by its constructor elsewhere."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._internal.lazy_dataclass import has_standard_new
from ..backend.projection import Columns
from ..errors import ConfigurationError, DecodeFailure

__all__ = ["Constructor", "constructor_for"]


class Constructor:
    """Makes objects by calling their class, which may have a ``__post_init__`` or an ``__init__`` of its own.

    Args:
        model: the class.
        names: of its fields, in their order.
        constants: values of those fields that are the same in every object; the others come in columns.
    """

    def __init__(self, model: type, names: Sequence[str], constants: Mapping[str, object]) -> None:
        self._model = model
        self._arguments: dict[str, object] = {name: constants.get(name) for name in names}
        self._names = [name for name in names if name not in constants]

    def make(self, columns: Columns) -> list[Any]:
        """An object for each row of the columns.

        Raises:
            DecodeFailure: the class refused the values with a ValueError or TypeError; other exceptions pass.
        """
        made: list[Any] = []
        model, names = self._model, self._names
        try:
            for row in zip(*columns, strict=True):
                arguments = {**self._arguments, **dict(zip(names, row, strict=True))}
                made.append(model(**arguments))
        except DecodeFailure:  # of the values
            raise
        except (ValueError, TypeError) as error:
            what = f"{model.__name__} refused it: {type(error).__name__}: {error}"
            raise DecodeFailure("decode_shape", f"row {len(made)}: {what}", row=len(made)) from None
        return made


class _FastConstructor(Constructor):
    """Makes objects without their constructor.

    A frozen dataclass sets each field through ``object.__setattr__``: 3.0 µs for 24 fields, where a plain one takes
    0.5 µs (CPython 3.11; 3.9 and 0.7 on 3.13). So objects are made plain and then declared frozen.
    """

    _compiled: Callable[[Columns], list[Any]] | None = None
    _first = True

    def make(self, columns: Columns) -> list[Any]:
        if self._compiled is None:
            if self._first and len(columns[0]) == 1:
                self._first = False  # a program that reads a single object needs no compiler, which takes 0.4 ms
                return [self._make_one([value for (value,) in columns])]
            self._compiled = self._compile()
        return self._compiled(columns)

    def _make_one(self, values: list[object]) -> object:
        made: object = object.__new__(self._model)
        for name, value in {**self._arguments, **dict(zip(self._names, values, strict=True))}.items():
            object.__setattr__(made, name, value)
        return made

    def _compile(self) -> Callable[[Columns], list[Any]]:
        """A function with a line for each field: calls of a constructor would double what an object takes."""
        model = self._model
        # Both, as they share one slot of the type: with only __setattr__ put back each store goes through Python's
        # look-up of __delattr__'s owner and takes five times as long.
        thawed = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
        plain = type(model.__name__, (model,), {"__slots__": (), **thawed})
        places = {name: f"value{number}" for number, name in enumerate(self._names)}
        shared = {name: f"shared{number}" for number, name in enumerate(self._arguments)}
        lines = [
            "def make(columns):",
            "    made = []",
            f"    for {', '.join(places.values())}, in zip(*columns, strict=True):",
            "        item = new(plain)",
            *(f"        item.{name} = {places.get(name, shared[name])}" for name in self._arguments),
            "        item.__class__ = model",
            "        made.append(item)",
            "    return made",
        ]
        space = {shared[name]: value for name, value in self._arguments.items()}
        space |= {"new": object.__new__, "plain": plain, "model": model}
        exec("\n".join(lines), space)  # noqa: S102  of names of fields, which are identifiers
        made: Callable[[Columns], list[Any]] = space["make"]  # type: ignore[assignment]
        return made


def constructor_for(model: type, names: Sequence[str], constants: Mapping[str, object]) -> Constructor:
    """What makes objects of ``model`` from values of the fields ``names``, some of which are ``constants``.

    Raises:
        ConfigurationError: the class can't be made from these.
    """
    if len(names) == len(dataclasses.fields(model)) and _is_plain(model):
        return _FastConstructor(model, names, constants)
    if inspect.isabstract(model):
        raise ConfigurationError(f"{model.__name__} is abstract; give a class that can be made")
    try:
        inspect.signature(model).bind(**dict.fromkeys(names))
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{model.__name__} can't be made from its fields: {error}") from None
    return Constructor(model, names, constants)


def _is_plain(model: type) -> bool:
    """Whether nothing of ``model``'s own runs when an object of it is made."""
    found: Any = model
    return (
        type(model) is type
        and not hasattr(found, "__post_init__")
        and found.__new__ is object.__new__
        and (has_standard_new(model) or _has_generated(model))
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
