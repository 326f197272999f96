"""Write docs/_static/report.png, the picture of a report: ``python tools/report_picture.py``.

The report is of a generated mirror with invented names, so that the picture can be published. It needs
``gitfleet[report]``, playwright, Pillow and Chromium.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from gitfleet_mirror.report import write_report

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "_static" / "report.png"
LARGEST = 150_000
_REPOSITORIES = 2_000
_SIZE = {"width": 1280, "height": 1240}
_SCALE = 1.25  # sharp on most screens
_COLOURS = 64  # a third of the size, with the same look
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def main() -> None:
    """Write the picture, and fail if it is too large for a page."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise SystemExit("Chromium is not installed: on Debian and Ubuntu, apt-get install chromium")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_mirror(folder / "fleet.sqlite")
        write_report(folder / "fleet.sqlite", folder / "report.html")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            page = browser.new_page(viewport=_SIZE, device_scale_factor=_SCALE, color_scheme="light")
            page.goto((folder / "report.html").as_uri())
            page.screenshot(path=folder / "report.png")
            browser.close()
        with Image.open(folder / "report.png") as picture:
            picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(
                folder / "report.png", optimize=True
            )
        size = (folder / "report.png").stat().st_size
        if size > LARGEST:
            raise SystemExit(f"the picture has {size} bytes, more than {LARGEST}")
        shutil.copyfile(folder / "report.png", PICTURE)
    print(f"{PICTURE.relative_to(ROOT)}: {size} bytes")


def _write_mirror(path: Path) -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from support.mirror_fleet import write_fleet

    write_fleet(path, _REPOSITORIES)


if __name__ == "__main__":
    main()
