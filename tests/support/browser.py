"""Pages of a real browser."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest

__all__ = ["browser_module", "chromium"]

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser_module(name: str) -> Any:
    """Return a module of the tools for tests in a browser. Without it the test is skipped, or fails in nox -s docs."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return _missing(f"{name} is not installed; nox -s docs brings it")


def _missing(reason: str) -> NoReturn:
    if os.environ.get("GITFLEET_BROWSER") == "required":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@contextmanager
def chromium() -> Iterator[Any]:
    """Context manager: a browser.

    Without playwright or Chromium the test is skipped. It fails if ``GITFLEET_BROWSER=required``, as in nox -s docs.
    """
    api = browser_module("playwright.sync_api")
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        _missing("Chromium is not installed: on Debian and Ubuntu, apt-get install chromium")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
