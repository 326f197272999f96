"""Resolved annotations of dataclass fields."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import typing

from .._internal.text import shorten_repr
from ..errors import ConfigurationError

__all__ = ["dataclass_of", "field_hints", "is_library_model", "require_dataclass", "split_none", "strip_wrappers"]

_MODELS = f"{__name__.partition('.')[0]}.models."
_WRAPPERS = (typing.Final, typing.ClassVar)


def dataclass_of(model: object) -> type | None:
    """Return the dataclass of a class or generic alias; None for anything else, including an instance of one."""
    origin = typing.get_origin(model) or model
    return origin if isinstance(origin, type) and dataclasses.is_dataclass(origin) else None


def is_library_model(model: type) -> bool:
    """Whether a class is a model of this library: frozen, without generic fields."""
    return model.__module__.startswith(_MODELS)


def require_dataclass(model: object) -> type:
    """Return the dataclass of a class or generic alias.

    Raises:
        ConfigurationError: ``model`` is neither.
    """
    found = dataclass_of(model)
    if found is None:
        what = "an instance of one" if dataclasses.is_dataclass(model) else shorten_repr(model)
        raise ConfigurationError(f"a model must be a dataclass (the class itself), not {what}")
    return found


def field_hints(model: object) -> dict[str, object]:
    """Return the resolved annotations of a dataclass by field name. A generic alias binds the type variables.

    Raises:
        ConfigurationError: A name can't be resolved, or a field is an InitVar. The message names class and field.
    """
    owner = require_dataclass(model)
    hints = _bound_hints(owner, typing.get_args(model))
    names = [item.name for item in dataclasses.fields(owner)]
    for name, hint in hints.items():
        if name not in names and (hint is dataclasses.InitVar or isinstance(hint, dataclasses.InitVar)):
            raise ConfigurationError(
                f"{owner.__name__}.{name} is an InitVar, which a response can't fill; use a field instead"
            )
    return {name: hints[name] for name in names}


def _bound_hints(owner: type, arguments: tuple[object, ...]) -> dict[str, object]:
    """Return the annotations of a class and its bases, with the type variables of each class bound."""
    known: dict[object, object] = dict(zip(getattr(owner, "__parameters__", ()), arguments, strict=False))
    result: dict[str, object] = {}
    # One class at a time, because each generic base binds its own type variables.
    for base in reversed(owner.__dict__.get("__orig_bases__", owner.__bases__)):
        origin = typing.get_origin(base) or base
        if isinstance(origin, type) and origin not in (object, typing.Generic):
            result |= _bound_hints(origin, tuple(_bind(item, known) for item in typing.get_args(base)))
    resolved = _resolved(owner)
    return result | {name: _bind(resolved[name], known) for name in inspect.get_annotations(owner)}


def _bind(hint: object, known: dict[object, object]) -> object:
    if isinstance(hint, typing.TypeVar):
        return known.get(hint, hint)
    free = getattr(hint, "__parameters__", ())
    if not free or isinstance(hint, type):
        return hint
    return hint[tuple(known.get(item, item) for item in free)]  # type: ignore[index]


def _resolved(owner: type) -> dict[str, object]:
    if is_library_model(owner):
        return _library_hints(owner)
    try:
        if "<locals>" in owner.__qualname__:
            # A class defined in a function may refer to itself and to its nested classes, which are in no module.
            module = vars(sys.modules[owner.__module__]) if owner.__module__ in sys.modules else {}
            space = {**vars(owner), **module, **{base.__name__: base for base in reversed(owner.__mro__)}}
            return typing.get_type_hints(owner, localns=space, include_extras=True)
        return typing.get_type_hints(owner, include_extras=True)
    except NameError as error:
        place = _field_label(owner, error.name)
        raise ConfigurationError(
            f"{place}: the name {error.name!r} in its annotation can't be found; define it in the module instead of a "
            "function, or remove `from __future__ import annotations`"
        ) from None
    except (AttributeError, SyntaxError, TypeError) as error:
        raise ConfigurationError(f"the annotations of {owner.__name__} can't be read: {error}") from None


_evaluated: dict[tuple[str, str], object] = {}


def _library_hints(owner: type) -> dict[str, object]:
    """Return the annotations of a library model: 0.3 ms, where ``typing.get_type_hints`` takes 1.3 ms."""
    found: dict[str, object] = {}
    for base in reversed(owner.__mro__):
        for name, text in inspect.get_annotations(base).items():
            key = (base.__module__, text)
            if key not in _evaluated:
                _evaluated[key] = eval(text, vars(sys.modules[base.__module__]))  # noqa: S307  the annotations of this library
            found[name] = _evaluated[key]
    return found


def _field_label(owner: type, name: str | None) -> str:
    for base in owner.__mro__:
        for field, text in _annotation_texts(base).items():
            if name is not None and name in text:
                return f"{base.__name__}.{field}"
    return owner.__name__


def _annotation_texts(owner: type) -> dict[str, str]:
    if sys.version_info >= (3, 14):  # there annotations are evaluated when they are read, which would fail again
        import annotationlib

        return annotationlib.get_annotations(owner, format=annotationlib.Format.STRING)
    return {name: str(hint) for name, hint in inspect.get_annotations(owner).items()}


def strip_wrappers(hint: object) -> tuple[object, list[object]]:
    """Return an annotation without Annotated, NewType, Final, ClassVar and type aliases, and the Annotated extras."""
    extras: list[object] = []
    while True:
        origin = typing.get_origin(hint)
        if origin is typing.Annotated:
            extras += hint.__metadata__  # type: ignore[attr-defined]
            hint = hint.__origin__  # type: ignore[attr-defined]
        elif origin in _WRAPPERS:
            hint = typing.get_args(hint)[0]
        elif isinstance(hint, typing.NewType):
            hint = hint.__supertype__
        elif type(hint).__name__ == "TypeAliasType":  # `type X = ...`, since Python 3.12
            hint = hint.__value__  # type: ignore[attr-defined]
        else:
            return hint, extras


def split_none(arms: tuple[object, ...]) -> tuple[list[object], bool]:
    """Return the members of a union except None, and whether None was one of them."""
    present = [arm for arm in arms if arm is not type(None) and arm is not None]
    return present, len(present) < len(arms)
