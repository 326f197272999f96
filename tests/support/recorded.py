"""Recorded answers of the real services: read where they lie, never copied."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "GITFLEET_RECORDED"
_ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get(VARIABLE) or _ROOT.parent / "shared" / "recorded")

Json = Any
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")
_SOME_TIME = "1700000000"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an index: an exchange, or a chain of them."""

    file: Path
    kind: str
    status: int
    url: str
    items: int | None

    @property
    def exchanges(self) -> list[Json]:
        """The exchanges, as parsed JSON."""
        # A few recordings were edited to hold templates in place of times.
        found = json.loads(_TEMPLATE.sub(_SOME_TIME, self.file.read_text(encoding="utf-8")))
        return found if isinstance(found, list) else [found]

    @property
    def body(self) -> Json:
        """The body of the first response, parsed."""
        body = self.exchanges[0]["response"]["body"]
        return json.loads(body) if isinstance(body, str) else body


def entries(service: str, index: str) -> list[Entry]:
    """What ``index`` lists; nothing when the recorded data is not here."""
    path = FOLDER / service / f"{index}.jsonl"
    if not path.is_file():
        return []
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = [
        Entry(FOLDER / service / line["file"], line["kind"], line.get("status", 200), line["url"], line["items"])
        for line in lines
    ]
    # A file that is listed twice was written twice: the last line says what is in it.
    return list({entry.file: entry for entry in found}.values())


def parameters(found: list[Entry]) -> list[Any]:
    """``found`` as parameters of a test, or one that skips it with the reason."""
    if not found:
        reason = f"no recorded answers in {VARIABLE} (default ../shared/recorded)"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason), id="missing")]
    return [
        pytest.param(entry, id=f"{entry.file.parent.parent.name}-{entry.kind}-{entry.file.stem}") for entry in found
    ]
