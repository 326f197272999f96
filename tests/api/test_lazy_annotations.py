"""Models in modules without ``from __future__ import annotations``, whose annotations Python 3.14 evaluates lazily."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from gitfleet_api import ConfigurationError
from support.reading import read

_MODULE = """
from dataclasses import dataclass

@dataclass
class Parent:
    name: str
    child: "Child | None" = None

@dataclass
class Child:
    name: str
"""
_UNKNOWN = """
from dataclasses import dataclass

@dataclass
class Row:
    owner: Missing | None
"""


def _run(text: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    module = type(sys)("models_of_a_user")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(text, "models_of_a_user.py", "exec", dont_inherit=True), vars(module))  # noqa: S102  the text above
    return vars(module)


def test_a_class_may_name_a_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _run(_MODULE if sys.version_info < (3, 14) else _MODULE.replace('"', ""), monkeypatch)
    parent, child = found["Parent"], found["Child"]
    assert read(parent, {"name": "a", "child": {"name": "b"}}) == parent("a", child("b"))


@pytest.mark.skipif(sys.version_info < (3, 14), reason="older versions of Python refuse the class")
def test_an_unknown_name_is_reported_with_its_field(monkeypatch: pytest.MonkeyPatch) -> None:
    row = _run(_UNKNOWN, monkeypatch)["Row"]
    with pytest.raises(ConfigurationError, match=r"Row\.owner: the name 'Missing' .*can't be found; define it"):
        read(row, {})
