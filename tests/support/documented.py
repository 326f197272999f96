"""The code blocks of the documentation: as modules, and as programs that run against a local forge."""

from __future__ import annotations

import asyncio
import builtins
import inspect
import io
import re
import sys
import types
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gitfleet_api import GitProviderClient
from gitfleet_testing import Fleet

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
INDEX_PAGE = ROOT / "packages" / "gitfleet" / "README.md"
"""Written from README.md, with the same blocks; a test compares them."""
_PACKAGES = [page for page in sorted(ROOT.glob("packages/*/README.md")) if page != INDEX_PAGE]
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md")), *_PACKAGES]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

_BLOCK = re.compile(r"^```([^\n`]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code in a page."""

    language: str
    text: str
    line: int


def all_blocks(page: Path) -> list[Block]:
    """Return the code blocks of a page in order, without directives of Sphinx."""
    text = page.read_text("utf-8")
    found = [Block(m[1].strip(), m[2], text.count("\n", 0, m.start()) + 2) for m in _BLOCK.finditer(text)]
    return [block for block in found if not block.language.startswith("{")]


def blocks(page: Path) -> list[str]:
    """Return the Python blocks of a page in order."""
    return [block.text for block in all_blocks(page) if block.language == "python"]


def output_of(block: Block, page: Path) -> Block | None:
    """The output block that follows a block directly."""
    following = all_blocks(page)[all_blocks(page).index(block) + 1 :][:1]
    return next((found for found in following if found.language == "output"), None)


def module_of(page: str) -> ModuleType:
    """A module with the definitions of a page of docs/: its Python blocks, except those that await at their top.

    The pages import GitFleet; tests of a page are skipped in environments without it.
    """
    pytest.importorskip("GitFleet", reason="gitfleet, which the documentation imports, is not installed")
    module = ModuleType(f"documented_{page.removesuffix('.md').replace('-', '_')}")
    sys.modules[module.__name__] = module  # where dataclasses and their annotations look for names
    for block in all_blocks(DOCS / page):
        if block.language == "python":
            code = compiled(block, DOCS / page)
            if not code.co_flags & inspect.CO_COROUTINE:
                exec(code, module.__dict__)  # noqa: S102  our own documentation
    return module


def compiled(block: Block, page: Path) -> types.CodeType:
    """Compile a block; ``await`` is allowed at its top level, as in a notebook."""
    lines = "\n" * (block.line - 1)  # so that a traceback names the line of the page
    code: types.CodeType = compile(lines + block.text, str(page), "exec", PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    return code


def run_page(page: Path, name: str, names: Mapping[str, object], servers: Mapping[str, str]) -> ModuleType:
    """Run every Python block of a page, in one module and on one event loop, and check the outputs that it shows.

    Args:
        page: the file.
        name: of the module.
        names: that the module has from the start.
        servers: addresses of the local forge, each with the one that the page shows in its place.
    """
    return run_blocks(all_blocks(page), page, name, names, servers)


def run_blocks(
    found: Iterable[Block], page: Path, name: str, names: Mapping[str, object], servers: Mapping[str, str]
) -> ModuleType:
    """Run Python blocks as :func:`run_page` does."""
    module = ModuleType(name)
    # `exec` adds them, but blocks that await are called as functions.
    module.__dict__.update({"__builtins__": builtins, **names})
    sys.modules[name] = module
    printed = None
    with asyncio.Runner() as runner, _collected_clients() as clients:
        for block in found:
            if block.language == "output" and printed is not None:
                assert_output(block, printed, page)
            printed = _run_block(block, page, module, runner) if block.language == "python" else None
            if printed is not None:
                for address, shown in servers.items():
                    printed = printed.replace(address, shown)
        runner.run(_close(clients))
    return module


def _run_block(block: Block, page: Path, module: ModuleType, runner: asyncio.Runner) -> str:
    """Run a block in the module of its page, and return what it prints."""
    code = compiled(block, page)
    with redirect_stdout(io.StringIO()) as printed:
        if code.co_flags & inspect.CO_COROUTINE:
            runner.run(types.FunctionType(code, module.__dict__)())
        else:
            exec(code, module.__dict__)  # noqa: S102  our own documentation
    return printed.getvalue()


def assert_output(block: Block, printed: str, page: Path) -> None:
    """Compare an output block with what the code before it printed; a line ``...`` stands for any lines."""
    parts = [re.escape(part) for part in re.split(r"^\.\.\.\n", block.text, flags=re.MULTILINE)]
    assert re.fullmatch("(?s:.*)".join(parts), printed), f"{page.name}:{block.line} shows other output than:\n{printed}"


@contextmanager
def _collected_clients() -> Iterator[list[GitProviderClient]]:
    """Collect the clients that a page creates: to be short, pages close few of them."""
    clients: list[GitProviderClient] = []
    init = GitProviderClient.__init__

    def collecting(self: GitProviderClient, *arguments: Any, **settings: Any) -> None:
        clients.append(self)
        init(self, *arguments, **settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GitProviderClient, "__init__", collecting)
        yield clients


async def _close(clients: list[GitProviderClient]) -> None:
    for client in clients:
        await client.aclose()


def fleet() -> Fleet:
    """Return the data that the pages use: an owner ``python``, a group ``gnome`` with a nested one, some users."""
    data = Fleet.generate(organizations=3, repositories=250)  # the README's: aurora-labs and others
    data.add_user("octo-user")
    data.add_organization("python", members=["octo-user"], teams=("Core",))
    sizes = {"commits": 30, "branches": ["main", "dev"], "contributors": 5, "issues": 12, "pulls": 4, "releases": 3}
    stars = {"cpython": 65_100, "typeshed": 4_600, "mypy": 18_900}
    for number, name in enumerate((*stars, *(f"tool-{n:03}" for n in range(120)))):
        over = {"stars": stars.get(name, 120 - number), "license": "mit", "language": "Python"}
        data.add_repository("python", name, **over, **(sizes if number < 3 else {}))
    data.add_organization("gnome", members=["octo-user"])
    data.add_group("gnome/apps", members=["octo-user"])
    data.add_repository("gnome", "gtk", stars=70)
    data.add_repository("gnome/apps", "calendar", stars=7, **sizes)
    return data
