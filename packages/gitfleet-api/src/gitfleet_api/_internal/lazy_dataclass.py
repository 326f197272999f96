"""``dataclass`` of the standard library, with most of its work put off until somebody needs it.

To write and compile the methods of a frozen class takes 0.4 ms for three fields and 1.2 ms for 25; the library has 40
such classes, and a program uses a few. Here a class takes 0.03 ms, and the standard library makes each part of it when
that is first looked up. Type checkers see the standard library's decorator.
"""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass

__all__ = ["dataclass", "field", "has_standard_new"]

T = TypeVar("T")

# What is made together: rows of an answer need the first part only (0.1 ms), and hardly anybody the last two.
_FIELDS = frozenset(("__dataclass_fields__", "__match_args__"))
_MAKING = frozenset(("__init__",))
_FREEZING = frozenset(("__setattr__", "__delattr__"))
_OTHERS = frozenset(("__dataclass_params__", "__repr__", "__eq__", "__hash__"))
if sys.version_info >= (3, 13):
    _OTHERS |= {"__replace__"}


class _Lazy:
    """Stands for one thing that the standard library makes; whoever looks at it gets that."""

    def __init__(self, name: str, body: dict[str, Any], frozen: bool, eq: bool) -> None:
        self._name = name
        self._body = body
        self._frozen = frozen
        self._eq = eq

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner = owner

    def __get__(self, instance: object, owner: type) -> object:
        made = self._make()
        return made.__get__(instance, owner) if hasattr(made, "__get__") else made

    def _make(self) -> Any:
        """Let the standard library make this and its part. Two threads may both do it: they make the same."""
        cls, together, options = self._owner, _OTHERS, {"frozen": self._frozen, "eq": self._eq}
        if self._name in _FIELDS:
            together, options = _FIELDS, {"init": False, "repr": False, "eq": False}
        elif self._name in _FREEZING:
            together, options = _FREEZING, {"init": False, "frozen": True, "repr": False, "eq": False}
        elif self._name in _MAKING:
            together, options = _MAKING, {"frozen": self._frozen, "repr": False, "eq": False}
            if self._frozen and not _has_factories(cls):
                cls.__init__ = _constructor(cls)  # type: ignore[misc]
                return cls.__init__  # type: ignore[misc]
        # Made again without slots, which its defaults would overwrite.
        pattern: type = dataclasses.dataclass(**options)(type(cls.__name__, (), self._body))
        for name in [name for name in together if isinstance(cls.__dict__.get(name), _Lazy)]:
            made = pattern.__dict__[name]
            for cell in getattr(made, "__closure__", None) or ():
                if cell.cell_contents is pattern:  # what refuses changes asks whether this is the very class
                    cell.cell_contents = cls
            setattr(cls, name, made)
        return cls.__dict__[self._name]


def _has_factories(cls: Any) -> bool:
    return any(item.default_factory is not dataclasses.MISSING for item in dataclasses.fields(cls))


def _constructor(cls: Any) -> Any:
    """As the standard library's, which comes with what refuses changes and takes three times as long.

    Classes that the library makes anyhow, as it is imported or for every request, save 3 ms of a cold process by it.
    """
    items = dataclasses.fields(cls)
    space: dict[str, Any] = {f"default_{item.name}": item.default for item in items}
    places = [item.name + ("" if item.default is dataclasses.MISSING else f"=default_{item.name}") for item in items]
    lines = [f"  store(self, '{item.name}', {item.name})" for item in items]
    if hasattr(cls, "__post_init__"):
        lines.append("  self.__post_init__()")
    header = f"def __create_fn__(store, {', '.join(space)}):\n def __init__(self, {', '.join(places)}):\n"
    found: dict[str, Any] = {}
    exec(header + "\n".join(lines) + "\n return __init__", found)  # noqa: S102  of names of fields
    made = found["__create_fn__"](object.__setattr__, **space)
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__module__ = cls.__module__
    made.__annotations__ = {item.name: item.type for item in items} | {"return": None}
    return made


def has_standard_new(cls: type) -> bool:
    """Whether the constructor of ``cls`` is still to be made by the standard library: asking for it would make it."""
    return isinstance(cls.__dict__.get("__init__"), _Lazy)


_bodies: dict[type, dict[str, Any]] = {}
"""Of each class, with all that it inherits."""


def _lazy_dataclass(
    *, slots: bool, frozen: bool = False, eq: bool = True, weakref_slot: bool = False
) -> Callable[[type[T]], type[T]]:
    """As :func:`dataclasses.dataclass`, for classes with slots, whose dataclass bases are such themselves."""
    if not slots or (eq and not frozen):
        raise TypeError("late dataclasses have slots, and those that can be compared are frozen")
    names = (
        _FIELDS
        | _MAKING
        | (_FREEZING if frozen else frozenset())
        | (_OTHERS if eq else _OTHERS - {"__eq__", "__hash__"})
    )
    state = {"__getstate__": _state, "__setstate__": _set_state} if frozen else {}

    def decorate(cls: type[T]) -> type[T]:
        own = {name: value for name, value in cls.__dict__.items() if name not in ("__dict__", "__weakref__")}
        own["__qualname__"] = cls.__qualname__
        whole = own
        for base in cls.__bases__:
            if base in _bodies:
                merged = _bodies[base].get("__annotations__", {}) | own.get("__annotations__", {})
                whole = _bodies[base] | own | {"__annotations__": merged}
        late = {name: _Lazy(name, whole, frozen, eq) for name in names if name not in own}
        made = _slotted(cls, state | own | late, weakref_slot)
        _bodies[made] = whole
        return made

    return decorate


def _slotted(cls: type[T], body: dict[str, Any], weakref_slot: bool) -> type[T]:
    """The class once more, with a slot for each of its fields, as slots can't be added."""
    fields = body.get("__annotations__", {})
    inherited = {slot for base in cls.__mro__[1:] for slot in base.__dict__.get("__slots__", ())}
    slots = [name for name in (*fields, *(["__weakref__"] if weakref_slot else [])) if name not in inherited]
    kept = {name: value for name, value in body.items() if name not in fields}
    again: Any = type(cls)  # of the same metaclass
    made: type[T] = again(cls.__name__, cls.__bases__, {**kept, "__slots__": tuple(slots)})
    return made


# As the standard library's: copying and pickling would set fields one by one, which a frozen class refuses.
def _state(self: Any) -> list[object]:
    return [getattr(self, item.name) for item in dataclasses.fields(self)]


def _set_state(self: Any, state: list[object]) -> None:
    for item, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, item.name, value)


if not TYPE_CHECKING:
    dataclass = _lazy_dataclass
