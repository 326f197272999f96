"""The page: the template, its style and its script in one HTML file that loads nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from gitfleet_api import ConfigurationError

from .cells import PageTable
from .data.counts import Known
from .data.report import ReportData
from .page_tables import page_tables
from .plots import draw_plots
from .text import clean

__all__ = ["render"]

_FOLDER = resources.files("gitfleet_mirror.report") / "template"
_NONE = "\u2013"
"""A value that the mirror does not have: a dash, as in tables."""


@dataclass(frozen=True, slots=True)
class _Tile:
    """A number at the top of the page."""

    label: str
    value: str
    note: str


def render(data: ReportData, version: str) -> str:
    """Return the page of a report.

    Args:
        data: Its numbers.
        version: Release of GitFleet.

    Raises:
        ConfigurationError: Jinja2 or vl-convert-python is not installed.
    """
    try:
        from jinja2 import Environment, StrictUndefined
        from markupsafe import Markup
    except ImportError:
        raise ConfigurationError("a report needs Jinja2: pip install 'gitfleet[report]'") from None
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    tables = page_tables(data)
    style, script = _file("style.css") + _labels(tables), _file("script.js")
    # Only this style and this script work in the page, and nothing is loaded: the policy names their hashes.
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return environment.from_string(_file("page.html")).render(
        data=data,
        version=version,
        policy=policy,
        # These three are no text of servers: files of this package, and SVG that `svg` has checked and escaped.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        plots={
            name: {"plot": plot, "images": Markup(plot.wide + plot.narrow)}  # noqa: S704
            for name, plot in draw_plots(data).items()
        },
        tables=tables,
        tiles=_tiles(data),
        targets=[clean(target.target, 80) for target in data.reading.targets],
        read=_Coverage(data),
    )


def _labels(tables: Mapping[str, PageTable]) -> str:
    """Return the style with the names of columns, which telephones show in each row."""
    rules = []
    for table in tables.values():
        for place, column in enumerate(table.columns, 1):
            cell = f"#{table.name} td:nth-child({place})"
            if place > 1 or column.kind != "text":
                rules.append(f'{cell}::before {{ content: "{column.label} "; }}')
            if place > 1 and column.is_wide:
                rules.append(f"{cell} {{ grid-column: 1 / -1; }}")
    return "@media (max-width: 640px) {{\n{}\n}}\n".format("\n".join(rules))


def _file(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class _Coverage:
    """Sentences about how many repositories the rows of a section are from."""

    def __init__(self, data: ReportData) -> None:
        self._coverage = data.reading.coverage
        self._all = data.fleet.size.repositories

    def __call__(self, kind: str, noun: str) -> dict[str, Any]:
        """Return whether a kind of rows is in the mirror (``any``), and a sentence (``text``)."""
        found = self._coverage.get(kind)
        if found is None:
            return {"any": False, "text": f"This mirror has no {noun}."}
        if found.complete >= self._all:
            return {"any": True, "text": f"{noun.capitalize()} of {_all_of(self._all)}."}
        unread = self._all - found.complete - found.unsupported
        rest = [f"{found.unsupported:,} have none enabled"] if found.unsupported else []
        rest += [f"{unread:,} could not be read"] if unread else []
        text = f"{noun.capitalize()} of {found.complete:,} of {_repositories(self._all)}; {', '.join(rest)}."
        return {"any": True, "text": text}


def _tiles(data: ReportData) -> list[_Tile]:
    size, work, coverage = data.fleet.size, data.work, data.reading.coverage
    servers = " · ".join(f"{found.count:,} {clean(found.name, 40)}" for found in size.providers)
    tiles = [
        _Tile("Repositories", f"{size.repositories:,}", servers),
        _Tile("Pushed in 90 days", _pushed(data), _archived(size.archived)),
        _Tile("Stars", *_stars(size.stars, size.repositories)),
    ]
    if "pull_requests" in coverage:
        old = work.pull_ages[-1].count
        tiles.append(_Tile("Open pull requests", f"{work.open_pulls.value:,}", f"{old:,} for over a year"))
    if "issues" in coverage:
        tiles.append(
            _Tile(
                "Open issues",
                f"{work.open_issues.value:,}",
                f"{sum(data.activity.issues_opened.counts[-1:]):,} opened this month",
            )
        )
    if "branches" in coverage:
        tiles.append(_Tile("Stale branches", *_stale(data)))
    if "contributors" in coverage:
        single = data.people.distribution[0].count
        note = f"{_repositories(single)} {'depends' if single == 1 else 'depend'} on one"
        tiles.append(_Tile("Contributors", f"{data.people.contributors:,}", note))
    return tiles


def _pushed(data: ReportData) -> str:
    counts = [found.count for found in data.fleet.pushed]
    return f"{sum(counts[:2]):,}" if any(counts) else _NONE


def _archived(archived: Known) -> str:
    text = f"{archived.value:,} archived"
    return f"{text}, {archived.missing:,} not known" if archived.missing else text


def _stars(stars: Known, repositories: int) -> tuple[str, str]:
    if not stars.missing:
        return _short(stars.value), "in all repositories"
    # The sum of no number is not known, and not zero.
    value = _NONE if stars.missing == repositories else _short(stars.value)
    return value, f"{_repositories(stars.missing)} without a number"


def _stale(data: ReportData) -> tuple[str, str]:
    stale = data.work.stale
    if not stale.missing:
        return f"{stale.value:,}", "no commit for 90 days"
    known = any(found.count for found in data.work.branch_ages)
    note = f"{stale.missing:,} {'more ' if known else ''}without a known time"
    return f"{stale.value:,}" if known else _NONE, note


def _repositories(count: int) -> str:
    return f"{count:,} {'repository' if count == 1 else 'repositories'}"


def _all_of(count: int) -> str:
    return "the only repository" if count == 1 else f"all {count:,} repositories"


def _short(value: int) -> str:
    """Return a large number in few digits."""
    for limit, unit in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**4, "k")):
        if value >= limit:
            return f"{value / min(limit, 10**3 if unit == 'k' else limit):,.1f}".removesuffix(".0") + f" {unit}"
    return f"{value:,}"
