"""The code in the documentation: as a module, and run as it stands there against a local forge."""

from __future__ import annotations

import asyncio
import inspect
import io
import re
import sys
import types
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT
from collections.abc import Iterator, Mapping
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
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("packages/*/README.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

_BLOCK = re.compile(r"^```([^\n`]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code in a page."""

    language: str
    text: str
    line: int


def all_blocks(page: Path) -> list[Block]:
    """The blocks of a page, in order, but not what Sphinx is told in such a form."""
    text = page.read_text("utf-8")
    found = [Block(m[1].strip(), m[2], text.count("\n", 0, m.start()) + 2) for m in _BLOCK.finditer(text)]
    return [block for block in found if not block.language.startswith("{")]


def blocks(page: Path) -> list[str]:
    """The Python blocks of a page, in order."""
    return [block.text for block in all_blocks(page) if block.language == "python"]


def output_of(block: Block, page: Path) -> Block | None:
    """The output block that follows a block directly."""
    following = all_blocks(page)[all_blocks(page).index(block) + 1 :][:1]
    return next((found for found in following if found.language == "output"), None)


def module_of(page: str) -> ModuleType:
    """A module with the definitions of a page of docs/: its Python blocks, except those that await at their top.

    They import what people do, GitFleet; tests of a page are skipped where there are its parts only.
    """
    pytest.importorskip("GitFleet", reason="gitfleet, which the documentation imports, is not installed")
    made = ModuleType(f"documented_{page.removesuffix('.md').replace('-', '_')}")
    sys.modules[made.__name__] = made  # where dataclasses and their annotations look for names
    for block in all_blocks(DOCS / page):
        if block.language == "python":
            code = compiled(block, DOCS / page)
            if not code.co_flags & inspect.CO_COROUTINE:
                exec(code, made.__dict__)  # noqa: S102  our own documentation
    return made


def compiled(block: Block, page: Path) -> types.CodeType:
    """A block's code; ``await`` may stand at its top, as in a notebook."""
    lines = "\n" * (block.line - 1)  # so that a traceback names the line of the page
    made: types.CodeType = compile(lines + block.text, str(page), "exec", PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    return made


def run_page(page: Path, name: str, names: Mapping[str, object], servers: Mapping[str, str]) -> ModuleType:
    """Run every Python block of a page, in one module and on one event loop, and check the outputs that it shows.

    Args:
        page: the file.
        name: of the module.
        names: that the module has from the start.
        servers: addresses of the local forge, each with the one that the page shows in its place.
    """
    made = ModuleType(name)
    made.__dict__.update(names)
    sys.modules[name] = made
    printed = None
    with asyncio.Runner() as runner, _kept_clients() as clients:
        for block in all_blocks(page):
            if block.language == "output" and printed is not None:
                assert_output(block, printed, page)
            printed = _run_block(block, page, made, runner) if block.language == "python" else None
            if printed is not None:
                for address, shown in servers.items():
                    printed = printed.replace(address, shown)
        runner.run(_close(clients))
    return made


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
def _kept_clients() -> Iterator[list[GitProviderClient]]:
    """Every client that is made meanwhile: pages leave most of them open, to be short."""
    made: list[GitProviderClient] = []
    init = GitProviderClient.__init__

    def keeping(self: GitProviderClient, *arguments: Any, **settings: Any) -> None:
        made.append(self)
        init(self, *arguments, **settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GitProviderClient, "__init__", keeping)
        yield made


async def _close(clients: list[GitProviderClient]) -> None:
    for client in clients:
        await client.aclose()


def fleet() -> Fleet:
    """What the pages take for granted: an owner ``python``, a group ``gnome`` with one below, a few people."""
    made = Fleet.generate(organizations=3, repositories=250)  # the README's: aurora-labs and others
    made.add_user("octo-user")
    made.add_organization("python", members=["octo-user"], teams=("Core",))
    sizes = {"commits": 30, "branches": ["main", "dev"], "contributors": 5, "issues": 12, "pulls": 4, "releases": 3}
    stars = {"cpython": 65_100, "typeshed": 4_600, "mypy": 18_900}
    for number, name in enumerate((*stars, *(f"tool-{n:03}" for n in range(120)))):
        over = {"stars": stars.get(name, 120 - number), "license": "mit", "language": "Python"}
        made.add_repository("python", name, **over, **(sizes if number < 3 else {}))
    made.add_organization("gnome", members=["octo-user"])
    made.add_group("gnome/apps", members=["octo-user"])
    made.add_repository("gnome", "gtk", stars=70)
    made.add_repository("gnome/apps", "calendar", stars=7, **sizes)
    return made
