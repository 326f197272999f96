"""The built documentation: no dead link, and a browser can navigate and search it."""

from __future__ import annotations

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest

from support.browser import chromium
from support.documented import DOCS

_BASE = "http://site/"


class _Page(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.anchors.update(filter(None, (found.get("id"), found.get("name") if tag == "a" else None)))
        self.links.update(filter(None, (found.get("href"), found.get("src"))))


@pytest.fixture(scope="module")
def site() -> Path:
    folder = os.environ.get("GITFLEET_SITE")
    if not folder:
        pytest.skip("GITFLEET_SITE names no built documentation: nox -s docs builds it")
    return Path(folder)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, _Page]:
    return {str(path.relative_to(site)): _Page(path.read_text("utf-8")) for path in site.rglob("*.html")}


def test_every_page_is_built(site: Path) -> None:
    for page in DOCS.rglob("*.md"):
        assert (site / page.relative_to(DOCS)).with_suffix(".html").is_file()


def test_no_link_is_dead(site: Path, pages: dict[str, _Page]) -> None:
    dead = []
    for name, page in pages.items():
        for link in page.links:
            place, anchor = urldefrag(urljoin(_BASE + name, link))
            if not place.startswith(_BASE):
                continue
            target = unquote(urlsplit(place).path).lstrip("/") or "index.html"
            target += "index.html" if target.endswith("/") else ""
            if not (site / target).is_file():
                dead.append(f"{name}: {link}")
            elif anchor and target in pages and unquote(anchor) not in pages[target].anchors:
                dead.append(f"{name}: {link} (no such anchor)")
    assert dead == []


def test_every_page_can_be_reached_from_the_start_page(pages: dict[str, _Page]) -> None:
    seen, left = set[str](), ["index.html"]
    while left:
        name = left.pop()
        if name in seen or name not in pages:
            continue
        seen.add(name)
        places = (urldefrag(urljoin(_BASE + name, link))[0] for link in pages[name].links)
        left += [place.removeprefix(_BASE) for place in places if place.startswith(_BASE)]
    generated = {"genindex.html", "search.html", "py-modindex.html"}
    assert set(pages) - seen <= generated


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    # The documentation works without a network and reports no reader to another server.
    for path in site.rglob("*.html"):
        parser = _Loaded(path.read_text("utf-8"))
        assert {url for url in parser.loaded if urlsplit(url).netloc} == set(), path


class _Loaded(HTMLParser):
    """The URLs that a browser loads to show a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("script", "img", "iframe"):
            self.loaded.add(found.get("src") or "")
        elif tag == "link" and found.get("rel") == "stylesheet":
            self.loaded.add(found.get("href") or "")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *_arguments: object) -> None:  # noqa: A002  the name of the base class
        pass


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def browser_page(address: str) -> Iterator[Any]:
    """A page of a real browser with the start page; errors and missing files fail the test."""
    with chromium() as browser:
        page = browser.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("response", lambda response: wrong.append(response.url) if response.status >= 400 else None)
        page.goto(f"{address}/index.html")
        yield page
    assert wrong == []


def test_a_browser_follows_the_whole_navigation(browser_page: Any) -> None:
    entries = browser_page.locator(".sidebar-tree a.reference.internal")
    links = [entries.nth(number).get_attribute("href") for number in range(entries.count())]
    assert len(links) >= len(list(DOCS.glob("*.md"))) - 1
    start = browser_page.url
    for link in links:
        browser_page.goto(urljoin(start, link))
        # Furo shows a page's own entry as the current one.
        title = browser_page.locator("article h1").inner_text()
        assert title.rstrip("¶#").strip() in browser_page.title()
        assert browser_page.locator(".sidebar-tree .current-page").count() == 1


def test_a_click_on_the_start_page_opens_the_quickstart(browser_page: Any) -> None:
    browser_page.locator("article a", has_text="installation and quickstart").first.click()
    assert "What to install" in browser_page.locator("article").inner_text()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("fetch_contributors", "reference/clients.html"),
        ("pagination", "paging.html"),
        ("TokenManager", "reference/settings.html"),
        ("max_rate_limit_wait", "tokens.html"),
        ("proxy", "proxies.html"),
    ],
)
def test_the_search_finds_the_page_of_a_term(browser_page: Any, words: str, found: str) -> None:
    box = browser_page.locator("input.sidebar-search")
    box.fill(words)
    box.press("Enter")
    browser_page.wait_for_selector("#search-results li a", timeout=20_000)
    browser_page.wait_for_function(
        "document.querySelector('#search-results .search-summary').innerText.includes('found')"
    )
    links = browser_page.locator("#search-results li a")
    places = [links.nth(number).get_attribute("href") for number in range(links.count())]
    assert any(found in place for place in places), places
    browser_page.locator(f"#search-results li a[href*='{found}']").first.click()
    assert words.lower() in browser_page.locator("article").inner_text().lower()


def test_a_copy_button_copies_commands_without_prompts_and_no_output(site: Path) -> None:
    page = (site / "command-line.html").read_text("utf-8")
    assert "copybutton.js" in page
    settings = (site / "_static" / "copybutton.js").read_text("utf-8")
    assert "div:not(.highlight-output)" in settings
    assert "formatCopyText(text, '$ '" in settings


def test_no_page_is_wider_than_a_phone(browser_page: Any, pages: dict[str, _Page]) -> None:
    start = browser_page.url
    browser_page.set_viewport_size({"width": 390, "height": 844})
    wide = []
    for name in pages:
        browser_page.goto(urljoin(start, name))
        if browser_page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(name)
    assert wide == []
