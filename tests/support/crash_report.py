"""What a crash reporter sends of an exception: the local variables of every frame, shown by ``repr``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType

__all__ = ["reported_locals"]

_TESTS = str(Path(__file__).parents[1])


def reported_locals(error: BaseException) -> Iterator[tuple[str, str]]:
    """Each local variable of each frame, and what it contains one level below; the frames of tests are left out.

    Yields:
        The place of the variable, and its ``repr``.
    """
    for exception in _chain(error):
        for frame in _frames(exception.__traceback__):
            code = frame.tb_frame.f_code
            if code.co_filename.startswith(_TESTS):
                continue
            for name, value in frame.tb_frame.f_locals.items():
                place = f"{type(exception).__name__}: {code.co_filename}:{frame.tb_lineno} {code.co_qualname} {name}"
                yield from ((f"{place}{below}", text) for below, text in _shown(value))


def _chain(error: BaseException) -> list[BaseException]:
    """The exception with its causes, contexts and the members of groups."""
    found: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left:
        item = left.pop()
        if item is not None and not any(item is other for other in found):
            found.append(item)
            left += [item.__cause__, item.__context__, *getattr(item, "exceptions", ())]
    return found


def _frames(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _shown(value: object) -> Iterator[tuple[str, str]]:
    yield "", _repr(value)
    if isinstance(value, Mapping):
        yield from ((f"[{_repr(key)}]", _repr(item)) for key, item in list(value.items()))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from ((f"[{index}]", _repr(item)) for index, item in enumerate(value))
    else:
        yield from ((f".{name}", _repr(item)) for name, item in _attributes(value))


def _attributes(value: object) -> Iterable[tuple[str, object]]:
    yield from list(getattr(value, "__dict__", {}).items())
    for cls in type(value).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            mangled = f"_{cls.__name__.lstrip('_')}{name}" if name.startswith("__") else name
            try:
                yield name, getattr(value, mangled)
            except Exception:  # noqa: BLE001  S112  not set, or a property that fails
                continue


def _repr(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001  a crash reporter goes on as well
        return f"<{type(error).__name__}>"
