"""Cross references to names that are documented under another module than the one that defines them."""

from __future__ import annotations

import builtins
import importlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docutils.nodes import Element
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


def resolve(_app: Sphinx, env: BuildEnvironment, node: pending_xref, content: Element) -> Element | None:
    """Resolve a name by its last part; names of the standard library and private names become plain text.

    Annotations use the module that defines a class, the reference the module that users import it from. Each public
    name exists once, so its last part identifies it.
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
    ] or [name for name in domain.objects if name == f"GitFleet.GitProviderClient.{target}"]
    if found:
        # The synchronous clients have the names of the asynchronous ones.
        best = min(found, key=lambda name: (".sync." in name) != (".sync." in target))
        return domain.resolve_xref(env, str(node["refdoc"]), env.app.builder, "obj", best, node, content)
    return content if last.startswith("_") or _exists(target) else None


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
