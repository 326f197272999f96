"""The figures as bars: one picture, as PNG and SVG."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .goals import Results
from .measuring import Figures
from .report import label

__all__ = ["draw"]

_PANELS = (
    ("listing", "cpu", "Listing of 10,000 repositories: CPU seconds"),
    ("single", "cpu", "2,000 single requests: CPU seconds"),
    ("listing", "memory", "Listing of 10,000 repositories: peak memory, MB"),
    ("listing-slow", "wall", "Listing with 100 ms per response: wall seconds"),
)
_COLOURS = {"GitFleet": "#0b6e4f", "bodies": "#b8b8b8"}
_OTHERS = "#6d8bb5"
_LEGEND = {
    "GitFleet": _COLOURS["GitFleet"],
    "other clients": _OTHERS,
    "bodies only, nothing decoded": _COLOURS["bodies"],
}


def draw(results: Results, versions: Mapping[str, str], folder: Path) -> None:
    """Write results.png and results.svg into a folder."""
    import matplotlib as mpl

    mpl.use("agg")
    # The same figures give the same file.
    mpl.rcParams["svg.hashsalt"] = "gitfleet"
    from matplotlib import pyplot as plt
    from matplotlib.patches import Patch

    figure, grid = plt.subplots(2, 2, figsize=(15, 11), layout="constrained")
    for axes, (workload, name, title) in zip(grid.flat, _PANELS, strict=True):
        _panel(axes, results.get(workload, {}), name, title, versions)
    patches = [Patch(color=colour, label=text) for text, colour in _LEGEND.items()]
    figure.legend(handles=patches, loc="outside lower center", ncols=len(patches), title="shorter bars are better")
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "results.png", dpi=100, metadata={"Software": None})
    figure.savefig(folder / "results.svg", metadata={"Date": None})
    plt.close(figure)


def _panel(axes: Any, found: Mapping[str, Figures], name: str, title: str, versions: Mapping[str, str]) -> None:
    bars = sorted(
        ((getattr(figures, name), label(client, versions)) for client, figures in found.items()), reverse=True
    )
    values, texts = [value for value, _ in bars], [text for _, text in bars]
    colours = [_COLOURS.get(text.split()[0].rstrip(","), _OTHERS) for text in texts]
    drawn = axes.barh(texts, values, color=colours)
    axes.bar_label(drawn, [f"{value:.2f}" if value < 10 else f"{value:.0f}" for value in values], padding=3, fontsize=8)
    axes.set_title(title, fontsize=11)
    axes.tick_params(labelsize=8)
    axes.margins(x=0.1)
    axes.spines[["top", "right"]].set_visible(False)
