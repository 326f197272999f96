"""How the documentation is built: Sphinx, pages in Markdown, the reference from the docstrings.

``nox -s docs`` builds it with warnings as errors, those about names that lead nowhere included.
"""

from __future__ import annotations

import builtins
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from GitFleet import __version__

if TYPE_CHECKING:
    from docutils.nodes import Element
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

if importlib.util.find_spec("gitfleet_native") is None:
    # Its docstrings can be read without the library, which takes cargo and minutes to build.
    sys.path.append(str(Path(__file__).parents[1] / "packages" / "gitfleet-native" / "src"))
    stand_in = mock.MagicMock()
    stand_in.ffi.dlopen.return_value.gf_abi_version.return_value = mock.ANY
    sys.modules["gitfleet_native._gitfleet_abi"] = stand_in

project = "GitFleet"
author = "GitFleet contributors"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
nitpicky = True
# Their inventories would have to be fetched.
nitpick_ignore_regex = [("py:.*", r"(httpx|pa|pd|pl)\..*")]

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
maximum_signature_line_length = 100
toc_object_entries_show_parents = "hide"
add_module_names = False
highlight_language = "text"

html_theme = "furo"
html_title = f"GitFleet {__version__}"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False


def _of_another_name(_app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: Element) -> Element | None:
    """Where a name leads that is documented under another one; names of Python's own and inner ones lead nowhere.

    Annotations name a class by the module that defines it; the reference has it where people import it from. Each of
    our public names exists once, so its last part tells which it is.
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
    ]
    if found:
        # The synchronous clients have names of their asynchronous brothers.
        place = min(found, key=lambda name: (".sync." in name) != (".sync." in target))
        return domain.resolve_xref(env, str(node["refdoc"]), env.app.builder, "obj", place, node, shown)
    return shown if last.startswith("_") or _exists(target) else None


def _exists(name: str) -> bool:
    """Whether there is such a name in Python's library or in an inner module of ours."""
    module, _, last = name.rpartition(".")
    if name.partition(".")[0] in sys.stdlib_module_names or hasattr(builtins, name):
        return True
    if not module:  # as annotations that were never evaluated name it: one of any module of ours
        ours = [loaded for key, loaded in sys.modules.items() if key.lower().startswith("gitfleet")]
        return any(hasattr(loaded, last) for loaded in ours)
    try:
        return hasattr(importlib.import_module(module), last)
    except ImportError:
        return False


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("missing-reference", _of_another_name)
