"""A report of the public API, so that every change of it is visible.

``python tools/api_report.py`` writes a file per public module into tests/public_api: a line per name with its
signature, and the members below each class. A test compares the files with the packages.
"""

from __future__ import annotations

import dataclasses
import enum
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from gitfleet_api._version import VERSION

__all__ = ["FOLDER", "MODULES", "main", "report"]

FOLDER = Path(__file__).parents[1] / "tests" / "public_api"
MODULES = (
    "GitFleet",
    "GitFleet.endpoints",
    "GitFleet.providers",
    "GitFleet.sync",
    "GitFleet.tables",
    "GitFleet.telemetry",
    "gitfleet_api",
    "gitfleet_api.backend",
    "gitfleet_api.client",
    "gitfleet_api.sync",
    "gitfleet_api.tables",
    "gitfleet_api.telemetry",
    "gitfleet_native",
    "gitfleet_py",
    "gitfleet_fleet",
    "gitfleet_mirror",
    "gitfleet_testing",
)
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_OURS = ("gitfleet_", "GitFleet")
_MADE = "__init__"


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for module in MODULES:
        (FOLDER / f"{module}.txt").write_text(report(module), encoding="utf-8")


def report(name: str) -> str:
    """Return a line per exported name; of names from another package of this project only their origin."""
    module = importlib.import_module(name)
    lines = [f"# {name}"]
    for exported in sorted(module.__all__):
        value = getattr(module, exported)
        home = getattr(value, "__module__", name)
        if isinstance(home, str) and home.startswith(_OURS) and name.partition(".")[0] != home.partition(".")[0]:
            lines.append(f"{exported} = {home}.{getattr(value, '__qualname__', exported)}")
        else:
            lines += _described(exported, value)
    return "\n".join(lines).replace(f"gitfleet/{VERSION}", "gitfleet/VERSION") + "\n"


def _described(name: str, value: object) -> Iterator[str]:
    if inspect.isclass(value):
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        yield f"class {name}({bases})" if bases else f"class {name}"
        yield from (f"    {line}" for line in _members(value))
    elif inspect.isroutine(value):
        yield f"{'async ' * inspect.iscoroutinefunction(value)}def {name}{_signature(value)}"
    elif inspect.ismodule(value):
        yield f"module {name}"
    else:
        yield f"{name}: {type(value).__name__}"


def _members(value: type) -> Iterator[str]:
    if issubclass(value, enum.Enum):
        yield from (f"{member.name} = {member.value!r}" for member in value)
    fields = [item.name for item in dataclasses.fields(value)] if dataclasses.is_dataclass(value) else []
    if ("__init__" in vars(value) or fields) and not getattr(value, "_is_protocol", False):
        constructor: object = getattr(value, _MADE)  # getattr constructs a lazy one
        yield f"def __init__{_signature(constructor)}"
    inherited = [base for base in value.__mro__ if base.__module__.startswith(_OURS)]
    names = {name for base in inherited for name in vars(base) if not name.startswith("_")} - set(fields)
    for name in sorted(names):
        member = inspect.getattr_static(value, name)
        if isinstance(member, property):
            yield f"property {name}: {member.fget.__annotations__.get('return') if member.fget else None}"
        elif isinstance(member, classmethod | staticmethod):
            kind = type(member).__name__
            yield f"{kind} {name}{_signature(member.__func__)}"
        elif inspect.isfunction(member):
            yield f"{'async ' * inspect.iscoroutinefunction(member)}def {name}{_signature(member)}"
        elif not isinstance(value, enum.EnumMeta):
            yield f"{name}"


class _Text:
    """An annotation as in the source, without quotes."""

    def __init__(self, text: object) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text if isinstance(self._text, str) else inspect.formatannotation(self._text)


def _signature(function: object) -> str:
    try:
        found = inspect.signature(function)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return "(...)"
    nothing = inspect.Parameter.empty
    parameters = [
        item if item.annotation is nothing else item.replace(annotation=_Text(item.annotation))
        for item in found.parameters.values()
    ]
    back = found.return_annotation
    plain = found.replace(parameters=parameters, return_annotation=back if back is nothing else _Text(back))
    return _ADDRESS.sub("", str(plain))


if __name__ == "__main__":
    main()
