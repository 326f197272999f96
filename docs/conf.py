"""Configuration of the documentation: Sphinx, pages in Markdown, the reference from docstrings.

``nox -s docs`` builds it with warnings as errors, including those about names that cannot be resolved.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from GitFleet import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS), str(DOCS.parent / "tests")]

if importlib.util.find_spec("gitfleet_native") is None:
    # Its docstrings can be read without the compiled library, which takes cargo and minutes to build.
    sys.path.append(str(DOCS.parent / "packages" / "gitfleet-native" / "src"))
    library = mock.MagicMock()
    library.ffi.dlopen.return_value.gf_abi_version.return_value = mock.ANY
    sys.modules["gitfleet_native._gitfleet_abi"] = library

project = "GitFleet"
author = "GitFleet contributors"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon", "sphinx_copybutton"]
exclude_patterns = ["_build", "_generated"]
nitpicky = True
# Their inventories would have to be downloaded.
nitpick_ignore_regex = [("py:.*", r"(httpx|metrics|pa|pd|pl|trace)\..*")]

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autosummary_generate = False
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
maximum_signature_line_length = 100
toc_object_entries_show_parents = "hide"
add_module_names = False
highlight_language = "text"

copybutton_prompt_text = "$ "
copybutton_selector = "div:not(.highlight-output):not(.highlight-text) > div.highlight > pre"

html_theme = "furo"
pygments_dark_style = "github-dark"  # furo's default underlines names of modules like links
html_title = f"GitFleet {__version__}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False


def setup(app: Sphinx) -> None:
    """Connect the parts of this configuration that are functions; Sphinx calls it."""
    import site_examples
    import site_names
    import site_reference

    app.connect("builder-inited", site_examples.draw)
    app.connect("missing-reference", site_names.resolve)
    app.connect("autodoc-process-signature", site_reference.hide_fields)
    # Before and after napoleon, which has the priority 500 and turns sections into fields.
    app.connect("autodoc-process-docstring", site_reference.shorten, priority=400)
    app.connect("autodoc-process-docstring", site_reference.remember, priority=401)
    app.connect("autodoc-process-docstring", site_reference.restore, priority=600)
