"""The benchmark suite: ``nox -s bench``; ``nox -s bench -- --short`` takes a few minutes."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from . import certificates, chart, corpus, forge_server, machine, nginx, plots, report, slow_server, suite
from .measuring import WrongWorkError
from .profiles import profile_page
from .workloads import chosen

_PAGE = "benchmarks.md"
_RATIOS = "**Compare ratios, not seconds**: all clients ran in turn, in one run, on one machine."


def main() -> int:
    """Run the workloads of the command line; the exit status is 1 if a client did not do its work."""
    options = _options()
    if nginx.find() is None:
        print(nginx.MISSING)
        return 1
    machine.pin_clients()
    work: Path = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    helpers = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    bodies = corpus.ensure(work / "corpus", sys.executable, helpers)
    authority, certificate = certificates.make(work)
    homes = {"gitfleet": options.gitfleet, "peers": sys.executable}
    homes |= {name: python for name, python in (("fast", options.fast), ("before", options.before)) if python}
    start = time.monotonic()
    with (
        nginx.serving(bodies, work / "nginx", certificate) as fast,
        slow_server.serving(bodies, helpers) as slow,
        forge_server.serving(sys.executable, helpers) as forge,
    ):
        runs = suite.Suite(bodies, fast, slow, forge, homes, authority)
        if options.profile:
            return _profiled(runs, options.docs)
        try:
            results = runs.run(chosen(options.only), options.rounds, short=options.short, only=options.clients)
        except WrongWorkError as error:
            print(error)
            return 1
    described = machine.describe(*runs.pythons())
    _show(options, results, runs.versions(), described)
    print(f"\n{time.monotonic() - start:.0f} s in total")
    return 0


def _show(options: argparse.Namespace, results: suite.Medians, versions: Mapping[str, str], described: str) -> None:
    goals = report.goals_table(results)
    rounds = "One round." if options.rounds == 1 else f"Medians of {options.rounds} rounds."
    tables = report.tables(chosen(options.only), results, versions)
    text = f"{_RATIOS}\n\n{described} {rounds}\n\n### Goals\n\n{goals}\n\n### Legend\n\n{report.LEGEND}\n\n{tables}"
    print(text)
    saved = {key: {name: asdict(figures) for name, figures in found.items()} for key, found in results.items()}
    (options.work / "results.json").write_text(json.dumps(saved, indent=1))
    if options.write or not (options.short or options.only or options.clients):
        report.put_between(options.docs / _PAGE, "results", text)
        plots.draw(results, versions, options.docs / "benchmarks")
    if options.chart:
        text = f"{described} {rounds}"
        chart.write(results[chart.WORKLOAD], versions, text, options.docs / _PAGE)


def _profiled(runs: suite.Suite, docs: Path) -> int:
    text = profile_page(runs)
    print(text)
    report.put_between(docs / _PAGE, "profile", text)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="nox -s bench --", description=__doc__)
    parser.add_argument("--gitfleet", required=True, help="a Python that has gitfleet (nox passes this)")
    parser.add_argument("--fast", help="a Python that has gitfleet-py[fast] (nox passes this)")
    parser.add_argument("--before", help="a Python that has an earlier version of gitfleet, to compare with")
    parser.add_argument("--work", type=Path, required=True, help="folder for bodies and results (nox passes this)")
    parser.add_argument("--docs", type=Path, required=True, help="folder of the page to write (nox passes this)")
    parser.add_argument("--short", action="store_true", help="only the clients of the goals, 3 rounds; writes no page")
    parser.add_argument("--only", default="", help="workloads, comma-separated: listing,single; writes no page")
    parser.add_argument("--clients", default="", help="clients of workloads.py, comma-separated; writes no page")
    parser.add_argument("--rounds", type=int, help="default 5, with --short 3")
    parser.add_argument("--write", action="store_true", help="write the page in any case")
    parser.add_argument("--chart", action="store_true", help="measure and write the chart of the README only")
    parser.add_argument("--profile", action="store_true", help="measure where the time goes; writes that part only")
    options = parser.parse_args()
    if options.chart:
        options.only, options.clients = chart.WORKLOAD, ",".join(chart.CLIENTS)
    options.clients = frozenset(filter(None, options.clients.split(",")))
    options.rounds = options.rounds or (3 if options.short else 5)
    return options


if __name__ == "__main__":
    raise SystemExit(main())
