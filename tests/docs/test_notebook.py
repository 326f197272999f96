"""The sample notebook is that of its page, and its cells run and print what it shows."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from support.documented import DOCS, Block, run_blocks

NOTEBOOK = DOCS / "example-analysis.ipynb"


def _written() -> str:
    spec = importlib.util.spec_from_file_location("write_notebook", DOCS / "write_notebook.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = module.notebook((DOCS / "example-analysis.md").read_text("utf-8"))
    assert isinstance(text, str)
    return text


def test_the_notebook_is_written_from_its_page() -> None:
    assert NOTEBOOK.read_text("utf-8") == _written(), "run docs/write_notebook.py"


def test_the_notebook_has_the_form_that_jupyter_reads() -> None:
    content = json.loads(NOTEBOOK.read_text("utf-8"))
    assert (content["nbformat"], content["nbformat_minor"]) == (4, 5)
    required = {"markdown": set[str](), "code": {"execution_count", "outputs"}}
    for cell in content["cells"]:
        assert set(cell) == {"cell_type", "id", "metadata", "source", *required[cell["cell_type"]]}
    assert len({cell["id"] for cell in content["cells"]}) == len(content["cells"])
    text = "".join("".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "markdown")
    assert "{" not in text  # directives of the site
    assert ".md" not in text


def test_the_cells_of_the_notebook_run_and_print_what_it_shows(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in ("matplotlib", "pandas"):
        pytest.importorskip(library, reason=f"the notebook uses {library}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("GITFLEET_BACKEND", engine)
    blocks: list[Block] = []
    for number, cell in enumerate(json.loads(NOTEBOOK.read_text("utf-8"))["cells"]):
        if cell["cell_type"] == "code":
            blocks.append(Block("python", "".join(cell["source"]), number))
            blocks += [Block("output", "".join(output["text"]), number) for output in cell["outputs"]]
    run_blocks(blocks, NOTEBOOK, "sample_notebook", {}, {})
    assert sum(block.language == "output" for block in blocks) == 4
    assert "<svg" in (tmp_path / "pull-requests.svg").read_text("utf-8")
