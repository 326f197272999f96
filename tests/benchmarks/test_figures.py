"""Figures of the benchmark suite: medians, rounds, goals, tables. They need neither nginx nor other clients."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.corpus import Expected
from benchmarks.goals import GOALS, Goal, Side
from benchmarks.measuring import Figures, Program, WrongWorkError, measure, median
from benchmarks.nginx import Counts
from benchmarks.profiles import shares
from benchmarks.rounds import SLOW, interleaved
from benchmarks.workloads import CLIENTS, WORKLOADS, Workload, chosen


def figures(cpu: float = 1.0, *, wall: float = 1.0, memory: float = 10.0, value: float = 0.0) -> Figures:
    return Figures(cpu * 0.75, cpu * 0.25, wall, memory, 100, 8, value)


def program(code: str, rows: int = 1, checksum: int = 2) -> Program:
    return Program([sys.executable, "-c", code], Expected(rows, checksum))


def once(code: str) -> Figures:
    return measure(program(code), lambda: Counts(0, 0), {})


def test_each_figure_has_its_own_median() -> None:
    found = median([figures(1, wall=9), figures(3, wall=7), figures(2, wall=8)])
    assert (found.cpu, found.wall) == (2, 8)


def test_user_and_system_time_add_up_to_the_median_of_their_sum() -> None:
    runs = [Figures(1, 3, 0, 0, 0, 0), Figures(2, 0, 0, 0, 0, 0), Figures(3, 0, 0, 0, 0, 0)]
    found = median(runs)
    assert found.user + found.system == found.cpu == 3


def test_clients_run_in_turn_and_every_second_round_backwards() -> None:
    order: list[str] = []

    def run(key: str) -> Figures:
        order.append(key)
        return figures()

    interleaved("abc", run, 3, slow_once=False)
    assert "".join(order) == "abccbaabc"


def test_slow_clients_run_once_on_request() -> None:
    walls = {"quick": SLOW / 2, "slow": SLOW * 2}
    found = interleaved(list(walls), lambda key: figures(wall=walls[key]), 3, slow_once=True)
    assert {key: len(runs) for key, runs in found.items()} == {"quick": 3, "slow": 1}


def test_only_the_first_round_begins_after_the_deadline() -> None:
    found = interleaved("a", lambda _: figures(), 3, slow_once=False, deadline=0.0)
    assert len(found["a"]) == 1


def test_a_measurement_has_the_memory_that_the_program_reports() -> None:
    found = once("print(1, 2, 50_000)")
    assert found.memory == 51.2
    assert found.cpu > 0


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("print(2, 2, 1)", "saw 2 rows"),
        ("print(1, 3, 1)", "checksum 3"),
        ("print(1, 2, 1); raise SystemExit('no')", "failed:\nno"),
    ],
)
def test_a_client_that_did_not_do_its_work_ends_the_run(code: str, said: str) -> None:
    with pytest.raises(WrongWorkError, match=re.escape(said)):
        once(code)


def test_a_download_must_have_read_all_bytes() -> None:
    short = Program([sys.executable, "-c", "print(1, 99, 1)"], None, least_bytes=100)
    with pytest.raises(WrongWorkError, match="99 bytes, not 100"):
        measure(short, lambda: Counts(0, 0), {})


def test_asking_a_server_for_its_counts_is_not_counted() -> None:
    assert Counts(12, 120).since(Counts(3, 19)) == Counts(8, 100)


def test_a_goal_compares_with_the_better_of_several_clients() -> None:
    results = {"listing": {"native": figures(2), "one": figures(30), "other": figures(20)}}
    goal = Goal("", "native", 12, Side("listing", ("one", "other")), Side("listing", ("native",)), at_least=True)
    assert goal.value(results) == 10
    assert not goal.met(10)
    assert goal.met(12)


def test_a_goal_without_its_figures_has_no_value() -> None:
    goal = Goal("", "native", 12, Side("listing", ("one",)), Side("listing", ("native",)), at_least=True)
    assert goal.value({"listing": {"native": figures()}}) is None
    assert goal.value({}) is None


def test_a_goal_can_be_a_bound_of_one_figure() -> None:
    goal = Goal("", "native", 70, Side("listing", ("native",), "memory"), None, at_least=False, unit="MB")
    assert goal.value({"listing": {"native": figures(memory=71)}}) == 71
    assert goal.met(70)
    assert not goal.met(71)


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: f"{goal.text}, {goal.ours}")
def test_every_goal_needs_only_clients_of_the_short_variant(goal: Goal) -> None:
    run = {workload.key: workload.short for workload in WORKLOADS}
    for side in filter(None, (goal.over, goal.under)):
        assert set(side.clients) <= set(run[side.workload])


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: f"{goal.text}, {goal.ours}")
def test_every_goal_compares_clients_that_ran_in_turn(goal: Goal) -> None:
    assert goal.under is None or goal.under.workload == goal.over.workload


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.key)
def test_every_workload_names_existing_clients(workload: Workload) -> None:
    scripts = Path(__file__).parent / "clients"
    assert set(workload.short) <= set(workload.clients) <= set(CLIENTS)
    assert all((scripts / f"with_{CLIENTS[key].script}.py").exists() for key in workload.clients)


def test_workloads_are_chosen_by_name_and_an_unknown_one_is_refused() -> None:
    assert [workload.key for workload in chosen("single,listing")] == ["listing", "single"]
    assert chosen("") == WORKLOADS
    with pytest.raises(ValueError, match="no such workload: nothing; there are listing, "):
        chosen("listing,nothing")


def test_lines_of_code_have_neither_blank_lines_nor_comments_nor_docstrings() -> None:
    source = '''"""Docstring
