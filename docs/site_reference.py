"""Docstrings of the reference without repetition: each method is described once, then only what differs."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from sphinx.pycode import ModuleAnalyzer

from GitFleet import GitProviderClient

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_OF_A_PROVIDER = re.compile(r"GitFleet\.Git(?:Hub|Lab)Client\.(\w+)")
_OF_A_SYNC_CLASS = re.compile(r"GitFleet\.sync\.(\w+)\.(\w+)")
_SECTION = re.compile(r"^\w+:$")


def shorten(_app: Sphinx, what: str, name: str, _object: object, _options: object, lines: list[str]) -> None:
    """Replace the part of a docstring that another class has already: the arguments, or all but the first sentence."""
    if what == "class" and name.startswith("GitFleet.sync."):
        lines[:] = [*_first_paragraph(lines), "", f"Arguments: :class:`GitFleet.{name.rpartition('.')[2]}`.", ""]
    if what not in ("method", "property"):
        return
    if (found := _OF_A_PROVIDER.fullmatch(name)) and hasattr(GitProviderClient, found[1]):
        lines[:] = _without_arguments(lines)
        lines += [f"Arguments: :meth:`GitFleet.GitProviderClient.{found[1]}`.", ""]
    elif (found := _OF_A_SYNC_CLASS.fullmatch(name)) and _is_async_too(found[1], found[2]):
        module = "GitFleet.providers" if found[1] == "TokenManager" else "GitFleet"
        kind = "meth" if what == "method" else "attr"
        lines[:] = [*_first_paragraph(lines), "", f"See :{kind}:`{module}.{found[1]}.{found[2]}`.", ""]


_attributes: dict[str, list[str]] = {}


def remember(_app: Sphinx, what: str, name: str, _object: object, _options: object, lines: list[str]) -> None:
    """Keep the docstring of an attribute: napoleon would take what precedes a colon in it for a type."""
    if what == "data":  # autodoc reads comments of the module that exports it, not of the one that defines it
        lines[:] = _docstring_of_data(name.rpartition(".")[2])
    if what in ("attribute", "data") or (what == "property" and not any(map(_SECTION.match, lines))):
        _attributes[name] = lines.copy()


def _docstring_of_data(name: str) -> list[str]:
    """The string below the assignment of a module's constant or alias."""
    for module in sorted(
        key
        for key in sys.modules
        if key.startswith(("gitfleet_api", "gitfleet_fleet", "gitfleet_mirror", "gitfleet_py"))
    ):
        found = ModuleAnalyzer.for_module(module).find_attr_docs().get(("", name))
        if found:
            return [*found, ""]
    return []


def restore(_app: Sphinx, _what: str, name: str, _object: object, _options: object, lines: list[str]) -> None:
    """Restore what :func:`remember` kept."""
    if name in _attributes:
        lines[:] = _attributes.pop(name)


def hide_fields(
    _app: Sphinx, what: str, name: str, documented: object, _options: object, signature: str, returns: str
) -> tuple[str, str]:
    """Remove the constructor of a model from its heading: its fields follow one by one."""
    is_model = what == "class" and getattr(documented, "__module__", "").startswith("gitfleet_api.models.")
    return ("", "") if is_model and name.startswith("GitFleet.") else (signature, returns)


def _is_async_too(owner: str, member: str) -> bool:
    import GitFleet

    return hasattr(getattr(GitFleet, owner, None), member)


def _first_paragraph(lines: list[str]) -> list[str]:
    return lines[: lines.index("")] if "" in lines else lines


def _without_arguments(lines: list[str]) -> list[str]:
    kept: list[str] = []
    section = ""
    for line in lines:
        if _SECTION.match(line):
            section = line
        if section != "Args:":
            kept.append(line)
    return kept
