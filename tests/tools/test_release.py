"""The tool that keeps all packages at one version."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from support.tools import ROOT, tool

release = tool("release")
NEW = f"7.8.{9}rc1"  # in one piece the tool would find it here


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the tracked files in a new repository."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a clone, or git is not installed")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    subprocess.run([git, "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run([git, "add", "-A"], cwd=tmp_path, check=True)
    return tmp_path


def test_all_packages_have_one_version(tree: Path) -> None:
    assert release.check(tree) == []


def test_a_release_needs_the_tag_of_its_version_and_a_date(tree: Path) -> None:
    release.bump(tree, NEW)
    for fragment in set((tree / "changes").iterdir()) - {tree / "changes" / "README.md"}:
        fragment.unlink()
    assert [problem.split(":")[0] for problem in release.check_release(tree, "v1")] == [
        f"the tag v1 is not v{NEW}",
        "CHANGELOG.md",
    ]
    release.date(tree, "2030-01-02")
    assert release.check_release(tree, f"v{NEW}") == []
    assert f"\nversion: {NEW}\ndate-released: 2030-01-02\n" in (tree / "CITATION.cff").read_text("utf-8")


def test_a_release_needs_one_date_in_the_changelog_and_the_citation(tree: Path) -> None:
    for fragment in set((tree / "changes").iterdir()) - {tree / "changes" / "README.md"}:
        fragment.unlink()
    release.date(tree, "2030-01-02")
    release._date_citation(tree, "2030-01-03")
    problems = release.check_release(tree, f"v{release._current(tree)}")
    assert problems == ["CITATION.cff: its date is not 2030-01-02: python tools/release.py date"]
    release.bump(tree, NEW)
    assert "date-released" not in (tree / "CITATION.cff").read_text("utf-8")


def test_a_release_needs_all_fragments_in_the_changelog(tree: Path) -> None:
    release.date(tree, "2030-01-02")
    (tree / "changes" / "faster.clients.md").write_text("Listings are faster.\n")
    assert [line.split(":")[0] for line in release.check_release(tree, f"v{release._current(tree)}")] == ["changes"]


def test_a_bump_changes_the_version_everywhere(tree: Path) -> None:
    changed = release.bump(tree, NEW)
    assert release.check(tree) == []
    assert {"rust/Cargo.toml", "rust/Cargo.lock", "packages/gitfleet/pyproject.toml", "CHANGELOG.md"} <= set(changed)
    assert f'native = ["gitfleet-native=={NEW}"]' in (tree / "packages/gitfleet/pyproject.toml").read_text()
    assert f"## {NEW} (not released yet)" in (tree / "CHANGELOG.md").read_text()


def test_a_bump_after_a_release_begins_a_new_section_of_the_changelog(tree: Path) -> None:
    release.bump(tree, "1.0.0")
    release.date(tree, "2030-01-02")
    release.bump(tree, "1.1.0")
    history = (tree / "CHANGELOG.md").read_text()
    assert "## 1.1.0 (not released yet)\n\n## 1.0.0 (2030-01-02)\n" in history


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("packages/gitfleet/pyproject.toml", "gitfleet-native==", "gitfleet-native==9."),
        ("rust/Cargo.toml", 'version = "', 'version = "9'),
        ("CHANGELOG.md", "## ", "## 9.9.9 (not released yet)\n\n## "),
        ("packages/gitfleet-py/src/gitfleet_py/version.py", 'VERSION = "', 'VERSION = "9'),
    ],
)
def test_a_difference_is_reported_with_its_file(tree: Path, file: str, old: str, new: str) -> None:
    text = (tree / file).read_text()
    (tree / file).write_text(text.replace(old, new, 1))
    assert any(line.startswith(file) for line in release.check(tree))


def test_a_version_in_a_file_that_bump_does_not_change_is_reported(tree: Path) -> None:
    current = release._current(tree)
    (tree / "noxfile.py").write_text(f'VERSION = "{current}"\n')
    assert any(line.startswith("noxfile.py") for line in release.check(tree))


def test_a_word_that_is_not_a_version_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        release.main(["bump", "next"])
    assert ended.value.code == 2
    assert "not a version like" in capsys.readouterr().err
