"""The chart of the README: CPU and memory of one listing, for GitFleet and the clients that people know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from . import report
from .measuring import Figures

__all__ = ["CLIENTS", "FILE", "PAGE_PART", "WORKLOAD", "draw", "write"]

WORKLOAD = "listing"
CLIENTS = ("native", "python", "httpx", "githubkit", "pygithub", "python-gitlab")
FILE = "readme.png"
PAGE_PART = "chart"
_PANELS = (("cpu", "CPU seconds", "{:.2f}"), ("memory", "peak memory in MB", "{:.0f}"))
_COLOURS = {True: "#0b6e4f", False: "#6d8bb5"}


def write(found: Mapping[str, Figures], versions: Mapping[str, str], described: str, page: Path) -> None:
    """Write the chart beside the page, and its figures as a table into the page."""
    chosen = {client: found[client] for client in CLIENTS if client in found}
    rows = [
        (report.label(client, versions), f"{figures.cpu:.2f}", f"{figures.memory:.0f}")
        for client, figures in chosen.items()
    ]
    report.put_between(page, PAGE_PART, f"{described}\n\n{report.table(('client', 'CPU s', 'peak MB'), rows)}")
    draw(rows, page.parent / "benchmarks" / FILE)


def draw(rows: list[tuple[str, str, str]], path: Path) -> None:
    """Draw the rows of the table. The picture has them as its description, so that a test can compare them."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    labels = [row[0] for row in rows][::-1]
    figure, panels = plt.subplots(1, 2, figsize=(11, 2.9), layout="constrained", sharey=True)
    for axes, place, (_, title, form) in zip(panels, (1, 2), _PANELS, strict=True):
        values = [float(row[place]) for row in rows][::-1]
        drawn = axes.barh(labels, values, color=[_COLOURS[label.startswith("GitFleet")] for label in labels])
        axes.bar_label(drawn, [form.format(value) for value in values], padding=3, fontsize=9)
        axes.set_title(f"{title} (shorter is better)", fontsize=10)
        axes.tick_params(left=False, labelsize=9)
        axes.margins(x=0.12)
        axes.set_xticks([])
        axes.spines[["top", "right", "bottom"]].set_visible(False)
    figure.suptitle("Listing 10,000 repositories", fontsize=11)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None, "Description": json.dumps(rows)})
    plt.close(figure)
