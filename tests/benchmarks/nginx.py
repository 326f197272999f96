"""nginx, which serves the corpus: its configuration, start and stop, and its counters."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import machine
from .corpus import PAGES, PER_PAGE, PUBLIC, STREAM_PAGES, Corpus

__all__ = ["MISSING", "Counts", "Server", "configuration", "counts", "find", "serving"]

MISSING = "nginx is needed and was not found: on Debian and Ubuntu, apt-get install nginx"
STREAM_OWNER = "endless"

# Headers that GitHub sends with every response: clients read the rate limits.
_HEADERS = """
        add_header X-GitHub-Media-Type "github.v3; format=json";
        add_header X-GitHub-Api-Version-Selected "2022-11-28";
        add_header X-RateLimit-Limit "5000";
        add_header X-RateLimit-Remaining "4999";
        add_header X-RateLimit-Reset "4102444800";
        add_header X-RateLimit-Used "1";
        add_header X-RateLimit-Resource "core";
        add_header Cache-Control "private, max-age=60, s-maxage=60";
        add_header X-Content-Type-Options "nosniff";
        add_header X-GitHub-Request-Id "$request_id";"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        plain: root URL for HTTP.
        gzip: the same with compressed pages.
        http1: over HTTPS with HTTP/1.1 only.
        http2: over HTTPS with HTTP/2 as well.
    """

    plain: str
    gzip: str
    http1: str
    http2: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Counters of a server since its start."""

    connections: int
    requests: int

    def since(self, before: Counts) -> Counts:
        """Return the difference between two readings, without the second reading itself."""
        return Counts(self.connections - before.connections - 1, self.requests - before.requests - 1)


def find() -> str | None:
    """Return the path of nginx, which is often in a folder that only root has on PATH."""
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


def links(root: str, pages: int, number: int) -> str:
    """The Link header of a page, as GitHub and GitLab write it."""

    def link(page: int, name: str) -> str:
        return f'<{root}?per_page={PER_PAGE}&page={page}>; rel="{name}"'

    found = [link(number - 1, "prev")] if number > 1 else []
    found += [link(number + 1, "next"), link(pages, "last")] if number < pages else []
    found += [link(1, "first")] if number > 1 else []
    return ", ".join(found)


def _links_map(variable: str, path: str, pages: int) -> str:
    # $http_host includes the port; $scheme is right for each of the servers.
    root = f"$scheme://$http_host{path}"
    lines = [f"        {number} '{links(root, pages, number)}';" for number in range(1, pages + 1)]
    lines.append(f"        '' '{links(root, pages, 1)}';")
    return "\n".join([f"    map $arg_page ${variable} {{", *lines, "    }"])


def configuration(corpus: Corpus, work: Path, ports: list[int], certificate: Path) -> str:
    """The text of nginx.conf.

    Args:
        corpus: what is served.
        work: a folder for nginx's own files.
        ports: four: plain, gzip, HTTP/1.1 and HTTP/2 over TLS.
        certificate: PEM with certificate and key.
    """
    owner, github, gitlab = corpus.owner, corpus.folder / "github", corpus.folder / "gitlab"
    user = "user root root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
    tls = f"ssl_certificate {certificate}; ssl_certificate_key {certificate}; ssl_session_cache shared:tls:1m;"
    ways = ["", "gzip_static on;", tls, tls]
    words = ["", "", " ssl", " ssl http2"]
    servers = "\n".join(
        f"    server {{ listen 127.0.0.1:{port}{word}; {way} include locations.conf; }}"
        for port, word, way in zip(ports, words, ways, strict=True)
    )
    temporary = " ".join(
        f"{kind}_temp_path {work}/temporary;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (work / "locations.conf").write_text(_locations(owner, github, gitlab))
    return f"""{user}
worker_processes 1;
daemon off;
pid {work}/nginx.pid;
error_log {work}/error.log warn;
events {{ worker_connections 2048; }}
http {{
    {temporary}
    access_log off;
    etag off;
    if_modified_since off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    open_file_cache max=8000 inactive=600s;
    open_file_cache_valid 600s;
    default_type "application/json; charset=utf-8";
    map_hash_max_size 8192;
    map_hash_bucket_size 512;
    map $arg_page $number {{ '' 1; default $arg_page; }}
{_links_map("github_links", f"/api/v3/orgs/{owner}/repos", PAGES)}
{_links_map("stream_links", f"/api/v3/orgs/{STREAM_OWNER}/repos", STREAM_PAGES)}
{_links_map("gitlab_links", "/api/v4/projects", PAGES)}
{servers}
}}
"""


def _locations(owner: str, github: Path, gitlab: Path) -> str:
    def account(kind: str, name: str, file: str) -> str:
        # Clients follow the addresses in this one.
        own = f"sub_filter {PUBLIC} $scheme://$http_host/api/v3; sub_filter_once off; sub_filter_types *;"
        return f"location = /api/v3/{kind}/{name} {{ {_HEADERS}\n        {own}\n        alias {github}/{file}.json; }}"

    def pages(path: str, folder: Path, variable: str) -> str:
        # A page beyond the last one is empty, not missing.
        return f"""location = {path} {{ {_HEADERS}
        add_header Link ${variable};
        root {folder};
        try_files /$number.json @empty; }}"""

    return "\n    ".join(
        [
            account("users", owner, "user"),
            account("orgs", owner, "organization"),
            account("users", STREAM_OWNER, "user"),
            account("orgs", STREAM_OWNER, "organization"),
            pages(f"/api/v3/orgs/{owner}/repos", github / "pages", "github_links"),
            pages(f"/api/v3/orgs/{STREAM_OWNER}/repos", github / "stream", "stream_links"),
            pages("/api/v4/projects", gitlab / "pages", "gitlab_links"),
            f"location /api/v3/repos/{owner}/ {{ {_HEADERS}\n        alias {github}/repos/; }}",
            f"location /api/v4/projects/ {{ {_HEADERS}\n        alias {gitlab}/projects/; }}",
            "location @empty { return 200 '[]'; }",
            "location = /status { stub_status; }",
        ]
    )


def counts(server: str) -> Counts:
    """Return the counters of the server at this root. Reading them counts as well."""
    root = "/".join(server.split("/")[:3])
    with urllib.request.urlopen(f"{root}/status") as response:  # noqa: S310  loopback
        numbers = response.read().decode().split("\n")[2].split()
    return Counts(int(numbers[0]), int(numbers[2]))


@contextmanager
def serving(corpus: Corpus, work: Path, certificate: Path) -> Iterator[Server]:
    """Run nginx on the server's processor until the block ends.

    Raises:
        RuntimeError: it does not start; the message has its log.
    """
    program = find()
    if program is None:
        raise RuntimeError(MISSING)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    ports = _free_ports(4)
    file = work / "nginx.conf"
    file.write_text(configuration(corpus, work, ports, certificate))
    with machine.on_server_core():
        process = subprocess.Popen([program, "-c", str(file), "-p", str(work), "-e", str(work / "error.log")])
    try:
        _wait(process, ports[0], work / "error.log")
        plain, zipped, http1, http2 = ports
        yield Server(
            f"http://127.0.0.1:{plain}",
            f"http://127.0.0.1:{zipped}",
            f"https://127.0.0.1:{http1}",
            f"https://127.0.0.1:{http2}",
        )
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None:
                raise RuntimeError(f"nginx does not start: {log.read_text()}") from None
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("nginx does not listen")


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


if __name__ == "__main__":
    sys.exit(MISSING if find() is None else 0)
