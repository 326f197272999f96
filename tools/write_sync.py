"""Writes the modules of ``gitfleet_api.sync`` that mirror asynchronous ones: ``python tools/write_sync.py``.

Each class there holds an object of the asynchronous class and has the same methods: coroutines become plain methods,
and listings the sync ones. Needs ruff, for the format; ``--check`` writes nothing and fails where a module is stale.
"""

from __future__ import annotations

import ast
import builtins
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "packages" / "gitfleet-api" / "src" / "gitfleet_api"
FOLDER = PACKAGE / "sync"

CLASSES = {
    "session/listing": "Listing",
    "client/audit": "AuditCalls",
    "client/discovery": "DiscoveryCalls",
    "client/provider": "Provider",
    "client/endpoints": "RestRequests",
    "graphql/endpoint": "GraphQLEndpoint",
    "graphql/batch": "BatchRequests",
    "client/base": "GitProviderClient",
    "providers/github/audit": "GitHubAudit",
    "providers/github/discovery": "GitHubDiscovery",
    "providers/github/client": "GitHubClient",
    "providers/gitlab/audit": "GitLabAudit",
    "providers/gitlab/discovery": "GitLabDiscovery",
    "providers/gitlab/client": "GitLabClient",
    "ratelimit/tokens": "TokenManager",
}
"""The class to mirror, by the path of its module."""
MODULES = {
    "graphql/endpoint": "graphql",
    "client/base": "client",
    "providers/github/audit": "github_audit",
    "providers/gitlab/audit": "gitlab_audit",
    "providers/github/discovery": "github_discovery",
    "providers/gitlab/discovery": "gitlab_discovery",
    "providers/github/client": "github",
    "providers/gitlab/client": "gitlab",
}
"""The name of the sync module where it differs from the name of the asynchronous one."""
BASE = "GitProviderClient"
LISTING = "Listing"
POOL = "TokenManager"
"""Clients take the asynchronous one as well, so the sync one is of its kind and has some methods in another form."""

RENAMED = {"aclose": "close", "__aenter__": "__enter__", "__aexit__": "__exit__"}
FOR_AUTHORS = ("profile", "batch_query", "session")
"""What authors of providers use; the sync classes do without."""
KEPT = ("_use_rust", "__init__", "__repr__", *RENAMED)
WORDING = {
    "``async with`` (or :meth:`aclose`)": "``with`` (or :meth:`close`)",
    "switches of tokens, cache hits.": (
        "switches of tokens, cache hits.\n"
        "            It runs in the thread that serves all sync clients, so it must not call one of them."
    ),
    "a coroutine that returns the response's": "the response's",
    "``await listing`` returns a list, ``async for item in listing`` gives the items one by one while pages arrive, "
    "and\n"
    "    ``async for page in listing.pages()`` gives one page at a time.": (
        "``listing.all()`` returns a list, ``for item in listing`` gives the items one by one while pages arrive, and\n"
        "    ``for page in listing.pages()`` gives one page at a time."
    ),
    "\n\n    A listing is not a coroutine. Functions that accept only coroutines take :meth:`all`, for example\n"
    "    ``asyncio.run(listing.all())``.": "",
    "as a list, like ``await listing``.\n\n        This is a coroutine, as needed by ``asyncio.run``, "
    "``asyncio.create_task`` and\n        ``asyncio.TaskGroup.create_task``. It requests": (
        "as a list.\n\n        It requests"
    ),
}
"""What docstrings say in other words."""
ASYNCHRONOUS = re.compile(r"\b(async|await|aclose|coroutine)", re.IGNORECASE)

