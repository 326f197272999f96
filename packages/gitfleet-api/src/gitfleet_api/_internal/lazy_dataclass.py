"""A lazy ``dataclass`` decorator: the methods are generated on first use.

The standard library takes 0.4 ms to generate and compile the methods of a frozen class with three fields, and 1.2 ms
for 25 fields. This library has 40 such classes, of which a program uses a few. Here a class takes 0.03 ms, and the
standard library generates each group of methods when one of them is first read. Type checkers see the standard
decorator.
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

# Groups of attributes that are generated together. Decoding needs only the first one (0.1 ms).
_FIELDS = frozenset(("__dataclass_fields__", "__match_args__"))
_INIT = frozenset(("__init__",))
_FREEZING = frozenset(("__setattr__", "__delattr__"))
_OTHERS = frozenset(("__dataclass_params__", "__repr__", "__eq__", "__hash__"))
if sys.version_info >= (3, 13):
    _OTHERS |= {"__replace__"}


class _Lazy:
    """Placeholder for a generated attribute.

    Reading it makes the standard library generate the attribute, which then replaces it.
    """

    def __init__(self, name: str, body: dict[str, Any], frozen: bool, eq: bool) -> None:
        self._name = name
        self._body = body
        self._frozen = frozen
        self._eq = eq

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner = owner

    def __get__(self, instance: object, owner: type) -> object:
        generated = self._generate()
        return generated.__get__(instance, owner) if hasattr(generated, "__get__") else generated

    def _generate(self) -> Any:
        """Generate the group of this attribute. Thread-safe, because two threads generate equal attributes."""
        cls, group, options = self._owner, _OTHERS, {"frozen": self._frozen, "eq": self._eq}
        if self._name in _FIELDS:
            group, options = _FIELDS, {"init": False, "repr": False, "eq": False}
        elif self._name in _FREEZING:
            group, options = _FREEZING, {"init": False, "frozen": True, "repr": False, "eq": False}
        elif self._name in _INIT:
            group, options = _INIT, {"frozen": self._frozen, "repr": False, "eq": False}
            if self._frozen and not _has_factories(cls):
                cls.__init__ = _frozen_init(cls)  # type: ignore[misc]
                return cls.__init__  # type: ignore[misc]
        # A template class without slots, because defaults would conflict with the slots of the class itself.
        template: type = dataclasses.dataclass(**options)(type(cls.__name__, (), self._body))
        for name in [name for name in group if isinstance(cls.__dict__.get(name), _Lazy)]:
            attribute = template.__dict__[name]
            for cell in getattr(attribute, "__closure__", None) or ():
                if cell.cell_contents is template:  # __setattr__ of a frozen class compares the type of the object
                    cell.cell_contents = cls
            setattr(cls, name, attribute)
        return cls.__dict__[self._name]


def _has_factories(cls: Any) -> bool:
    return any(item.default_factory is not dataclasses.MISSING for item in dataclasses.fields(cls))


def _frozen_init(cls: Any) -> Any:
    """Generate ``__init__`` of a frozen class.

    The standard library also generates the methods that reject changes, which takes three times as long. This saves
    3 ms of a cold process for the classes that every process uses.
    """
    items = dataclasses.fields(cls)
    space: dict[str, Any] = {f"default_{item.name}": item.default for item in items}
    parameters = [
        item.name + ("" if item.default is dataclasses.MISSING else f"=default_{item.name}") for item in items
    ]
    lines = [f"  store(self, '{item.name}', {item.name})" for item in items]
    if hasattr(cls, "__post_init__"):
        lines.append("  self.__post_init__()")
    header = f"def __create_fn__(store, {', '.join(space)}):\n def __init__(self, {', '.join(parameters)}):\n"
    namespace: dict[str, Any] = {}
    exec(header + "\n".join(lines) + "\n return __init__", namespace)  # noqa: S102  contains only field names
    init = namespace["__create_fn__"](object.__setattr__, **space)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    init.__module__ = cls.__module__
    init.__annotations__ = {item.name: item.type for item in items} | {"return": None}
    return init


def has_standard_new(cls: type) -> bool:
    """Whether ``__init__`` of a class is not generated yet, so that it is a standard one. Does not generate it."""
    return isinstance(cls.__dict__.get("__init__"), _Lazy)


_bodies: dict[type, dict[str, Any]] = {}
"""The namespace of each lazy dataclass, including inherited fields."""


def _lazy_dataclass(
    *, slots: bool, frozen: bool = False, eq: bool = True, weakref_slot: bool = False
) -> Callable[[type[T]], type[T]]:
    """Lazy :func:`dataclasses.dataclass` for classes with slots. Their dataclass bases must be lazy too."""
    if not slots or (eq and not frozen):
        raise TypeError("a lazy dataclass must have slots, and must be frozen if it can be compared")
    names = (
        _FIELDS | _INIT | (_FREEZING if frozen else frozenset()) | (_OTHERS if eq else _OTHERS - {"__eq__", "__hash__"})
    )
    state = {"__getstate__": _state, "__setstate__": _set_state} if frozen else {}

    def decorate(cls: type[T]) -> type[T]:
        own = {name: value for name, value in cls.__dict__.items() if name not in ("__dict__", "__weakref__")}
        own["__qualname__"] = cls.__qualname__
        full = own
        for base in cls.__bases__:
            if base in _bodies:
                merged = _bodies[base].get("__annotations__", {}) | own.get("__annotations__", {})
                full = _bodies[base] | own | {"__annotations__": merged}
        lazy = {name: _Lazy(name, full, frozen, eq) for name in names if name not in own}
        slotted = _with_slots(cls, state | own | lazy, weakref_slot)
        _bodies[slotted] = full
        return slotted

    return decorate


def _with_slots(cls: type[T], body: dict[str, Any], weakref_slot: bool) -> type[T]:
    """Create the class again with a slot for each field, because slots can't be added to a class."""
    fields = body.get("__annotations__", {})
    inherited = {slot for base in cls.__mro__[1:] for slot in base.__dict__.get("__slots__", ())}
    slots = [name for name in (*fields, *(["__weakref__"] if weakref_slot else [])) if name not in inherited]
    attributes = {name: value for name, value in body.items() if name not in fields}
    metaclass: Any = type(cls)
    slotted: type[T] = metaclass(cls.__name__, cls.__bases__, {**attributes, "__slots__": tuple(slots)})
    return slotted


# As in the standard library: copy and pickle would set the fields one by one, which a frozen class rejects.
def _state(self: Any) -> list[object]:
    return [getattr(self, item.name) for item in dataclasses.fields(self)]


def _set_state(self: Any, state: list[object]) -> None:
    for item, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, item.name, value)


if not TYPE_CHECKING:
    dataclass = _lazy_dataclass
