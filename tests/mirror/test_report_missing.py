"""Values that a mirror does not have, in its report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gitfleet_api import BranchInfo, PullRequestInfo, RepoInfo
from gitfleet_mirror.cursors import TargetState, UnitState
from gitfleet_mirror.report import report_page
from support.mirror_fleet import NOW, NOW_TEXT, mirror_writer

pytest.importorskip("vl_convert", reason="the report is an extra: gitfleet[report]")

NONE = "\u2013"
OPEN, WITHOUT, FORBIDDEN, NEW = 1, 2, 3, 4


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of an interrupted update: four repositories without any number, two with their pull requests."""
    path: Path = tmp_path_factory.mktemp("mirror") / "fleet.sqlite"
    with mirror_writer(path) as (writer, cursors):
        cursors.begin_update(("github:acme",), NOW, "0.0.1")
        cursors.set_target(TargetState("github:acme", "github", "ok", repositories=4, listed_at=NOW_TEXT))
        cursors.set_target(TargetState("github:lost", "github", "gone", "not_found", "Not Found"))
        for number in (OPEN, WITHOUT, FORBIDDEN, NEW):
            repo = RepoInfo(number, f"r{number}", f"acme/r{number}")
            writer.upsert("repository", "github", None, [repo], NOW_TEXT)
        writer.upsert("pull_request", "github", OPEN, [PullRequestInfo(1, 1, "One", "open")], NOW_TEXT)
        writer.upsert("branch", "github", OPEN, [BranchInfo("topic", "f" * 40)], NOW_TEXT)
        cursors.set_unit(UnitState("github", OPEN, "branches", status="ok", complete_at=NOW_TEXT))
        for number in (OPEN, WITHOUT):
            cursors.set_unit(UnitState("github", number, "pull_requests", status="ok", complete_at=NOW_TEXT))
        cursors.set_unit(UnitState("github", FORBIDDEN, "pull_requests", status="forbidden"))
    return report_page(path)


def _rows(text: str, table: str) -> list[list[str]]:
    body = text[text.index(f'id="{table}-table"') :].partition("<tbody")[2].partition("</tbody>")[0]
    return [
        [re.sub("<[^>]+>", "", cell).strip() for cell in re.findall("<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall("<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def _tile(text: str, label: str) -> tuple[str, ...]:
    found = re.search(f"<dt>{label}</dt><dd><strong>(.*?)</strong><span>(.*?)</span>", text)
    assert found is not None
    return found.groups()


def test_pull_requests_that_were_not_read_are_not_zero(text: str) -> None:
    pulls = {row[0]: row[6] for row in _rows(text, "repositories")}
    assert pulls == {"acme/r1": "1", "acme/r2": "0", "acme/r3": NONE, "acme/r4": NONE}


def test_sums_of_no_known_value_are_not_zero(text: str) -> None:
    assert _tile(text, "Stars") == (NONE, "4 repositories without a number")
    assert _tile(text, "Stale branches") == (NONE, "1 without a known time")
    assert _tile(text, "Pushed in 90 days")[0] == NONE


def test_an_update_that_did_not_finish_has_no_number_of_calls(text: str) -> None:
    assert "counted call" not in text[: text.index("</h1>") + 400]
    assert [row[3] for row in _rows(text, "updates")] == [NONE]


def test_a_target_that_was_never_listed_has_no_number_of_repositories(text: str) -> None:
    assert {row[0]: row[2] for row in _rows(text, "targets")} == {"github:lost": NONE, "github:acme": "4"}
