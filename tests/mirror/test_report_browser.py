"""The report of a fleet in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitfleet_api import RepoDetails
from gitfleet_mirror.report import write_report
from gitfleet_mirror.report.text import clean
from support.browser import browser_module, chromium
from support.mirror_fleet import HOSTILE, NOW_TEXT, mirror_writer, write_fleet

PLOTS = 10
SMALL = 28  # more than the rows of a table that are shown at first
WIDE, NARROW = 1280, 390
MISSING = "\u2013"


def _report(folder: Path, repositories: int) -> str:
    write_fleet(folder / "fleet.sqlite", repositories, different=304)
    write_report(folder / "fleet.sqlite", folder / "report.html")
    return (folder / "report.html").as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def large(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> str:  # noqa: ARG001  not written without a browser
    """The report of a fleet of 2,000 repositories."""
    return _report(tmp_path_factory.mktemp("large"), 2_000)


@pytest.fixture(scope="module")
def small(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> str:  # noqa: ARG001  not written without one
    return _report(tmp_path_factory.mktemp("small"), SMALL)


class _Opened:
    """A page in which errors and requests are recorded."""

    def __init__(self, browser: Any, url: str, width: int = WIDE, scheme: str = "light", **options: Any) -> None:
        size = {"width": width, "height": 900}
        self.page = browser.new_page(viewport=size, color_scheme=scheme, **options)
        self.url = url
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("request", lambda request: self.wrong.append(request.url) if request.url != url else None)
        self.page.goto(url)

    def column(self, table: str, place: int, rows: str = "tr:not([hidden])") -> list[str]:
        """Return the texts of a column's cells, by default of rows that are shown."""
        found: list[str] = self.page.eval_on_selector_all(
            f"#{table} tbody {rows} td:nth-child({place})",
            "cells => cells.map(cell => (cell.querySelector('a, bdi, .none') || cell).textContent.trim())",
        )
        return found


@pytest.fixture
def opened(browser: Any, large: str) -> Iterator[_Opened]:
    """The report of 2,000 repositories. Fails the test if there was a message, or a request for anything else."""
    found = _Opened(browser, large)
    yield found
    found.page.close()
    assert found.wrong == []


def test_every_plot_has_marks_and_its_numbers_as_a_table(opened: _Opened) -> None:
    found = opened.page.eval_on_selector_all(
        "figure.plot",
        """plots => plots.map(plot => ({
            name: plot.id,
            marks: [...plot.querySelectorAll("svg")].map(svg => svg.querySelectorAll("[data-tip]").length),
            // Plots of a third of the page show the narrow image.
            shown: [...plot.querySelectorAll("svg")].filter(svg => svg.getBoundingClientRect().width > 200).length,
            tallest: Math.max(
                ...[...plot.querySelectorAll("[data-tip]")].map(mark => mark.getBoundingClientRect().height)),
            numbers: plot.querySelectorAll("details tbody tr").length,
        }))""",
    )
    assert len(found) == PLOTS
    for plot in found:
        assert (min(plot["marks"]) >= 5, plot["shown"], plot["tallest"] > 5, plot["numbers"] >= 5) == (
            True,
            1,
            True,
            True,
        ), plot


def test_a_mark_shows_its_number(opened: _Opened) -> None:
    opened.page.locator("#plot-languages svg.wide [data-tip]").first.hover()
    assert opened.page.locator("#tip").inner_text() == opened.page.locator(
        "#plot-languages svg.wide [data-tip]"
    ).first.get_attribute("data-tip")


def test_sorting_by_numbers_puts_missing_values_last(opened: _Opened) -> None:
    header = opened.page.locator("#repositories th", has_text="Open issues")
    for order, turn in (("descending", -1), ("ascending", 1)):
        header.get_by_role("button").click()
        assert header.get_attribute("aria-sort") == order
        texts = opened.column("repositories", 6, "tr")  # also those that are not shown: it takes seconds to show all
        values = [int(text) for text in texts if text != MISSING]
        assert (len(texts), values) == (2_000, sorted(values, key=lambda value: turn * value))
        assert set(texts[len(values) :]) == {MISSING}
    assert opened.page.locator("#repositories th[aria-sort]").count() == 1


def test_sorting_by_text_works_with_the_keyboard(opened: _Opened) -> None:
    button = opened.page.locator("#oldest th", has_text="Pull request").get_by_role("button")
    button.focus()
    opened.page.keyboard.press("Enter")
    found = [
        [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]
        for text in opened.column("oldest", 2)
    ]
    assert (len(found), found) == (10, sorted(found))  # numbers in names count as numbers
    opened.page.keyboard.press("Space")
    assert opened.column("oldest", 2)[0].startswith("gnome/")


