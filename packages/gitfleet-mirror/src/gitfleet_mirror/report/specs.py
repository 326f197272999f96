"""Vega-Lite specifications of the shapes of plots. Colours are variables of the page's style: dark mode is one rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["NARROW", "WIDE", "Spec", "area", "bars", "columns", "lines", "whole"]

Spec = dict[str, Any]

WIDE = 560
"""Width of a plot in a column of the page, in pixels."""
NARROW = 340
"""Width of a plot on a telephone, in pixels."""

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_COLORS = ("var(--c1)", "var(--c2)")
_CONFIG: Spec = {
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--muted)",
        "labelFontSize": 12,
        "labelPadding": 6,
        "titleColor": "var(--muted)",
        "gridColor": "var(--grid)",
        "domainColor": "var(--line)",
        "ticks": False,
        "title": None,
    },
    "axisY": {"domain": False},
    "legend": {
        "labelColor": "var(--text)",
        "labelFontSize": 12.5,
        "title": None,
        "orient": "top",
        "offset": 8,
        "symbolSize": 90,
        "symbolStrokeWidth": 0,
        "columnPadding": 20,
    },
    "aria": False,
}
_LETTER = 7
"""Width of a letter in the widest usual font, in pixels: Vega measures text with another font than the browser."""


def whole(spec: Spec, width: int, height: int) -> Spec:
    """Return a specification of an image of a size, from the parts of one."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": 4,
        "background": None,
        "config": _CONFIG,
        **spec,
    }


def _tip(mark: Spec) -> Spec:
    """Return a mark whose description the page shows. Other marks have none."""
    return {**mark, "aria": True}


def _counts(rows: Sequence[Spec]) -> Spec:
    largest = max((row["count"] for row in rows), default=0)
    axis = {"format": ",d" if largest < 100_000 else "~s", "tickMinStep": 1, "tickCount": max(min(largest, 5), 1)}
    return {"field": "count", "type": "quantitative", "axis": axis}


def _months(width: int) -> Spec:
    count = 8 if width == WIDE else 5
    return {"field": "month", "type": "temporal", "timeUnit": "utcyearmonth", "axis": _time_axis(count)}


def _time_axis(count: int) -> Spec:
    years_only = "timeFormat(datum.value, '%m') == '01' ? timeFormat(datum.value, '%Y') : timeFormat(datum.value, '%b')"
    return {"tickCount": count, "labelExpr": years_only.replace("timeFormat", "utcFormat"), "grid": False}


def columns(rows: Sequence[Spec], width: int) -> Spec:
    """Return columns of numbers by month. Rows have ``month``, ``count`` and ``tip``."""
    return {
        "data": {"values": list(rows)},
        "mark": _tip({"type": "bar", "color": _COLORS[0], "cornerRadiusEnd": 2, "width": {"band": 0.78}}),
        "encoding": {
            "x": {**_months(width), "bandPosition": 0.5},
            "y": _counts(rows),
            "description": {"field": "tip"},
        },
    }


def lines(rows: Sequence[Spec], names: Sequence[str], width: int) -> Spec:
    """Return lines of numbers by month, one for each name. Rows have ``month``, ``count``, ``name`` and ``tip``."""
    scale = {"domain": list(names), "range": list(_COLORS[: len(names)])}
    shapes = {"domain": list(names), "range": ["circle", "square"]}
    dashes = {"domain": list(names), "range": [[1, 0], [5, 3]]}
    color = {"field": "name", "type": "nominal", "scale": scale}
    dash = {"field": "name", "type": "nominal", "scale": dashes}
    shape = {"field": "name", "type": "nominal", "scale": shapes}
    return {
        "data": {"values": list(rows)},
        "encoding": {"x": _months(width), "y": _counts(rows)},
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"color": color, "strokeDash": dash}},
            {
                "mark": _tip({"type": "point", "filled": True, "size": 44, "opacity": 1}),
                "encoding": {"color": color, "shape": shape, "description": {"field": "tip"}},
            },
        ],
    }


def area(rows: Sequence[Spec], width: int) -> Spec:
    """Return an area below a number by month. Rows have ``month``, ``count`` and ``tip``."""
    return {
        "data": {"values": list(rows)},
        "encoding": {"x": _months(width), "y": _counts(rows)},
        "layer": [
            {"mark": {"type": "area", "color": _COLORS[0], "opacity": 0.18}},
            {"mark": {"type": "line", "color": _COLORS[0], "strokeWidth": 2.5}},
            {
                # Invisible, one per month: the place of the pointer.
                "mark": _tip({"type": "bar", "color": _COLORS[0], "opacity": 0, "width": {"band": 1}}),
                "encoding": {"y": {"field": "count", "type": "quantitative"}, "description": {"field": "tip"}},
            },
        ],
    }


def bars(rows: Sequence[Spec], width: int) -> Spec:
    """Return horizontal bars with their numbers. Rows have ``name``, ``count``, ``label``, ``tip`` and ``muted``."""
    largest = max((row["count"] for row in rows), default=0)
    names = {"field": "name", "type": "nominal", "sort": None, "scale": {"paddingInner": 0.28}}
    limit = 190 if width == WIDE else 130
    extent = min(limit, _LETTER * max((len(row["name"].rstrip("\u200b")) for row in rows), default=0))
    # Vega cuts a name at the width in its own font, which is narrower than that of many browsers.
    axis = {"labelColor": "var(--text)", "labelLimit": int(0.8 * limit), "minExtent": extent, "domain": False}
    scale = {"domain": [0, max(largest, 1) * 1.16], "nice": False}
    color = {"condition": {"test": "datum.muted", "value": "var(--faint)"}, "value": _COLORS[0]}
    return {
        "data": {"values": list(rows)},
        "encoding": {
            "y": {**names, "axis": axis},
            "x": {"field": "count", "type": "quantitative", "axis": None, "scale": scale},
        },
        "layer": [
            {
                "mark": _tip({"type": "bar", "cornerRadiusEnd": 3}),
                "encoding": {"color": color, "description": {"field": "tip"}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "color": "var(--text)", "fontSize": 12},
                "encoding": {"text": {"field": "label"}},
            },
        ],
    }