of two lines."""

import x  # counted

def f(
    a,
):
    """Docstring."""
    # comment

    return """text
    of two lines"""
'''
    assert report.code_lines(source) == 6


def test_a_workload_that_counts_lines_shows_them_and_the_rows() -> None:
    (workload,) = chosen("contributors-slow")
    found = {"fleet-native": Figures(0.75, 0.25, 2.0, 10.0, 304, 16, rows=1234)}
    head, _, row = report.tables([workload], {workload.key: found}, {}).splitlines()[-3:]
    assert head.startswith("| client | lines | rows | CPU s |")
    source = (Path(__file__).parent / "clients" / "with_contributors_gitfleet.py").read_text("utf-8")
    lines = report.code_lines(source)
    assert (
        row
        == f"| GitFleet, native engine: `Fleet.each` | {lines} | 1,234 | 1.00 | 0.75 | 0.25 | 2.00 | 10 | 304 | 16 |"
    )


def test_the_table_of_goals_lists_reached_goals_first_and_skips_goals_without_figures() -> None:
    results = {"listing": {"native": figures(1, memory=60), "pygithub": figures(11)}}
    lines = report.goals_table(results).splitlines()[2:]
    assert lines == [
        "| listing, peak memory: the list is kept | native | at most 70 MB | 60 MB | yes |",
        "| listing, CPU: less than PyGithub | native | at least 12 x | 11.0 x | **no** |",
    ]


def test_tables_name_clients_with_their_versions() -> None:
    text = report.tables(WORKLOADS, {"listing": {"pygithub": figures(4, wall=5, memory=307)}}, {"PyGithub": "2.10"})
    assert "### Listing of 10,000 repositories" in text
    assert text.splitlines()[-1] == "| PyGithub 2.10 | 4.00 | 3.00 | 1.00 | 5.00 | 307 | 100 | 8 |"


def test_text_between_markers_is_replaced_and_the_rest_kept(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- results: begin -->\nold\n<!-- results: end -->\nafter\n")
    report.put_between(page, "results", "new")
    report.put_between(page, "results", "newer")
    assert page.read_text() == "before\n<!-- results: begin -->\n\nnewer\n\n<!-- results: end -->\nafter\n"


def test_a_page_without_markers_is_refused_and_not_changed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no markers")
    with pytest.raises(ValueError, match=r"page\.md has no <!-- results: begin -->"):
        report.put_between(page, "results", "new")
    assert page.read_text() == "no markers"


def test_the_page_has_the_markers_of_the_suite() -> None:
    text = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text()
    for name in ("results", "profile"):
        assert text.index(f"<!-- {name}: begin -->") < text.index(f"<!-- {name}: end -->")


def test_shares_name_the_largest_parts_and_add_up_to_all() -> None:
    found = shares({"a": 1, "b": 5, "c": 3, "d": 1}, 2)
    assert found == [("`b`", 0.5), ("`c`", 0.3), ("the rest", 0.2)]
