"""Write example-analysis.ipynb, the notebook of the page example-analysis.md: ``python docs/write_notebook.py``.

The page is the source, because its blocks are checked and drawn like those of all pages. The notebook is plain JSON, so
that neither writing nor testing it needs a package. It has the printed outputs; the plot is drawn when it runs.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
PAGE = DOCS / "example-analysis.md"
NOTEBOOK = DOCS / "example-analysis.ipynb"
_BLOCK = re.compile(r"^```([^\n`]*)\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
_OF_THE_SITE = re.compile(r" \{download\}`[^`]*`, or paste them\.|The build of this documentation [^.]*\.")
_LINK = re.compile(r"\[([^]]*)\]\([\w-]+\.md[^)]*\)")


def notebook(page: str) -> str:
    """Return the notebook of a page: its text, its Python blocks and their outputs."""
    cells: list[dict[str, Any]] = []
    text, last = "", 0
    for block in _BLOCK.finditer(page):
        text += page[last : block.start()]
        last = block.end()
        if block[1] == "console":
            text += block[0]
        elif block[1] == "python":
            cells += _text_cell(text, len(cells))
            text = ""
            outputs: list[Any] = []
            code = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": outputs}
            cells.append({**code, "id": f"cell-{len(cells)}", "source": _lines(block[2].rstrip("\n"))})
        elif block[1] == "output":
            cells[-1]["outputs"].append({"name": "stdout", "output_type": "stream", "text": _lines(block[2])})
    cells += _text_cell(text + page[last:], len(cells))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _text_cell(text: str, number: int) -> list[dict[str, Any]]:
    """The cell of a text without what only the site has; none if it is empty."""
    text = _LINK.sub(r"\1", _OF_THE_SITE.sub("", text)).strip()
    text = re.sub(r"\n{3,}", "\n\n", text)
    return [{"cell_type": "markdown", "id": f"cell-{number}", "metadata": {}, "source": _lines(text)}] if text else []


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


if __name__ == "__main__":
    NOTEBOOK.write_text(notebook(PAGE.read_text("utf-8")), "utf-8")
