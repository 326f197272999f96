"""The page about errors has every class and every code, and no others."""

from __future__ import annotations

import inspect
import re

import GitFleet
from gitfleet_api import GitFleetError
from gitfleet_api.backend.error_codes import _CLASS_OF_CODE
from support.documented import DOCS, ROOT

PAGE = (DOCS / "errors.md").read_text("utf-8")
TABLE = PAGE.partition("## What to do about each")[2].partition("\n## ")[0]
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in TABLE.splitlines() if line.startswith("|")][2:]
CLASSES = {
    name: found
    for name in GitFleet.__all__
    if inspect.isclass(found := getattr(GitFleet, name)) and issubclass(found, GitFleetError)
}
ABSTRACT = {"GitFleetError", "NetworkError"}  # never raised themselves
NAMED_BY_THEIR_BASES = {"GraphQLNotFoundError", "GraphQLForbiddenError"}


def test_every_class_has_a_row() -> None:
    shown = {name for row in ROWS for name in re.findall(r"`(\w+)`", row[0])}
    assert shown == set(CLASSES) - ABSTRACT - NAMED_BY_THEIR_BASES


def test_every_row_says_what_to_do() -> None:
    assert all(len(row) == 4 and row[2] and row[3] for row in ROWS)


def test_every_code_is_there_and_no_other() -> None:
    shown = {code for row in ROWS for code in re.findall(r"`(\w+)`", row[1])}
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "packages").glob("gitfleet-*/src/**/*.py"))
    assert {code for code in shown if f'"{code}"' not in source} == set()
    default = {found.default_code for name, found in CLASSES.items() if name not in ABSTRACT}
    # A base's own code that nothing is raised with: each of its cases has a code that says more.
    assert default - shown <= {"provider_error", "invalid_request"}
    named = re.findall(r'provider_error\(\s*"(\w+)"', source) + list(_CLASS_OF_CODE)
    assert set(named) <= shown


def test_the_tree_is_that_of_the_classes() -> None:
    tree = PAGE.partition("## Class hierarchy")[2].partition("```text\n")[2].partition("```")[0]
    above: dict[int, str] = {}
    seen = set()
    for line in tree.splitlines():
        indent, name = re.match(r"([│├└─ ]*)(\w+)", line).groups()  # type: ignore[union-attr]
        above[len(indent)] = name
        seen.add(name)
        if indent:
            assert CLASSES[above[len(indent) - 3]] in CLASSES[name].__bases__
    assert seen == set(CLASSES) - NAMED_BY_THEIR_BASES


def test_the_page_about_authentication_has_every_code_of_sign_in() -> None:
    page = (DOCS / "authentication.md").read_text("utf-8").partition("## Errors and exit codes")[2]
    folder = ROOT / "packages" / "gitfleet-api" / "src" / "gitfleet_api" / "auth"
    source = "\n".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    raised = set(re.findall(r'code="(\w+)"', source))
    raised |= set(
        re.findall(
            r'"((?:app_(?:un|sus|not)|wrong_|access_denied|device_(?:code_e|flow)|sign_in_(?:ref|aga))\w*)"', source
        )
    )
    assert len(raised) > 20
    assert {code for code in raised if f"`{code}`" not in page} == set()
