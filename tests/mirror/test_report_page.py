"""The page of a report as a file: policy, text of servers, what is missing."""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest
import vl_convert

from gitfleet_api import ConfigurationError
from gitfleet_mirror.errors import MirrorError
from gitfleet_mirror.reader import MirrorReader
from gitfleet_mirror.report import report_page, specs, write_report
from gitfleet_mirror.report.svg import inline_svg
from gitfleet_mirror.report.text import clean, web_url
from support.mirror_fleet import HOSTILE, mirror_writer, write_fleet


class _Page(HTMLParser):
    """The elements of a page with their attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self._tag = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._tag = tag

    def handle_data(self, data: str) -> None:
        if self._tag in self.raw:
            self.raw[self._tag].append(data)
            self._tag = ""


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a fleet with hostile names."""
    path = tmp_path_factory.mktemp("mirror") / "fleet.sqlite"
    write_fleet(path, 40)
    return report_page(path)


@pytest.fixture(scope="module")
def page(text: str) -> _Page:
    return _Page(text)


def test_the_policy_permits_one_script_and_one_style_and_nothing_from_outside(page: _Page) -> None:
    policy = next(
        found["content"] for _, found in page.elements if found.get("http-equiv") == "Content-Security-Policy"
    )
    hashes = {}
    for tag, (content,) in page.raw.items():  # one of each
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        hashes[tag] = f"'sha256-{digest}'"
    assert policy == (
        f"default-src 'none'; script-src {hashes['script']}; style-src {hashes['style']}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def test_the_policy_precedes_everything_that_it_is_about(text: str) -> None:
    assert text.index("Content-Security-Policy") < min(
        text.index(tag) for tag in ("<style", "<script", "<link", "<svg")
    )


def test_no_element_loads_anything_or_has_a_handler(page: _Page) -> None:
    for tag, found in page.elements:
        assert tag not in ("img", "iframe", "object", "embed", "base", "form", "image", "use", "foreignobject"), tag
        assert not [name for name in found if name.startswith("on") or name in ("src", "srcset", "style", "ping")], (
            found
        )
        if tag == "link":
            assert (found["rel"], (found["href"] or "")[:19]) == ("icon", "data:image/svg+xml,")


def test_links_are_those_of_web_pages_and_of_the_page_itself(page: _Page) -> None:
    links = [found["href"] or "" for tag, found in page.elements if tag == "a"]
    assert {link.split("/")[0] for link in links if not link.startswith("#")} == {"https:"}
    named = {found["id"] for _, found in page.elements if found.get("id")}
    assert {link[1:] for link in links if link.startswith("#")} <= named


def test_ids_are_unique(page: _Page) -> None:
    named = [found["id"] for _, found in page.elements if found.get("id")]
    assert len(named) == len(set(named))


def test_text_of_servers_stays_text_and_is_shortened(text: str) -> None:
    assert "&lt;script&gt;window.hacked=1" in text
    assert "<script>window" not in text
    assert "onerror=&#34;window.hacked=1&#34;" in text
    assert "{{7*7}}" in text  # it is no template
    assert "x" * 200 not in text
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff]", text)


_KEPT = {"kind", "state", "status", "arguments", "started", "finished", "first_seen", "last_seen"}
"""Columns that decide which rows are in the report, and times."""


def _prefix_texts(path: Path, text: str) -> int:
    """Put a text before each text in a mirror, also where there is none; return the number of columns."""
    count = 0
    with closing(sqlite3.connect(path)) as connection, connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND NOT (name LIKE '%search%' OR name LIKE 'sqlite%')"
        ).fetchall()
        for (table,) in tables:
            for name, kind in connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall():
                if kind == "TEXT" and name not in _KEPT and not name.endswith("_at"):
                    value = "json_array(?)" if name == "targets" else f"? || coalesce(\"{name}\", '')"
                    connection.execute(f'UPDATE "{table}" SET "{name}" = {value}', (text,))  # noqa: S608
                    count += 1
    return count