def test_long_tables_show_some_rows_and_more_on_request(opened: _Opened) -> None:
    status = opened.page.locator("#repositories .count")
    assert (len(opened.column("repositories", 1)), status.inner_text()) == (25, "25 of 2,000 rows")
    opened.page.locator("#repositories").get_by_role("button", name="Show 100 more").click()
    assert len(opened.column("repositories", 1)) == 125
    opened.page.locator("#stale").get_by_role("button", name="Show all").click()
    assert len(opened.column("stale", 1)) == 200
    opened.page.get_by_label("Filter: All repositories").fill("-1234")
    assert status.inner_text() == "1 row (matches the filter, of 2,000)"
    assert opened.column("repositories", 1)[0].endswith("-1234")


def test_hostile_texts_are_shown_as_text(opened: _Opened) -> None:
    notes = opened.page.locator("#repositories tbody tr .note").all_text_contents()[: len(HOSTILE)]
    assert notes == [clean(text) for text in HOSTILE]
    assert opened.page.evaluate("window.hacked") is None
    assert opened.page.evaluate("document.scripts.length") == 1
    assert opened.page.evaluate("document.querySelectorAll('style').length") == 1
    protocols = "[...new Set([...document.links].map(link => link.protocol))].sort()"
    assert opened.page.evaluate(protocols) == ["file:", "https:"]


def test_what_a_script_adds_cannot_load_anything(browser: Any, small: str) -> None:
    opened = _Opened(browser, small)
    blocked = opened.page.evaluate(
        """() => new Promise(done => {
            const found = [];
            document.addEventListener("securitypolicyviolation", event => {
                found.push(event.effectiveDirective);
                if (found.length === 3) done(found.sort());
            });
            const image = new Image();
            image.src = "http://127.0.0.1:9/x.png";
            const script = document.createElement("script");
            script.textContent = "window.hacked = 1";
            document.body.append(script);
            fetch("http://127.0.0.1:9/").catch(() => 0);
        })"""
    )
    assert (blocked, opened.page.evaluate("window.hacked")) == (["connect-src", "img-src", "script-src-elem"], None)
    opened.page.close()


def test_dark_mode_follows_the_system_until_the_user_chooses(browser: Any, small: str) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    opened = _Opened(browser, small, scheme="dark")
    dark = opened.page.evaluate(background)
    opened.page.get_by_text("Light", exact=True).click()
    light = opened.page.evaluate(background)
    opened.page.emulate_media(color_scheme="light")
    assert (dark, light) == ("rgb(14, 19, 26)", "rgb(244, 246, 249)")
    opened.page.get_by_text("Dark", exact=True).click()
    assert opened.page.evaluate(background) == dark
    bar = "getComputedStyle(document.querySelector('#plot-languages svg.wide [data-tip]')).fill"
    assert opened.page.evaluate(bar) == "rgb(111, 166, 255)"
    opened.page.get_by_text("Auto", exact=True).click()
    assert (opened.page.evaluate(background), opened.wrong) == (light, [])
    opened.page.close()


def test_a_narrow_screen_needs_no_horizontal_scrolling(browser: Any, large: str) -> None:
    opened = _Opened(browser, large, NARROW)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == NARROW
    images = opened.page.eval_on_selector_all(
        "figure.plot svg",
        "images => images.filter(image => image.checkVisibility()).map(image => image.getAttribute('class'))",
    )
    assert images == ["narrow"] * PLOTS
    assert opened.wrong == []
    opened.page.close()


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_long_names_and_large_numbers_stay_in_their_cells(browser: Any, tmp_path: Path, width: int) -> None:
    with mirror_writer(tmp_path / "fleet.sqlite") as (writer, _):
        repo = RepoDetails(1, "a", "acme/a", language="x" * 99, forks_count=10**15, open_issues_count=2**62)
        writer.upsert("repository", "github", None, [repo], NOW_TEXT)
    write_report(tmp_path / "fleet.sqlite", tmp_path / "report.html")
    opened = _Opened(browser, (tmp_path / "report.html").as_uri(), width)
    outside = opened.page.evaluate(
        """() => [
            ...[...document.querySelectorAll(".data td")].filter(cell => cell.scrollWidth > cell.clientWidth + 1),
            ...[...document.querySelectorAll("#plot-languages svg text")].filter(text => text.checkVisibility()
                && text.getBoundingClientRect().left < text.closest(".card").getBoundingClientRect().left),
        ].map(found => found.textContent)"""
    )
    assert (outside, opened.wrong) == ([], [])
    opened.page.close()


def test_without_scripts_everything_is_shown(browser: Any, small: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(small)
    visible = "rows => rows.map(row => row.checkVisibility())"
    assert page.eval_on_selector_all("#repositories tbody tr", visible) == [True] * SMALL
    assert not page.locator("fieldset.theme").is_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_axe_finds_no_violation(browser: Any, small: str, width: int, scheme: str) -> None:
    axe = browser_module("axe_playwright_python.sync_playwright")
    opened = _Opened(browser, small, width, scheme)
    opened.page.locator("#plot-languages summary").click()
    found = axe.Axe().run(opened.page)
    assert [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
    assert len(found.response["passes"]) > 20
    opened.page.close()
