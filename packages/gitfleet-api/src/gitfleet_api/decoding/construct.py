"""Construction of dataclass objects from columns of values: compiled where possible, else by calling the class."""

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
    """Constructs objects by calling their class. Custom ``__init__`` and ``__post_init__`` methods run.

    Args:
        model: the class.
        names: all its fields that are passed, in their order.
        constants: values of the fields that are the same in every object; all others come in columns.
    """

    def __init__(self, model: type, names: Sequence[str], constants: Mapping[str, object]) -> None:
        self._model = model
        self._arguments: dict[str, object] = {name: constants.get(name) for name in names}
        self._names = [name for name in names if name not in constants]

    def construct(self, columns: Columns) -> list[Any]:
        """Construct an object for each row of the columns.

        Raises:
            DecodeFailure: The class raised ValueError or TypeError for the values. Other exceptions pass.
        """
        objects: list[Any] = []
        model, names = self._model, self._names
        try:
            for row in zip(*columns, strict=True):
                arguments = {**self._arguments, **dict(zip(names, row, strict=True))}
                objects.append(model(**arguments))
        except DecodeFailure:  # raised while a column was read
            raise
        except (ValueError, TypeError) as error:
            number = len(objects)
            what = f"{model.__name__} rejected the values: {type(error).__name__}: {error}"
            raise DecodeFailure("decode_shape", f"row {number}: {what}", row=number) from None
        return objects


class _FastConstructor(Constructor):
    """Constructs objects without calling ``__init__``.

    ``__init__`` of a frozen dataclass sets each field through ``object.__setattr__``: 3.0 µs for 24 fields, where
    plain assignments take 0.5 µs (CPython 3.11; 3.9 and 0.7 µs on 3.13). So each object is created in a subclass that
    is not frozen, and its class is replaced at the end.
    """

    _compiled: Callable[[Columns], list[Any]] | None = None
    _first = True

    def construct(self, columns: Columns) -> list[Any]:
        """Construct an object for each row of the columns."""
        if self._compiled is None:
            if self._first and len(columns[0]) == 1:
                self._first = False  # a program that reads a single object saves 0.4 ms of compilation
                return [self._construct_one([value for (value,) in columns])]
            self._compiled = self._compile()
        return self._compiled(columns)

    def _construct_one(self, values: list[object]) -> object:
        item: object = object.__new__(self._model)
        for name, value in {**self._arguments, **dict(zip(self._names, values, strict=True))}.items():
            object.__setattr__(item, name, value)
        return item

    def _compile(self) -> Callable[[Columns], list[Any]]:
        """Compile a function with one assignment per field. A call per object would double its cost."""
        model = self._model
        # Both methods, because they share one slot of the type: with only __setattr__ restored, each store looks up
        # __delattr__ through Python and takes five times as long.
        thawed = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
        mutable = type(model.__name__, (model,), {"__slots__": (), **thawed})
        values = {name: f"value{number}" for number, name in enumerate(self._names)}
        constants = {name: f"constant{number}" for number, name in enumerate(self._arguments)}
        lines = [
            "def construct(columns):",
            "    objects = []",
            f"    for {', '.join(values.values())}, in zip(*columns, strict=True):",
            "        item = new(mutable)",
            *(f"        item.{name} = {values.get(name, constants[name])}" for name in self._arguments),
            "        item.__class__ = model",
            "        objects.append(item)",
            "    return objects",
        ]
        space = {constants[name]: value for name, value in self._arguments.items()}
        space |= {"new": object.__new__, "mutable": mutable, "model": model}
        exec("\n".join(lines), space)  # noqa: S102  contains only field names, which are identifiers
        compiled: Callable[[Columns], list[Any]] = space["construct"]  # type: ignore[assignment]
        return compiled


def constructor_for(model: type, names: Sequence[str], constants: Mapping[str, object]) -> Constructor:
    """Return the fastest constructor that is equivalent to calling ``model``.

    Args:
        model: the class.
        names: the fields that are passed.
        constants: values of the fields that are the same in every object.

    Raises:
        ConfigurationError: The class is abstract, or can't be called with these fields.
    """
    if len(names) == len(dataclasses.fields(model)) and _has_no_custom_code(model):
        return _FastConstructor(model, names, constants)
    if inspect.isabstract(model):
        raise ConfigurationError(f"{model.__name__} is abstract; give a class that can be instantiated")
    try:
        inspect.signature(model).bind(**dict.fromkeys(names))
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{model.__name__} can't be constructed from its fields: {error}") from None
    return Constructor(model, names, constants)


def _has_no_custom_code(model: type) -> bool:
    """Whether construction of an object runs no code of ``model`` itself."""
    found: Any = model
    return (
        type(model) is type
        and not hasattr(found, "__post_init__")
        and found.__new__ is object.__new__
        and (has_standard_new(model) or _has_generated_methods(model))
        and not hasattr(found.__init_subclass__, "__func__")  # it would run for the mutable subclass
        and not hasattr(found, "__del__")
    )


def _has_generated_methods(model: type) -> bool:
    found: Any = model
    return _is_generated(found.__init__) and (
        found.__setattr__ is object.__setattr__ or _is_generated(found.__setattr__)
    )


def _is_generated(function: object) -> bool:
    """Whether dataclasses generated a function. If it is not recognised, objects are only constructed more slowly."""
    code = getattr(function, "__code__", None)
    return code is not None and code.co_qualname.startswith("__create_fn__.")
