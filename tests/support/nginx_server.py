"""A real nginx with HTTP/2 that serves few requests per connection and is reloaded again and again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.certificates import Authority

__all__ = ["PAGES", "PER_PAGE", "RestlessServer", "find_nginx", "restless_nginx"]

PAGES, PER_PAGE = 50, 100


@dataclass(frozen=True, slots=True)
class RestlessServer:
    """A running nginx: ``POST /write/...`` succeeds, ``/repos/o/r/branches`` has 50 pages of 100 rows.

    Writes go to an application behind the proxy, as at a real provider: it receives a request when the whole body has
    arrived. A location that returns a response itself would do so at the head, and log a request with 200 whose body
    never arrived.
    """

    url: str
    log: Path

    def executed(self) -> Counter[tuple[str, str]]:
        """How often the application received each method and target, complete after the server's end."""
        return Counter((method, target) for method, target in map(str.split, self.log.read_text().splitlines()))


def find_nginx() -> str | None:
    """The path of nginx, which is often in a folder that only root has on PATH."""
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


@contextmanager
def restless_nginx(
    program: str, folder: Path, authority: Authority, *, requests_per_connection: int = 7, seconds: float = 0.3
) -> Iterator[RestlessServer]:
    """Run nginx until the block ends, and reload it every few ``seconds``."""
    with socket.create_server(("127.0.0.1", 0)) as free, socket.create_server(("127.0.0.1", 0)) as other:
        port, inner = free.getsockname()[1], other.getsockname()[1]
    server = RestlessServer(f"https://127.0.0.1:{port}", folder / "executed.log")
    _write_pages(folder)
    file = folder / "nginx.conf"
    file.write_text(_configuration(server, folder, authority, (port, inner), requests_per_connection))
    command = [program, "-c", str(file), "-p", str(folder), "-e", str(folder / "error.log")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    stopping = threading.Event()
    reloading = threading.Thread(target=_reload, args=(process, stopping, seconds), daemon=True)
    try:
        _wait(process, port)
        reloading.start()
        yield server
    finally:
        stopping.set()
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End nginx after its requests in progress, so that its log is complete."""
    process.send_signal(signal.SIGQUIT)
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.communicate(timeout=20)


def _reload(process: subprocess.Popen[bytes], stopping: threading.Event, seconds: float) -> None:
    while not stopping.wait(seconds):
        process.send_signal(signal.SIGHUP)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None and process.stderr is not None:
                raise RuntimeError(f"nginx does not start: {process.stderr.read().decode()}") from None
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("nginx does not listen")


def _write_pages(folder: Path) -> None:
    for page in range(1, PAGES + 1):
        first = (page - 1) * PER_PAGE
        rows = [
            {"name": f"b{number}", "commit": {"sha": f"{number:040x}", "url": ""}, "protected": False}
            for number in range(first, first + PER_PAGE)
        ]
        (folder / f"page-{page}.json").write_text(json.dumps(rows))


def _configuration(
    server: RestlessServer, folder: Path, authority: Authority, ports: tuple[int, int], requests: int
) -> str:
    port, inner = ports
    certificate, key = authority.files(folder)
    target = f"{server.url}/repos/o/r/branches?per_page={PER_PAGE}&page="
    links = "".join(
        f"""{page} '<{target}{page + 1}>; rel="next", <{target}{PAGES}>; rel="last"';\n""" for page in range(1, PAGES)
    )
    return f"""
{"user root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""}
worker_processes 2;
daemon off;
pid {folder}/nginx.pid;
events {{ worker_connections 512; }}
http {{
  log_format plain '$request_method $request_uri';
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  default_type application/json;
  keepalive_requests {requests};
  map $arg_page $number {{ default $arg_page; '' 1; }}
  map $number $link {{ {links} default ''; }}
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location /write/ {{
      proxy_request_buffering on;
      proxy_pass http://127.0.0.1:{inner};
    }}
    location = /repos/o/r {{ return 200 '{{"id": 1, "name": "r", "full_name": "o/r"}}'; }}
    location @no_rows {{ return 200 '[]'; }}
    location = /repos/o/r/branches {{
      add_header Link $link;
      root {folder};
      try_files /page-$number.json @no_rows;
    }}
  }}
  server {{
    listen 127.0.0.1:{inner};
    access_log {server.log} plain;
    location / {{ return 200 '{{}}'; }}
  }}
}}
"""
