"""The plots of a report: drawn by Vega on this machine, as SVG, so that the page needs no program to show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gitfleet_api import ConfigurationError

from . import specs
from .data.activity import Months
from .data.counts import NamedCount
from .svg import inline_svg
from .text import clean

if TYPE_CHECKING:
    from .data.fleet import Growth, Names
    from .data.report import ReportData

__all__ = ["Plot", "draw_plots"]

_HEIGHT = 236
_BAR = 27
"""Height of one horizontal bar, in pixels."""
_MAX_BARS = 12
_MAX_NAME = 40


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot and its numbers."""

    wide: str
    """SVG for a column of the page."""
    narrow: str
    """SVG for a telephone."""
    header: tuple[str, ...]
    """Names of the columns of its numbers."""
    rows: tuple[tuple[str, ...], ...]
    """Its numbers as text: the same content without a picture."""


def draw_plots(data: ReportData) -> dict[str, Plot]:
    """Return the plots by name. A plot without any number is left out.

    Raises:
        ConfigurationError: vl-convert-python is not installed.
    """
    activity, fleet, work = data.activity, data.fleet, data.work
    months = activity.months
    found = {
        "growth": _growth(fleet.growth),
        "pushed": _ages("Last push", fleet.pushed, fleet.never_pushed, "repositories", "no push known"),
        "commits": _commits(months, activity.commits),
        "issues": _pairs("Issues", months, ("opened", activity.issues_opened), ("closed", activity.issues_closed)),
        "pulls": _pairs("Pull requests", months, ("opened", activity.pulls_opened), ("merged", activity.pulls_merged)),
        "languages": _names("Language", fleet.languages, "no code"),
        "licenses": _names("License", fleet.licenses, "no license"),
        "branches": _ages("Last commit", work.branch_ages, work.stale.missing, "branches", "time not known"),
        "pull_ages": _ages("Age", work.pull_ages, work.open_pulls.missing, "open pull requests", "time not known"),
        "bus_factor": _ages("Contributors", data.people.distribution, 0, "repositories", ""),
    }
    return {name: plot for name, plot in found.items() if plot is not None}


def _draw(
    shape: Callable[[int], specs.Spec], height: int, label: str, header: Sequence[str], rows: Sequence[Sequence[str]]
) -> Plot:
    wide, narrow = (
        inline_svg(_render(specs.whole(shape(width), width, height)), name, label)
        for name, width in (("wide", specs.WIDE), ("narrow", specs.NARROW))
    )
    return Plot(wide, narrow, tuple(header), tuple(map(tuple, rows)))


def _render(spec: specs.Spec) -> str:
    try:
        from vl_convert import vegalite_to_svg
    except ImportError:
        raise ConfigurationError("a report needs vl-convert-python: pip install 'gitfleet[report]'") from None
    return vegalite_to_svg(spec, allowed_base_urls=[])


def _growth(growth: Growth) -> Plot | None:
    if not growth.totals[-1]:
        return None
    rows = [
        {"month": month, "count": total, "tip": f"{month}: {total:,} repositories"}
        for month, total in zip(growth.months, growth.totals, strict=True)
    ]
    label = f"Repositories by month of creation: {growth.totals[-1]:,} until {growth.months[-1]}"
    numbers = [(month, f"{total:,}") for month, total in zip(growth.months, growth.totals, strict=True)]
    return _draw(lambda width: specs.area(rows, width), _HEIGHT, label, ("Month", "Repositories"), numbers[::-1])


def _commits(months: Sequence[str], series: Months) -> Plot | None:
    if not series.total:
        return None
    pairs = list(zip(months, series.counts, strict=True))
    rows = [{"month": month, "count": count, "tip": f"{month}: {count:,} commits"} for month, count in pairs]
    label = f"Commits by month: {series.total:,} from {months[0]} to {months[-1]}"
    numbers = [(month, f"{count:,}") for month, count in reversed(pairs)]
    return _draw(lambda width: specs.columns(rows, width), _HEIGHT, label, ("Month", "Commits"), numbers)


def _pairs(noun: str, months: Sequence[str], *series: tuple[str, Months]) -> Plot | None:
    if not any(found.total for _, found in series):
        return None
    rows = [
        {"month": month, "count": count, "name": name, "tip": f"{month}: {count:,} {name}"}
        for name, found in series
        for month, count in zip(months, found.counts, strict=True)
    ]
    names = [name for name, _ in series]
    sums = ", ".join(f"{found.total:,} {name}" for name, found in series)
    counts = zip(*(found.counts for _, found in series), strict=True)
    numbers = [(month, *(f"{count:,}" for count in of)) for month, of in zip(months, counts, strict=True)]
    return _draw(
        lambda width: specs.lines(rows, names, width),
        *(_HEIGHT, f"{noun} by month: {sums} from {months[0]} to {months[-1]}", ("Month", *map(str.title, names))),
        numbers[::-1],
    )


def _names(noun: str, names: Names, none: str) -> Plot | None:
    """Return the most frequent names, those without one, and those not read."""
    if not names.counts:
        return None
    shown = [(clean(found.name, _MAX_NAME), found.count, False) for found in names.counts[:_MAX_BARS]]
    others = names.counts[_MAX_BARS:]
    rest = [(f"{len(others):,} others", sum(found.count for found in others)), (none, names.none)]
    rest.append(("not read", names.unread))
    shown += [(name, count, True) for name, count in rest if count]
    return _bars(noun, shown, "repositories")


def _ages(header: str, counts: Sequence[NamedCount], missing: int, noun: str, name_of_missing: str) -> Plot | None:
    if not any(found.count for found in counts):
        return None
    shown = [(found.name, found.count, False) for found in counts]
    return _bars(header, shown + ([(name_of_missing, missing, True)] if missing else []), noun)


def _bars(header: str, shown: Sequence[tuple[str, int, bool]], noun: str) -> Plot:
    total = sum(count for _, count, _ in shown)
    rows: list[dict[str, Any]] = []
    numbers = []
    for place, (name, count, muted) in enumerate(shown):
        share = f"{100 * count / total:.1f} %"
        tip = f"{name}: {count:,} {noun} ({share})"
        # Two names can be equal once they are shortened: the place keeps them apart.
        rows.append({"name": f"{name}{chr(0x200B) * place}", "count": count, "label": f"{count:,}", "tip": tip})
        rows[-1]["muted"] = muted
        numbers.append((name, f"{count:,}", share))
    label = f"{noun.capitalize()} by {header.lower()}: " + ", ".join(
        f"{name} {count:,}" for name, count, _ in shown[:5]
    )
    height = _BAR * len(rows) + 12
    return _draw(lambda width: specs.bars(rows, width), height, label, (header, noun.capitalize(), "Share"), numbers)
