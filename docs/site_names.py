"""Cross references to names that are documented under another module than the one that defines them."""

from __future__ import annotations

import builtins
import dataclasses
import functools
import importlib
import re
import sys
from typing import TYPE_CHECKING, get_type_hints

if TYPE_CHECKING:
    from docutils.nodes import Element
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

_METHOD_OF_A_CLIENT = re.compile(r"^Git(?:Hub|Lab)Client\.")


def resolve(_app: Sphinx, env: BuildEnvironment, node: pending_xref, content: Element) -> Element | None:
    """Resolve a name by its last part; names of the standard library and private names become plain text.

    Annotations use the module that defines a class, the reference the module that users import it from. The last part
    of a name identifies it within a package. Two packages may have the same name, as :class:`GitFleet.Fleet` and
    :class:`gitfleet_testing.Fleet`: that of the name's package is preferred, then that of the described object.
    """
    if node.get("refdomain") != "py":
        return None
    target = str(node.get("reftarget", ""))
    domain = env.domains.python_domain
    last = target.rpartition(".")[2]
    found = [
        name
        for name in domain.objects
        if name.rpartition(".")[2] == last and (name.split(".")[-2][:1].islower() or name == f"GitFleet.{last}")
    ] or [
        name for name in domain.objects if name == f"GitFleet.GitProviderClient.{_METHOD_OF_A_CLIENT.sub('', target)}"
    ]
    if found:
        packages = _packages(target, node)

        def distance(name: str) -> tuple[int, bool]:
            """Prefer the same package, then the same kind: synchronous classes have the names of asynchronous ones."""
            package = _public(name)
            return packages.index(package) if package in packages else len(packages), (".sync." in name) != is_sync

        is_sync = ".sync." in target
        best = min(found, key=distance)
        return domain.resolve_xref(env, str(node["refdoc"]), env.app.builder, "obj", best, node, content)
    return content if last.startswith("_") or target in _json_paths() or _exists(target) else None


@functools.cache
def _json_paths() -> frozenset[str]:
    """The paths in the annotations of fields: Sphinx takes ``JsonPath("rule.id")`` for a name."""
    from GitFleet import JsonPath, endpoints

    hints = [
        hint
        for model in map(vars(endpoints).get, endpoints.__all__)
        if dataclasses.is_dataclass(model)
        for hint in get_type_hints(model, include_extras=True).values()
    ]
    extras = [extra for hint in hints for extra in getattr(hint, "__metadata__", ())]
    return frozenset(extra.path for extra in extras if isinstance(extra, JsonPath) and isinstance(extra.path, str))


def _packages(target: str, node: pending_xref) -> list[str]:
    """The packages in which a name is looked for first: its own, then that of the object whose description uses it."""
    modules = (target.rpartition(".")[0], str(node.get("py:module") or ""), str(node.get("py:class") or ""))
    return [_public(module) for module in modules if module]


def _public(name: str) -> str:
    """The package that users import a name of GitFleet from: the forge, or all others."""
    package = name.partition(".")[0]
    return package if package == "gitfleet_testing" else "GitFleet" if package.lower().startswith("gitfleet") else ""


def _exists(name: str) -> bool:
    """Whether the name exists in the standard library or in a private module of GitFleet."""
    module, _, last = name.rpartition(".")
    if name.partition(".")[0] in sys.stdlib_module_names or hasattr(builtins, name):
        return True
    if not module:  # an annotation that was never evaluated: a name of any module of GitFleet
        ours = [loaded for key, loaded in sys.modules.items() if key.lower().startswith("gitfleet")]
        return any(hasattr(loaded, last) for loaded in ours)
    try:
        return hasattr(importlib.import_module(module), last)
    except ImportError:
        return False
