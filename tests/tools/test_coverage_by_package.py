"""The tool that adds up the coverage of packages."""

from __future__ import annotations

import pytest

from support.tools import tool

coverage = tool("coverage_by_package")


def _file(covered: int, lines: int) -> dict[str, object]:
    summary = {"covered_lines": covered, "num_statements": lines, "percent_covered": 100 * covered / lines}
    return {"summary": summary, "missing_lines": []}


def test_the_lines_of_all_modules_of_a_package_are_added_up() -> None:
    files = {
        "packages/gitfleet-api/src/gitfleet_api/cache/store.py": _file(8, 10),
        "/env/lib/site-packages/gitfleet_api/gaps.py": _file(90, 90),
        "packages/gitfleet-py/src/gitfleet_py/backend.py": _file(1, 2),
        "/a/test_an_engine/gitfleet_py.py": _file(0, 2),  # a module that a test wrote
    }
    assert coverage.by_package(files) == {"gitfleet_api": (98, 100), "gitfleet_py": (1, 2)}


@pytest.mark.parametrize(("covered", "status"), [(94, 1), (95, 0)])
def test_a_package_below_its_limit_fails(monkeypatch: pytest.MonkeyPatch, covered: int, status: int) -> None:
    files = {"packages/gitfleet-api/src/gitfleet_api/gaps.py": _file(covered, 100)}
    monkeypatch.setattr(coverage, "_measured", lambda: files)
    assert coverage.main([]) == status


def test_a_package_without_data_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "_measured", dict)
    assert coverage.main([]) == 1
