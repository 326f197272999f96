"""What the documentation shows works as it stands there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from support.documented import NAMES, PAGES, ROOT, all_blocks, compiled


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_python_block_compiles(page: Path) -> None:
    for block in all_blocks(page):
        if block.language == "python":
            compiled(block, page)


@pytest.mark.parametrize(("package", "contract"), [("gitfleet_api", "api"), ("gitfleet_fleet", "fleet")])
def test_the_map_of_a_package_has_the_layers_that_are_checked(package: str, contract: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (checked,) = (one for one in project["tool"]["importlinter"]["contracts"] if one["id"] == contract)
    part = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition(f"\n## {package}\n")[2]
    table = part.partition("| layer |")[2].partition("\n\n")[0]
    shown = [set(re.findall(r"`(\w+)/?`", row.split("|")[1])) for row in table.splitlines()[2:]]
    assert shown == [set(layer.split(" | ")) for layer in checked["layers"]]


def test_a_request_passes_the_library_in_at_most_ten_steps() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    drawing = page.partition("## One request, step by step")[2].partition("```text\n")[2].partition("```")[0]
    steps = [int(number) for number in re.findall(r"^    │ +(\d+) ", drawing, re.MULTILINE)]
    assert steps == list(range(1, len(steps) + 1))
    assert len(steps) <= 10
    folder = ROOT / "packages" / "gitfleet-api" / "src" / "gitfleet_api"
    assert all((folder / name).is_dir() for name in re.findall(r"\b(\w+)/", drawing))


def test_the_pages_of_the_guide_are_all_in_the_navigation_of_its_start() -> None:
    start = (ROOT / "docs" / "index.md").read_text("utf-8")
    lists = re.findall(r"^```{toctree}\n(.*?)^```", start, re.DOTALL | re.MULTILINE)
    named = [line for text in lists for line in text.splitlines() if line and not line.startswith(":")]
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")} - {"index"}
    assert sorted(named) == sorted({*pages, "reference/index"})


def test_the_readme_has_one_command_for_the_demo_and_one_for_the_tests() -> None:
    commands = re.findall(r"^```bash\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert [len(command.splitlines()) for command in commands] == [1, 1]
    assert commands[0].rstrip().endswith("nox -s demo")
    assert commands[1].rstrip().endswith("nox")


READMES = [ROOT / "CHANGELOG.md", *(page for page in PAGES if page.name == "README.md")]


@pytest.mark.parametrize("page", READMES, ids=[str(page.relative_to(ROOT)) for page in READMES])
def test_links_of_the_readmes_lead_to_files_that_are_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []
