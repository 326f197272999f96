"""Who may use the proxy, and for what: the secret, the hosts, the paths."""

from __future__ import annotations

import base64
import json
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gitfleet_testing import Forge
from support.command_line import CommandLine
from support.proxying import SECRET, ProxyProcess, run_curl

from .conftest import POOL

_PATH = "/github/orgs/acme/repos?per_page=3"


def _basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "header",
    [
        f"Authorization: Bearer {SECRET}",
        f"Authorization: token {SECRET}",
        f"Authorization: {_basic('x:' + SECRET)}",
        f"Authorization: {_basic(SECRET + ':')}",
        f"PRIVATE-TOKEN: {SECRET}",
        f"Proxy-Authorization: {_basic('x:' + SECRET)}",
        f"Proxy-Authorization: Bearer {SECRET}",
    ],
)
def test_each_usual_header_carries_the_secret(proxy: ProxyProcess, header: str) -> None:
    found = run_curl(proxy.url + _PATH, "-H", header)
    assert (found.status, len(json.loads(found.out))) == (200, 3)


@pytest.mark.parametrize(
    "header",
    [
        "X-None: 1",
        "Authorization: Bearer",
        f"Authorization: Bearer {SECRET}x",
        f"Authorization: Bearer {SECRET[:-1]}",
        f"Authorization: Digest {SECRET}",
        f"Authorization: {_basic('x:' + SECRET[:-1])}",
        "Authorization: Basic ???",
        f"Authorization: Bearer {POOL[0]}",
        f"Cookie: Authorization={SECRET}",
    ],
)
def test_without_the_secret_the_response_is_407_and_nothing_is_sent(
    proxied: Forge, proxy: ProxyProcess, header: str
) -> None:
    proxied.clear_log()
    found = run_curl(proxy.url + _PATH, "-H", header)
    assert found.status == 407
    assert found.headers["proxy-authenticate"].startswith("Basic ")
    assert SECRET not in found.out
    assert proxied.requests == []


def test_the_token_of_a_client_never_arrives_at_the_server(proxied: Forge, proxy: ProxyProcess) -> None:
    proxied.clear_log()
    headers = ("Cookie: own=1", "PRIVATE-TOKEN: of-the-client-1234", "X-Forwarded-For: 10.0.0.1", "Sudo: root")
    given = [part for header in headers for part in ("-H", header)]
    assert run_curl(proxy.url + _PATH, *given, secret=SECRET).status == 200
    (sent,) = proxied.requests
    arrived = {name.lower(): value for name, value in dict(sent.headers).items()}
    assert arrived["authorization"].removeprefix("Bearer ") in POOL
    assert arrived.keys().isdisjoint({"cookie", "private-token", "x-forwarded-for", "sudo", "proxy-authorization"})


@pytest.mark.parametrize("target", ["http://example.com/", "http://127.0.0.1:1/orgs/acme", "https://api.github.com/"])
def test_other_hosts_are_refused(proxy: ProxyProcess, target: str) -> None:
    found = _request(proxy, f"GET {target} HTTP/1.1", "Host: example.com")
    assert found.startswith("HTTP/1.1 403")


def test_a_tunnel_is_refused(proxy: ProxyProcess) -> None:
    assert _request(proxy, "CONNECT api.github.com:443 HTTP/1.1", "Host: api.github.com:443").startswith("HTTP/1.1 403")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/github/../etc/passwd", 400),
        ("/github/%2e%2e/x", 400),
        ("/github/a/..%2f..%2fx", 400),
        ("/github//orgs/acme", 400),
        ("/github/orgs/acme\\..\\x", 400),
        ("/github/orgs/%0d%0aX-Injected:1", 400),
        ("/github/orgs/%zz", 400),
        ("/github/user?access_token=abc", 400),
        ("/github/user?private%5Ftoken=abc", 400),
        ("/other/orgs/acme", 404),
        ("/github", 404),
        ("/", 404),
    ],
)
def test_bad_paths_are_refused_before_anything_is_sent(
    proxied: Forge, proxy: ProxyProcess, path: str, status: int
) -> None:
    proxied.clear_log()
    found = _request(proxy, f"GET {path} HTTP/1.1", "Host: localhost")
    assert found.startswith(f"HTTP/1.1 {status}")
    assert proxied.requests == []


@pytest.mark.parametrize(
    "lines",
    [
        ("POST /github/x HTTP/1.1", "Host: a", "Content-Length: 5", "Transfer-Encoding: chunked", "", "0", "", "G"),
        ("POST /github/x HTTP/1.1", "Host: a", "Content-Length: 5", "Content-Length: 6", "", "abcdef"),
        ("POST /github/x HTTP/1.1", "Host: a", "Content-Length: +5", "", "abcde"),
        ("POST /github/x HTTP/1.1", "Host: a", "Transfer-Encoding: xchunked", "", "0", "", ""),
        ("GET /github/orgs/acme HTTP/1.1", "Host: a", "Host: b", "", ""),
        ("GET /github/orgs/acme HTTP/1.1", "Host: a", "Bad Header: 1", "", ""),
        ("GET /github/orgs/acme HTTP/1.1", "Host: a", "X: 1", " folded", "", ""),
        ("GET /github/orgs/acme HTTP/1.1", "Host: a", "Content-Length: 4", "", "GET "),
        ("GET /github/orgs/acme HTTP/1.1", "Host: a", f"X-Long: {'x' * 20_000}", "", ""),
        (f"GET /github/{'x' * 20_000} HTTP/1.1", "Host: a", "", ""),
        ("GET http://user:pass@127.0.0.1/orgs/acme HTTP/1.1", "Host: a", "", ""),
        ("GET /github/orgs/acme HTTP/9.9", "Host: a", "", ""),
        ("\x16\x03\x01\x02\x00\x01\x00",),
    ],
)
def test_requests_in_a_hostile_form_are_refused_and_send_nothing(
    proxied: Forge, proxy: ProxyProcess, lines: tuple[str, ...]
) -> None:
    proxied.clear_log()
    first, *others = lines
    found = _request(proxy, first, *others, complete=False)
    assert found.startswith(("HTTP/1.1 4", "HTTP/1.0 4"))
    assert found.count("HTTP/1.") == 1  # what follows the first request was not taken for another one
    assert proxied.requests == []
    assert run_curl(proxy.url + _PATH, secret=SECRET).status == 200


def test_a_line_that_cannot_be_parsed_is_not_logged(proxy: ProxyProcess) -> None:
    found = _request(proxy, "GET /healthz HTTP/1.1", f"Authorization : Bearer {SECRET}\x01")
    assert found.startswith("HTTP/1.0 400")
    assert run_curl(proxy.url + _PATH, secret=SECRET).status == 200
    assert not [line for line in proxy.printed if SECRET in line or "Bearer" in line]


def _request(proxy: ProxyProcess, first: str, *lines: str, complete: bool = True) -> str:
    """Send raw lines, with the secret, and return everything that is received."""
    host, port = proxy.url.removeprefix("http://").split(":")
    texts = [first, f"Authorization: Bearer {SECRET}", "Connection: close", *lines, *(("", "") if complete else ())]
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall("\r\n".join(texts).encode("latin-1"))
        received = b""
        while data := connection.recv(65536):
            received += data
    return received.decode("latin-1")


def test_health_and_metrics_need_no_secret_and_show_none(proxy: ProxyProcess) -> None:
    assert run_curl(f"{proxy.url}/github/orgs/acme", secret=SECRET).status == 200
    healthy, metrics = run_curl(f"{proxy.url}/healthz"), run_curl(f"{proxy.url}/metrics")
    assert (healthy.status, healthy.out) == (200, "ok\n")
    assert 'gitfleet_proxy_requests_total{provider="github",method="GET",status="200"}' in metrics.out
    assert 'gitfleet_proxy_calls_left{provider="github",principal="github token ' in metrics.out
    assert not any(secret in metrics.out for secret in (*POOL, SECRET))


def test_a_new_secret_is_written_to_a_private_file_and_used_again(proxied: Forge, tmp_path: Path) -> None:
    file = tmp_path / "proxy.secret"
    for _ in range(2):
        with ProxyProcess(proxied.url, POOL, "--secret-file", str(file), GITFLEET_PROXY_SECRET="") as proxy:
            secret = file.read_text().strip()
            assert run_curl(proxy.url + _PATH, secret=secret).status == 200
            assert secret not in "\n".join(proxy.printed)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(secret) >= 40
    file.chmod(0o644)
    assert "chmod 600" in _refused(proxied, "--secret-file", str(file), GITFLEET_PROXY_SECRET=None)


def test_without_a_file_the_new_secret_is_printed(proxied: Forge) -> None:
    with ProxyProcess(proxied.url, POOL, GITFLEET_PROXY_SECRET="") as proxy:
        (secret,) = [line.removeprefix("secret: ") for line in proxy.printed if line.startswith("secret: ")]
        assert run_curl(proxy.url + _PATH, secret=secret).status == 200


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--listen", "0.0.0.0:0"), "--allow-remote permits it"),
        (("--listen", "localhost"), "an address is HOST:PORT"),
        (("--listen", "127.0.0.1:99999"), "an address is HOST:PORT"),
        (("--tls-key", "x"), "--tls-key needs --tls-cert"),
        (("--tls-cert", "/nowhere"), "--tls-cert /nowhere"),
        (("--engine", "native"), "only the python engine"),
        (("nonsense",), "nonsense"),
        (("--budgets", "http://x"), "budgets"),
    ],
)
def test_wrong_arguments_are_one_line(proxied: Forge, arguments: tuple[str, ...], message: str) -> None:
    assert message in _refused(proxied, *arguments)


def test_a_short_secret_is_refused_and_not_shown(proxied: Forge) -> None:
    said = _refused(proxied, GITFLEET_PROXY_SECRET="short-one")
    assert "at least 16" in said
    assert "short-one" not in said


def test_without_a_token_nothing_is_served(proxied: Forge) -> None:
    assert "no token to serve" in _refused(proxied, GITHUB_TOKEN=None, GITLAB_TOKEN=None)


def test_an_address_of_all_machines_needs_an_option_and_gets_a_warning(proxied: Forge) -> None:
    with ProxyProcess(proxied.url, POOL, "--listen", "0.0.0.0:0", "--allow-remote") as proxy:
        assert any("each program with the secret uses your tokens" in line for line in proxy.printed)


def _refused(forge: Forge, *arguments: str, **env: str | None) -> str:
    """Return the only line that a proxy prints that does not start."""
    done = CommandLine(forge).run("proxy", *arguments, **({"GITFLEET_PROXY_SECRET": SECRET} | env))
    assert (done.code in (1, 2), done.out) == (True, "")
    return done.error


def test_it_serves_https_with_a_certificate(proxied: Forge, tmp_path: Path) -> None:
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        str(tmp_path / "own.pem")
    )
    with ProxyProcess(proxied.url, POOL, "--tls-cert", str(tmp_path / "own.pem")) as proxy:
        assert proxy.url.startswith("https://127.0.0.1:")
        found = run_curl(proxy.url + _PATH, "--cacert", str(tmp_path / "ca.pem"), secret=SECRET)
        assert (found.status, found.headers["link"].startswith(f"<{proxy.url}/github/")) == (200, True)


def test_the_process_list_shows_no_token(proxy: ProxyProcess) -> None:
    if sys.platform != "linux":
        pytest.skip("/proc is of Linux")
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "GitFleet" in proxy.command_line
    for secret in (*POOL, SECRET):
        assert secret not in proxy.command_line
        assert secret not in listed