BODIES = {
    "pages": "return steps(self._async.pages(ahead=ahead))",
    "__init__": "self._async = self._asynchronous({arguments})\nself._begin()",
    "__repr__": (
        'if not hasattr(self, "_async"):\n    return f"<sync {{type(self).__name__}} without a constructor call>"\n'
        "return f\"<sync {{repr(self._async).removeprefix('<')}}\""
    ),
    # Without a call there is nothing to close, and no thread is started for it.
    "close": "self._async.session.close()\nif is_running():\n    run(self._async.aclose())",
    "__enter__": "return self",
    "__exit__": "self.close()",
    "graphql": (
        "graphql: Any = self._async.graphql  # its overloads need a known type of model\n"
        "found = graphql(query, variables, model, at=at)\n"
        "return run(found) if model is None else Listing(found)"
    ),
}
"""What is no plain call of the method of the same name."""
EXTRA = {
    LISTING: """
__slots__ = ("_async",)

def __init__(self, source: AsyncListing[T]) -> None:
    self._async = source

def __repr__(self) -> str:
    return "<sync Listing: use `for` or `.all()`>"

def __iter__(self) -> Iterator[T]:
    with closing(self.pages()) as pages:
        for page in pages:
            yield from page
""",
    BASE: """
_asynchronous: ClassVar[type[AsyncGitProviderClient]] = AsyncGitProviderClient

@property
def profile(self) -> ProviderProfile:
    '''How the client talks to the provider.'''
    return self._async.profile

def _begin(self) -> None:
    if self._async._owns_backend:
        close_when_dropped(self._async, self._async.backend)
""",
}
_NARROWED = "# pyright: reportIncompatibleVariableOverride=false\n"
"""Subclasses narrow the types of ``_async`` and ``_asynchronous``, which are assigned once."""
REMARKS = {
    # The base names the abstract class, which can't be created either.
    BASE: f'# ruff: noqa: B008, SLF001\n# mypy: disable-error-code="type-abstract"\n{_NARROWED}',
    "Provider": _NARROWED,
    "BatchRequests": _NARROWED,
    "GitHubAudit": _NARROWED,
    "GitHubDiscovery": _NARROWED,
    "GitHubClient": _NARROWED,
    "GitLabAudit": _NARROWED,
    "GitLabDiscovery": _NARROWED,
    "GitLabClient": f"# ruff: noqa: S107\n{_NARROWED}",
    POOL: '# mypy: disable-error-code="override"\n# pyright: reportIncompatibleMethodOverride=false\n',
}
"""Settings for the checkers: for rules that the asynchronous class breaks as well, or that are broken on purpose."""
HEADER = '''"""{title}

Written by tools/write_sync.py from {module}.py: change that one, and run the script again.
"""
{remarks}
from __future__ import annotations
'''


@dataclass
class Module:
    """A module to mirror."""

    path: str
    tree: ast.Module
    cls: ast.ClassDef

    @property
    def name(self) -> str:
        """Of the module that is written."""
        return sync_name(self.path)

    def imports(self) -> dict[str, str]:
        """Where each of its names comes from: the full name of a module, relative to the package."""
        found: dict[str, str] = {}
        folder = self.path.split("/")[:-1]
        own = ".." + self.path.replace("/", ".")
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                base = "/".join(folder[: len(folder) - node.level + 1]) if node.level else ""
                place = ".".join(filter(None, (base.replace("/", "."), node.module)))
                found |= {alias.asname or alias.name: f"{'..' if node.level else ''}{place}" for alias in node.names}
            elif isinstance(node, ast.Import):
                found |= {
                    alias.asname or alias.name: f"as {alias.name}" if alias.asname else "" for alias in node.names
                }
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef):
                found[node.name] = own
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found[node.targets[0].id] = own
        return found


def sync_name(path: str) -> str:
    """The name of the sync module that mirrors ``path``."""
    return MODULES.get(path, path.rpartition("/")[2])


def load(path: str) -> Module:
    """A module of the library."""
    tree = ast.parse((PACKAGE / f"{path}.py").read_text("utf-8"))
    cls = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == CLASSES[path])
    return Module(path, tree, cls)


def source(path: str) -> str:
    """The text of the module that mirrors ``path``, not formatted yet."""
    module = load(path)
    members = list(_members(module))
    body = [_docstring(module.cls), *_preamble(module), *members]
    name = module.cls.name
    bases = [base for base in map(ast.unparse, module.cls.bases) if _mirror(base) or base == "Generic[T]"]
    if name == POOL:
        bases = [f"Async{POOL}"]
    made = ast.parse(f"class {name}({', '.join(bases)}): ...".replace("()", "")).body[0]
    assert isinstance(made, ast.ClassDef)  # noqa: S101  for the type checker
    made.body = body
    text = ast.unparse(ast.fix_missing_locations(made))
    return "\n".join((_header(module), *_imports(module, made), f'__all__ = ["{name}"]\n', *_type_variable(made), text))


def _mirror(name: str) -> str | None:
    """The sync module that has a class of this name."""
    return next((sync_name(path) for path, known in CLASSES.items() if known == name), None)


def _header(module: Module) -> str:
    title = (ast.get_docstring(module.tree) or "").partition("\n")[0]
    return HEADER.format(title=title, module=module.path, remarks=REMARKS.get(module.cls.name, ""))


def _docstring(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    text = ast.get_docstring(node, clean=False) or ""
    return ast.Expr(ast.Constant(reworded(text)))


def reworded(text: str) -> str:
    """A docstring as the sync class has it."""
    for old, new in WORDING.items():
        text = text.replace(old, new)
    if (found := ASYNCHRONOUS.search(text)) is not None:
        raise SystemExit(f"say how {found[0]!r} is put for those who do not await, in WORDING: {text}")
    return text


def _preamble(module: Module) -> list[ast.stmt]:
    name = module.cls.name
    if name == POOL:
        return []
    lines = f"_async: Async{name}{'[T]' if name == LISTING else ''}\n"
    lines += EXTRA.get(name, "")
    if module.path.startswith("providers/"):
        lines += f"_asynchronous: ClassVar[type[Async{name}]] = Async{name}\n"
    return ast.parse(lines).body


def _members(module: Module) -> Iterator[ast.stmt]:
    nodes = module.cls.body[1:]
    for node, following in zip(nodes, [*nodes[1:], None], strict=True):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name in FOR_AUTHORS:
                continue
            if (node.name in KEPT and module.cls.name != LISTING) or not node.name.startswith("_"):
                yield from _method(module, node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield from _constant(module, node, following)


def _constant(module: Module, node: ast.Assign | ast.AnnAssign, following: ast.stmt | None) -> Iterator[ast.stmt]:
    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    name = ast.unparse(target)
    if name.startswith("_") or name in FOR_AUTHORS:
        return
    value = ast.parse(f"Async{module.cls.name}.{name}", mode="eval").body
    if isinstance(node, ast.AnnAssign):
        yield ast.AnnAssign(ast.Name(name, ast.Store()), node.annotation, value, simple=1)
    else:
        yield ast.Assign([ast.Name(name, ast.Store())], value)
    if isinstance(following, ast.Expr):
        yield following


def _method(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.stmt]:
    if module.cls.name == POOL and not isinstance(node, ast.AsyncFunctionDef):
        return  # it is inherited
    decorators = [item for item in node.decorator_list if ast.unparse(item) != "abstractmethod"]
    name = RENAMED.get(node.name, node.name)
    if any(ast.unparse(item) == "overload" for item in decorators):
        body: list[ast.stmt] = [ast.Expr(ast.Constant(...))]
    else:
        body = ast.parse(_body(module, node, name, [ast.unparse(item) for item in decorators])).body
        if ast.get_docstring(node) is not None:
            body.insert(0, _docstring(node))
    made = ast.parse("def made(): ...").body[0]
    assert isinstance(made, ast.FunctionDef)  # noqa: S101  for the type checker
    made.name, made.args, made.body, made.decorator_list, made.returns = name, node.args, body, decorators, None
    if node.returns is not None:
        made.returns = _Awaited().visit(node.returns)
    yield made


def _body(module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef, name: str, decorators: list[str]) -> str:
    arguments = _arguments(node.args)
    if name in BODIES:
        return BODIES[name].format(arguments=arguments)
    if "property" in decorators:
        return f"return self._async.{name}"
    if "classmethod" in decorators:
        return f"return cls._asynchronous.{name}({arguments})"
    if module.cls.name == POOL:
        call = f"at_once(super().{name}({arguments}))"
    elif isinstance(node, ast.AsyncFunctionDef):
        call = f"run(self._async.{name}({arguments}))"
    else:
        returned = ast.unparse(node.returns) if node.returns is not None else ""
        if not returned.startswith("Listing["):
            raise SystemExit(f"{module.path}: {name}() gives {returned}; say in BODIES how it is called")
        call = f"Listing(self._async.{name}({arguments}))"
    return call if node.returns is not None and ast.unparse(node.returns) == "None" else f"return {call}"


def _arguments(given: ast.arguments) -> str:
    """A call's arguments, each handed on as it came."""
    placed = [argument.arg for argument in (*given.posonlyargs, *given.args)][1:]
    named = [f"{argument.arg}={argument.arg}" for argument in given.kwonlyargs]
    rest = [] if given.kwarg is None else [f"**{given.kwarg.arg}"]
    return ", ".join((*placed, *named, *rest))


class _Awaited(ast.NodeTransformer):
    """``Coroutine[Any, Any, X]`` becomes ``X``, an ``AsyncGenerator`` a ``Generator``."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Any subscript."""
        if ast.unparse(node.value) == "Coroutine" and isinstance(node.slice, ast.Tuple):
            return node.slice.elts[2]
        if ast.unparse(node.value) == "AsyncGenerator" and isinstance(node.slice, ast.Tuple):
            given = ", ".join(map(ast.unparse, node.slice.elts))
            return ast.parse(f"Generator[{given}, None]", mode="eval").body
        self.generic_visit(node)
        return node


def _imports(module: Module, made: ast.ClassDef) -> Iterator[str]:
    places = module.imports() | {"ClassVar": "typing", "Any": "typing", "closing": "contextlib"}
    places |= dict.fromkeys(("Generator", "Iterator"), "collections.abc")
    places |= dict.fromkeys(("run", "steps", "is_running", "close_when_dropped"), ".background")
    places["at_once"] = ".at_once"
    places["ProviderProfile"] = "..profile"
    own = module.cls.name
    for path, name in CLASSES.items():
        if name != POOL:
            places[name] = f".{sync_name(path)}"
    names = [node for node in ast.walk(made) if isinstance(node, ast.Name)]
    used = {node.id for node in names if not isinstance(node.ctx, ast.Store)} - {own}
    if "T" in used:
        yield "from typing import TypeVar"
    absent: list[str] = []  # libraries that may not be installed, which only annotations name
    for name in sorted(used - {"T"}):
        if name == f"Async{own}":
            yield f"from ..{module.path.replace('/', '.')} import {own} as {name}"
        elif places.get(name, "").startswith("as "):
            absent.append(f"    import {places[name][3:]} as {name}")
        elif name in places:
            yield f"import {name}" if not places[name] else f"from {places[name]} import {name}"
        elif name not in places and not hasattr(builtins, name) and name not in _bound(made):
            raise SystemExit(f"{module.path}: where does {name} come from?")
    if absent:
        yield "from typing import TYPE_CHECKING"
        yield "\n".join(["if TYPE_CHECKING:", *sorted(absent)])


def _bound(made: ast.ClassDef) -> set[str]:
    """Names of parameters, variables and attributes."""
    names = [node for node in ast.walk(made) if isinstance(node, ast.Name)]
    found = {node.id for node in names if isinstance(getattr(node, "ctx", None), ast.Store)}
    return found | {node.arg for node in ast.walk(made) if isinstance(node, ast.arg)}


def _type_variable(made: ast.ClassDef) -> list[str]:
    used = any(isinstance(node, ast.Name) and node.id == "T" for node in ast.walk(made))
    return ['T = TypeVar("T")\n'] if used else []


def formatted(text: str, name: str) -> str:
    """As ruff would have it."""
    ruff = [sys.executable, "-m", "ruff"]
    place = ["--stdin-filename", str(FOLDER / f"{name}.py"), "-"]
    for command in (["check", "--select", "I", "--fix", "--quiet"], ["format", "--quiet"]):
        done = subprocess.run([*ruff, *command, *place], input=text, capture_output=True, text=True, check=True)
        text = done.stdout
    return text


def main() -> int:
    """Write every module, or with ``--check`` tell which are stale."""
    stale = []
    for path in CLASSES:
        name = sync_name(path)
        target = FOLDER / f"{name}.py"
        text = formatted(source(path), name)
        if not target.exists() or target.read_text("utf-8") != text:
            stale.append(target.name)
            if "--check" not in sys.argv:
                target.write_text(text, "utf-8")
    print(f"{', '.join(stale) or 'nothing'} {'stale' if '--check' in sys.argv else 'written'}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