def test_no_text_of_any_column_adds_an_element(tmp_path: Path) -> None:
    tags = []
    for number, payload in enumerate(("plain", "\"><script>hacked()</script><img src=x onerror=y></style></svg>'")):
        path = tmp_path / f"{number}.sqlite"
        write_fleet(path, 12)
        assert _prefix_texts(path, payload) > 100
        text = report_page(path)
        assert text.count(escape(payload).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")) > 90
        tags.append(Counter(tag for tag, _ in _Page(text).elements))
    assert tags[0] == tags[1]


@pytest.mark.parametrize("given", HOSTILE)
def test_clean_text_is_short_and_has_no_control_characters(given: str) -> None:
    shown = clean(given)
    assert len(shown) <= 160
    assert shown.isprintable()


def test_clean_text_keeps_letters_of_all_scripts_and_joined_emojis() -> None:
    assert clean("日本語 \u05e2\u05d1 é 👩\u200d💻\n\tend ") == "日本語 \u05e2\u05d1 é 👩\u200d💻 end"
    assert clean("a" * 161) == f"{'a' * 159}…"
    assert clean("\ud800x") == "\ufffdx"
    assert clean("e" + "\u0301" * 50) == "e\u0301\u0301\u0301"  # no more marks than Vietnamese or Hebrew need


@pytest.mark.parametrize("url", ["https://example.org/a/b?c=d#e", "http://[::1]:8080/a", "HTTPS://example.org/%20"])
def test_urls_of_web_pages_are_links(url: str) -> None:
    assert web_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        *(
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
        ),
        *("javascript://example.org/%0aalert(1)", "ftp://example.org/", "file://example.org/x"),
        *("vbscript:x", "file:///etc/passwd", "//example.org", "/path", "https:", "https:///x", "https://[x"),
        *("https://user:secret@example.org/", "https://example.org/\u202e", 'https://example.org/"onclick="x'),
        *("https://example.org:port/", "https://exa mple.org", f"https://example.org/{'a' * 2000}", "", None),
    ],
)
def test_other_urls_are_no_links(url: str | None) -> None:
    assert web_url(url) is None


def test_svg_with_an_element_that_no_plot_needs_is_an_error() -> None:
    with pytest.raises(ValueError, match="the element 'script'"):
        inline_svg('<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>', "wide", "label")


def test_svg_keeps_the_attributes_that_draw_and_escapes_text() -> None:
    mark = '<path role="graphics-symbol" aria-label="a &lt;b&gt; &quot;" d="M0.123456,1h2" fill="var(--c1)" style="x"/>'
    given = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="9" viewBox="0 0 9 9"><g onclick="x">{mark}'
        "<text>&lt;i&gt;</text></g></svg>"
    )
    assert inline_svg(given, "wide", 'a "label"') == (
        '<svg class="wide" role="img" aria-label="a &quot;label&quot;" viewBox="0 0 9 9"><path d="M0.1,1h2" '
        'fill="var(--c1)" data-tip="a &lt;b&gt; &quot;"></path><text>&lt;i&gt;</text></svg>'
    )


@pytest.mark.parametrize("largest", [1, 2, 3, 4])
def test_axes_of_small_counts_have_whole_numbers_once(largest: int) -> None:
    rows = [{"month": f"2026-0{month}", "count": largest * (month % 2), "tip": ""} for month in range(1, 6)]
    image = vl_convert.vegalite_to_svg(specs.whole(specs.columns(rows, specs.WIDE), specs.WIDE, 236))
    numbers = [text for text in re.findall(">([^<]+)</text>", image) if len(text) == 1]
    assert numbers == [str(number) for number in range(largest + 1)]


def test_a_mirror_without_rows_has_a_page_that_says_so(tmp_path: Path) -> None:
    with mirror_writer(tmp_path / "empty.sqlite"):
        pass
    text = report_page(tmp_path / "empty.sqlite")
    assert "This mirror was never updated." in text
    assert "This mirror has no pull requests and branches." in text
    assert "<svg class=" not in text


def test_a_target_that_was_not_listed_is_a_problem(text: str) -> None:
    row = text[text.index("<bdi>list of github:lost</bdi>") :].partition("</tr>")[0]
    assert "not found, or not visible" in row
    assert "<bdi>GET /users/lost: Not Found</bdi>" in row


def test_the_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    with mirror_writer(tmp_path / "fleet.sqlite"):
        pass
    output = tmp_path / "report.html"
    output.write_text("before")
    write_report(tmp_path / "fleet.sqlite", output)
    assert output.read_text("utf-8").startswith("<!doctype html>")
    MirrorReader(tmp_path / "fleet.sqlite").report(output)
    with pytest.raises(ConfigurationError, match="there is no mirror"):
        MirrorReader(tmp_path / "none.sqlite").report(output)
    assert output.read_text("utf-8").startswith("<!doctype html>")
    assert not list(tmp_path.glob(".report*"))


def test_a_damaged_mirror_is_an_error_of_the_mirror(tmp_path: Path) -> None:
    write_fleet(tmp_path / "fleet.sqlite", 40)
    data = bytearray((tmp_path / "fleet.sqlite").read_bytes())
    data[8192 : len(data) - 8192] = b"\xff" * (len(data) - 16384)
    (tmp_path / "fleet.sqlite").write_bytes(data)
    with pytest.raises(MirrorError, match="is damaged"):
        report_page(tmp_path / "fleet.sqlite")


@pytest.mark.parametrize(("module", "name"), [("jinja2", "Jinja2"), ("vl_convert", "vl-convert-python")])
def test_without_a_library_the_error_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, name: str
) -> None:
    write_fleet(tmp_path / "fleet.sqlite", 5)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError, match=rf"a report needs {name}: pip install 'gitfleet\[report\]'"):
        report_page(tmp_path / "fleet.sqlite")
