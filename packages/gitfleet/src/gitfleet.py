"""The module ``GitFleet`` by the name of its package: ``import gitfleet``, ``python -m gitfleet``.

``gitfleet`` is the same module object as ``GitFleet``, and ``gitfleet.sync`` the same as ``GitFleet.sync``: every name
exists once. This is a file, because a folder ``gitfleet`` would be the folder ``GitFleet`` on file systems that ignore
case. Its types are in the folder ``gitfleet-stubs``, because type checkers accept no types in a single file.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

_ALIAS = "gitfleet."
_PACKAGE = "GitFleet."


class _AliasLoader(Loader):
    """Imports a submodule of GitFleet and registers it under its second name."""

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        sys.modules[name] = import_module(_PACKAGE + name.removeprefix(_ALIAS))


class _AliasFinder(MetaPathFinder):
    """Finds ``gitfleet.x``, which would otherwise be a second copy of ``GitFleet.x``."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if not fullname.startswith(_ALIAS) or find_spec(_PACKAGE + fullname.removeprefix(_ALIAS)) is None:
            return None
        return ModuleSpec(fullname, _AliasLoader())


if __name__ == "__main__":
    from GitFleet.__main__ import command

    raise SystemExit(command())

sys.meta_path.insert(0, _AliasFinder())  # before the finder of files, which would make the copy
sys.modules[__name__] = import_module("GitFleet")
