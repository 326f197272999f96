"""What the documentation shows works as it stands there."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from gitfleet_api import GitHubClient, NotFoundError

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("packages/*/README.md"))]


def blocks(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_python_block_compiles(page: Path) -> None:
    for block in blocks(page):
        compile(block, str(page), "exec")


def test_the_backend_of_the_guide_serves_a_client() -> None:
    (block,) = blocks(ROOT / "docs" / "writing-a-backend.md")
    namespace: dict[str, object] = {"__name__": "guide"}
    exec(block, namespace)  # noqa: S102  our own documentation

    async def main() -> None:
        made = namespace["CannedBackend"]()  # type: ignore[operator]
        with pytest.raises(NotFoundError, match="Not Found"):
            await GitHubClient(backend=made).fetch_user_info()

    asyncio.run(main())


def test_the_readme_has_one_command_for_the_demo_and_one_for_the_tests() -> None:
    commands = re.findall(r"^```bash\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert [len(command.splitlines()) for command in commands] == [1, 1]
    assert commands[0].rstrip().endswith("nox -s demo")
    assert commands[1].rstrip().endswith("nox")
