"""The examples of the documentation pass mypy --strict and pyright."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT, PyCF_ONLY_AST
from inspect import CO_COROUTINE
from pathlib import Path

import pytest

from support.documented import DOCS, ROOT, Block, all_blocks, compiled

PAGES = [ROOT / "README.md", *sorted(page for page in DOCS.rglob("*.md"))]


def _bindings(block: Block) -> dict[str, str]:
    """The functions, classes and imports at the top of a block: name to where it comes from."""
    tree = compile(block.text, "block", "exec", PyCF_ALLOW_TOP_LEVEL_AWAIT | PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = f"line {block.line + node.lineno}"
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _programs(page: Path) -> list[list[Block]]:
    """The Python blocks of a page, split where a block gives a name another meaning: there a new program begins."""
    programs: list[list[Block]] = []
    known: dict[str, str] = {}
    for block in all_blocks(page):
        if block.language != "python":
            continue
        new = _bindings(block)
        if not programs or any(known.get(name, origin) != origin for name, origin in new.items()):
            programs.append([])
            known = {}
        known |= new
        programs[-1].append(block)
    return programs


def _source(program: list[Block], page: Path) -> str:
    """A program as a module whose line numbers are those of the page; one that awaits becomes an async function."""
    awaits = any(compiled(block, page).co_flags & CO_COROUTINE for block in program)
    lines = [""] * (program[-1].line + program[-1].text.count("\n"))
    for block in program:
        for number, line in enumerate(block.text.splitlines(), block.line - 1):
            lines[number] = f"    {line}" if awaits and line else line
    lines[0] = "async def page() -> None:" if awaits else ""
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    for page in PAGES:
        for number, program in enumerate(_programs(page)):
            name = "_".join(page.relative_to(ROOT).with_suffix("").parts).replace("-", "_").replace(".", "_")
            (folder / f"{name}_{number}.py").write_text(_source(program, page), "utf-8")
    assert len(list(folder.glob("*.py"))) > 20
    return folder


def _config(folder: Path) -> None:
    (folder / "mypy.ini").write_text(
        "[mypy]\nstrict = true\n" + "".join(f"[mypy-{name}.*]\nignore_missing_imports = true\n" for name in UNTYPED)
    )
    settings = {"venvPath": str(Path(sys.prefix).parent), "venv": Path(sys.prefix).name}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))


UNTYPED = ("pandas", "polars", "pyarrow")  # they have no annotations, or are extras that may be missing


def test_mypy_accepts_the_examples(sources: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed; nox -s docs brings it")
    _config(sources)
    command = [sys.executable, "-m", "mypy", "--config-file=mypy.ini", "--cache-dir=.mypy_cache", *_names(sources)]
    done = subprocess.run(command, cwd=sources, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pyright_accepts_the_examples(sources: Path) -> None:
    program = shutil.which("pyright", path=Path(sys.executable).parent)
    if program is None:
        pytest.skip("pyright is not installed; nox -s docs brings it")
    _config(sources)
    done = subprocess.run([program, "--project", "."], cwd=sources, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.py"))
