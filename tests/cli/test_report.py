"""Errors of targets, the file of errors, and the line at the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from GitFleet.cli.plurals import counted
from GitFleet.cli.progress.displays import SilentDisplay
from GitFleet.cli.progress.tally import Tally
from GitFleet.cli.report import Report, written_line
from gitfleet_api import GitFleetError, NotFoundError, ProviderType, Retrying, TokenSwitched, Waiting
from gitfleet_testing import Fleet, Forge
from support.command_line import CommandLine


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("repositories", "1 repository"),
        ("branches", "1 branch"),
        ("pull requests", "1 pull request"),
        ("pages", "1 page"),
    ],
)
def test_numbers_have_the_right_plural(plural: str, one: str) -> None:
    assert counted(1, plural) == one
    assert counted(0, plural) == f"0 {plural}"
    assert counted(2431, plural) == f"2,431 {plural}"


def test_an_error_names_the_rows_before_it(gitfleet: CommandLine) -> None:
    gitfleet.forge.fail(
        "/repos/octo-user/busy/commits", status=403, times=None, when=lambda request: request.query.get("page") == "2"
    )
    done = gitfleet.run("commits", "github:octo-user/busy")
    assert done.error.endswith(" (after 100 commits)")
    assert Tally("branches", rows=1, pages=1).summary() == "1 branch in 1 page"


def test_equal_errors_are_printed_once_with_their_count_and_three_examples(gitfleet: CommandLine) -> None:
    missing = [f"github:octo-user/gone-{number}" for number in range(1, 8)]
    done = gitfleet.run("branches", "github:octo-user/busy", *missing)
    first, others, end = done.err.splitlines()
    assert first.startswith("gitfleet: github:octo-user/gone-")
    assert ": not found, or not visible to this token (GitHub responded with 404: Not Found" in first
    assert others.count("github:octo-user/gone-") == 3
    assert " and 3 more: the same error: not found, or not visible to this token (" in others
    assert end == "gitfleet: wrote 1 branch of 1 of 8 repositories; 7 repositories gone: see --errors FILE"


def test_the_same_failure_has_the_same_words_for_each_provider(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:nobody", "gitlab:nobody")
    for line, provider in zip(sorted(done.err.splitlines()), ("github", "gitlab"), strict=True):
        assert line.startswith(f"gitfleet: {provider}:nobody: not found, or not visible to this token (")


def test_different_errors_are_printed_each() -> None:
    lines: list[str] = []
    report = Report("branches", lines.append)
    report.add("github:a/b", NotFoundError("GET https://x/a/b: 404", ProviderType.GITHUB))
    report.add("github:a/c", NotFoundError("GET https://x/a/c: 404", ProviderType.GITHUB))
    report.add("github:a/d", GitFleetError("retry in 5 s", code="x"))
    report.add("github:a/e", GitFleetError("retry in 6 s", code="x"))
    report.add("github:a/f", GitFleetError("another reason", code="x"))
    assert len(lines) == 3
    report.finish()
    assert [line.partition(": the same error")[0] for line in lines[3:]] == ["github:a/c", "github:a/e"]
    assert report.statuses == Counter({"failed": 3, "gone": 2})


def test_the_file_of_errors_has_a_line_for_each_target_that_failed(gitfleet_on: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "errors.jsonl"
    file.write_text("old\n")
    gitfleet_on.forge.fail("/repos/octo-user/busy/branches", status=451, times=None)
    targets = ("github:octo-user/gone", "github:octo-user/busy", "github:acme/tool-001")
    done = gitfleet_on.run("branches", *targets, "--errors", str(file))
    assert done.code == 4
    assert done.err.splitlines()[-1].endswith(f": see {file}")
    entries = {entry["target"]: entry for entry in map(json.loads, file.read_text().splitlines())}
    assert {target: entry["status"] for target, entry in entries.items()} == {
        "github:octo-user/gone": "gone",
        "github:octo-user/busy": "blocked",
    }
    gone = entries["github:octo-user/gone"]
    assert (gone["kind"], gone["code"]) == ("branches", "not_found")
    assert gone["message"].startswith("not found, or not visible to this token (")
    assert set(gone) == {"target", "kind", "status", "code", "message"}
    assert gitfleet_on.run("branches", "github:acme/tool-001", "--errors", str(file)).code == 0
    assert file.read_text() == ""


def test_an_unwritable_file_of_errors_is_reported_before_a_request(gitfleet: CommandLine, tmp_path: Path) -> None:
    done = gitfleet.run("repos", "github:acme", "--errors", str(tmp_path / "no" / "file"))
    assert done.code == 6
    assert done.error.endswith("No such file or directory")
    assert gitfleet.forge.requests == []
    same = str(tmp_path / "x.jsonl")
    assert gitfleet.run("repos", "github:acme", "-o", same, "--errors", same).code == 2


def test_nothing_is_added_on_a_pipe_if_all_is_well(gitfleet: CommandLine, tmp_path: Path) -> None:
    assert gitfleet.run("repos", "github:acme", "github:small").err == ""
    assert gitfleet.run("repos", "github:acme", "github:small", "-o", str(tmp_path / "x.csv")).err == ""


def test_verbose_prints_the_line_at_the_end(gitfleet: CommandLine, tmp_path: Path) -> None:
    path = str(tmp_path / "x.csv")
    done = gitfleet.run("repos", "github:acme", "github:small", "-o", path, "-v")
    assert done.err.splitlines()[-1] == f"gitfleet: wrote 280 repositories of 2 owners to {path}"
    one = gitfleet.run("repos", "github:octo-user", "-o", path, "-v")
    assert one.err.splitlines()[-1] == f"gitfleet: wrote 1 repository to {path}"


def test_quiet_prints_errors_only(gitfleet: CommandLine) -> None:
    done = gitfleet.run("repos", "github:small", "github:missing", "--quiet")
    assert done.error.startswith("gitfleet: github:missing: ")
    assert len(done.rows) == 30
    assert gitfleet.run("repos", "github:small", "-q", "-v").code == 2


def test_the_line_at_the_end_names_the_statuses_by_their_count() -> None:
    line = written_line(
        "2,431 rows",
        done=297,
        targets=302,
        noun="repositories",
        output="old.parquet",
        statuses=Counter({"blocked": 2, "gone": 3}),
        errors="e.jsonl",
    )
    wanted = "wrote 2,431 rows of 297 of 302 repositories to old.parquet; 3 repositories gone, 2 blocked: see e.jsonl"
    assert line == wanted


def _waiting(seconds: float, resource: str = "core") -> Waiting:
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return Waiting("https://x", "rate_limit", seconds, until, resource)


def test_long_waits_and_refused_tokens_are_printed_once_without_verbose(capsys: pytest.CaptureFixture[str]) -> None:
    display = SilentDisplay(Tally("rows"))
    for event in (
        _waiting(4.9),
        _waiting(60),
        _waiting(59.9),
        _waiting(5, "search"),
        Retrying("GET", "https://x", 2, 1.0, "server_error"),
        Retrying("GET", "https://x", 3, 8.0, "server_error"),
        Retrying("GET", "https://y", 3, 8.0, "server_error"),
        TokenSwitched("https://x", "token 1", "token 2", "unauthorized"),
        TokenSwitched("https://y", "token 1", "token 2", "unauthorized"),
        TokenSwitched("https://x", "token 2", "token 3", "rate_limit"),
    ):
        display.on_event(event)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    starts = (
        "waiting 60 s, until ",
        "waiting 5 s, until ",
        "retrying in 8.0 s, ",
        "token 1 was refused (401); continuing with token 2",
    )
    for line, start in zip(lines, starts, strict=True):
        assert line.startswith(f"gitfleet: {start}")


def test_quiet_prints_no_waits(capsys: pytest.CaptureFixture[str]) -> None:
    display = SilentDisplay(Tally("rows"), notices="none")
    display.on_event(_waiting(60))
    display.on_event(TokenSwitched("https://x", "token 1", "token 2", "unauthorized"))
    assert capsys.readouterr().err == ""


def test_a_refused_token_of_a_pool_is_reported(gitfleet_on: CommandLine) -> None:
    done = gitfleet_on.run("repos", "github:small", GITHUB_TOKEN=f"refused-token,{gitfleet_on.forge.token}")
    assert (done.code, len(done.rows)) == (0, 30)
    assert done.error == "gitfleet: github token 1 was refused (401); continuing with github token 2"


@pytest.fixture(scope="module")
def member_forge() -> Iterator[Forge]:
    """A forge whose token belongs to a member of ``acme-tools``."""
    fleet = Fleet()
    fleet.add_organization("acme-tools")
    with Forge(fleet) as running:
        yield running


@pytest.mark.parametrize("provider", ["github", "gitlab"])
def test_an_owner_that_was_not_found_gets_suggestions(member_forge: Forge, engine: str, provider: str) -> None:
    gitfleet = CommandLine(member_forge, engine)
    targets = (f"{provider}:acme-tool", f"{provider}:nothing-similar")
    done = gitfleet.run("repos", *targets)
    assert done.err.splitlines()[-1] == f"gitfleet: {provider}:acme-tool was not found; did you mean acme-tools?"
    member_forge.clear_log()
    done = gitfleet.run("repos", *targets, "--quiet")
    assert "did you mean" not in done.err
    assert not [request for request in member_forge.requests if request.path.endswith(("/user/orgs", "/groups"))]
    member_forge.fail("*/user/orgs", status=500, times=None)
    member_forge.fail("*/groups", status=500, times=None)
    assert gitfleet.run("repos", *targets).code == 4
    member_forge.clear_faults()
