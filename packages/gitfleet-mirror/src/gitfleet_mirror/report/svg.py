"""Plots as SVG for the page: only the elements and attributes that drawing needs, in short form."""

from __future__ import annotations

import re
from html import escape
from xml.etree import ElementTree as ET

__all__ = ["inline_svg"]

_ELEMENTS = {"svg", "g", "path", "line", "rect", "circle", "text"}
_NUMBERS = frozenset(("d", "font-size", "transform", "x", "x1", "x2", "y", "y1", "y2"))
"""Attributes with numbers, which need no more than one decimal."""
_ATTRIBUTES = _NUMBERS | {
    *("fill", "fill-opacity", "font-weight", "opacity", "stroke", "stroke-dasharray", "stroke-opacity"),
    *("stroke-width", "text-anchor", "viewBox"),
}
_DEFAULTS = {("opacity", "1"), ("text-anchor", "start"), ("font-weight", "normal")}
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


def inline_svg(svg: str, name: str, label: str) -> str:
    """Return SVG to be put into HTML.

    The page needs no name spaces, fonts and roles of each mark: an SVG is one image with a text. The description of a
    mark becomes ``data-tip``, which the script of the page shows.

    Args:
        svg: A document of Vega.
        name: CSS class of the image.
        label: Text of the image, for those who do not see it.

    Raises:
        ValueError: The document has an element that a plot does not need.
    """
    root = ET.fromstring(svg)  # noqa: S314  our own document, without a document type
    parts: list[str] = []
    _write(root, parts)
    return "".join(parts).replace("<svg", f'<svg class="{name}" role="img" aria-label="{escape(label)}"', 1)


def _write(element: ET.Element, parts: list[str]) -> None:
    tag = element.tag.rpartition("}")[2]
    if tag == "defs":  # clip paths, which cut nothing off
        return
    if tag not in _ELEMENTS:
        raise ValueError(f"an SVG of a plot has the element {tag!r}")
    if element.get("display") == "none" or (tag == "path" and not element.get("d")) or _is_background(element):
        return
    attributes = "".join(
        f' {key}="{escape(value)}"'
        for key, value in ((key, _short(key, value)) for key, value in element.items() if key in _ATTRIBUTES)
        if (key, value) not in _DEFAULTS
    )
    tip = element.get("aria-label") if tag == "path" and element.get("role") == "graphics-symbol" else None
    if tip is not None:
        attributes += f' data-tip="{escape(tip)}"'
    inner: list[str] = [] if element.text is None else [escape(element.text.rstrip("\u200b"), quote=False)]
    for child in element:
        _write(child, inner)
    if tag == "g" and (not inner or not attributes):
        parts += inner  # a group without an effect
        return
    parts += [f"<{tag}{attributes}>", *inner, f"</{tag}>"]


def _is_background(element: ET.Element) -> bool:
    return element.get("class") in ("background", "foreground") and not (element.get("fill") or element.get("stroke"))


def _short(key: str, value: str) -> str:
    return _NUMBER.sub(_rounded, value) if key in _NUMBERS else value


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found[0]):.1f}".removesuffix(".0")
